"""A thread handed from the bot to people."""

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


@dataclass(frozen=True, slots=True)
class Handoff:
    """A request for a person of `team`. `facts` is what the bot knew when it asked: slots, and
    what else the action told; JSON values only."""

    id: UUID
    customer_id: UUID
    team: Team
    reason: str
    facts: dict[str, object]
    state: HandoffState
    opened_at: datetime
