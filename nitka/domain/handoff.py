"""A thread handed from the bot to people, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from nitka.domain.thread import Team


class HandoffState(StrEnum):
    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


class Next(StrEnum):
    """What follows a hand-back: nothing, the bot speaks first, a person calls back, or the thread
    comes back to people at a given time."""

    NONE = "none"
    BOT = "bot"
    CALLBACK = "callback"
    REMINDER = "reminder"


class Alarm(StrEnum):
    """How long somebody has waited too long for an answer: not, worth a look, a supervisor's."""

    NONE = "none"
    WARNED = "warned"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Reopened:
    """What a hand-back has the bot take up again: `form` is open with the question for `asks`, and
    `facts` are remembered for it."""

    form: str | None = None
    asks: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handoff:
    """A request for a person of `team`. `facts` is what the bot knew when it asked: slots, and
    what else the action told; JSON values only.

    `agent` is the key of the staff member who has it, or had it last (`Staff.key`).
    `waiting_since` is when the customer began to wait for a person's answer; None: he does not.
    `offered_to` is whom it was offered to last while it waits. `outcome`, `next`, `corrected` (the
    facts that staff put right) and `reopened` come with the hand-back. `asked_at` is when the
    customer was asked how it was, `score` (1 to 5) and `remark` are his answer. `home_id` is the
    customer it began with.
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
    home_id: UUID | None = None
    corrected: Mapping[str, object] = field(default_factory=dict)
    reopened: Reopened | None = None
    asked_at: datetime | None = None
    score: int | None = None
    remark: str | None = None
    rated_at: datetime | None = None


SETTLED: Mapping[str, object] = {"fallback_count": 0, "abuse_count": 0, "offer": None}
"""What led the bot to people, settled by a hand-back (bot/domain/slots.yml)."""

WISHED_AT = "handed_back:"
"""With a hand-off's id: the id of what a hand-back has the bot do, as if it were said to it."""


@dataclass(frozen=True, slots=True)
class HandBack:
    """How a person ends a hand-off: what came of it, corrected facts by slot, and what follows.

    `at` is when a reminder is due, or the call that the customer wishes; `words` are for whoever
    gets it then, `tell` is what the bot writes to the customer at that time.
    """

    outcome: str
    facts: dict[str, object]
    next: Next = Next.NONE
    at: datetime | None = None
    words: str | None = None
    tell: str | None = None
