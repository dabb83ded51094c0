"""What is to happen some time after a hand-back, and how the customer found it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class FollowUpKind(StrEnum):
    """The question how it was, a reminder for who had the hand-off, or a call at a wished time."""

    QUESTION = "question"
    REMINDER = "reminder"
    CALLBACK = "callback"


class FollowUpState(StrEnum):
    """`dropped`: when its time came it was out of place."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something planned at a hand-back. `customer_id` is whose hand-off it is by now.

    `staff` is the key of who planned it, `words` are his for colleagues, and `tell` is what the
    bot is to write to the customer then.
    """

    id: UUID
    handoff_id: UUID
    customer_id: UUID
    kind: FollowUpKind
    due_at: datetime
    staff: str
    words: str | None = None
    tell: str | None = None
    state: FollowUpState = FollowUpState.PLANNED


@dataclass(frozen=True, slots=True)
class NewFollowUp:
    """A follow-up to be planned; a hand-off has at most one of each kind."""

    handoff_id: UUID
    kind: FollowUpKind
    due_at: datetime
    staff: str
    words: str | None = None
    tell: str | None = None
