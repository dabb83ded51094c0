"""A thread handed from the bot to people, and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from nitka.domain.thread import Team


class HandoffState(StrEnum):
    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


class Next(StrEnum):
    """What follows a hand-back: nothing, the bot speaks first, or a person calls back."""

    NONE = "none"
    BOT = "bot"
    CALLBACK = "callback"


class Alarm(StrEnum):
    """How long somebody has waited too long for an answer: not, worth a look, a supervisor's."""

    NONE = "none"
    WARNED = "warned"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Handoff:
    """A request for a person of `team`. `facts` is what the bot knew when it asked: slots, and
    what else the action told; JSON values only.

    `agent` is the key of the staff member who has it, or had it last (`Staff.key`).
    `waiting_since` is when the customer began to wait for a person's answer; None: he does not.
    `offered_to` is whom it was offered to last while it waits. `outcome` and `next` come with the
    hand-back.
    """

    id: UUID
    customer_id: UUID
    team: Team
    reason: str
    facts: dict[str, object]
    state: HandoffState
    opened_at: datetime
    agent: str | None = None
    taken_at: datetime | None = None
    waiting_since: datetime | None = None
    first_reply_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    next: Next | None = None
    offered_to: str | None = None
    offered_at: datetime | None = None
    alarm: Alarm = Alarm.NONE


@dataclass(frozen=True, slots=True)
class HandBack:
    """How a person ends a hand-off: what came of it, corrected facts by slot, and what follows."""

    outcome: str
    facts: dict[str, object]
    next: Next = Next.NONE
