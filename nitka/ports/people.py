"""What is kept of hand-offs while people have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from nitka.domain.follow_up import FollowUp, FollowUpState, NewFollowUp
from nitka.domain.handoff import Handoff
from nitka.domain.message import Message
from nitka.domain.routing import Load


class Loads(Protocol):
    """What waits, and what staff have on their hands."""

    async def open_handoffs(self, *, limit: int, after: Handoff | None = None) -> Sequence[Handoff]:
        """Give hand-offs that are not closed, the one that was opened first in front; go on with
        `after` the last one."""
        ...

    async def of_staff(self) -> Mapping[str, Load]:
        """Give the load of everybody who has or had a hand-off lately, by key."""
        ...


class Cases(Protocol):
    """Hand-offs one by one. Who changes one holds the lock of its customer's thread."""

    async def get(self, handoff_id: UUID) -> Handoff | None: ...

    async def change(self, handoff: Handoff) -> None:
        """Write all that may change of a hand-off: who has it, its moments, how it ended."""
        ...

    async def unanswered(self, customer_id: UUID, *, since: datetime) -> None:
        """Start the clock of the customer's open hand-offs whose clock stands."""
        ...

    async def newest(self, customer_id: UUID, *, limit: int) -> Sequence[Message]:
        """Give the last lines of a thread in order, internal ones too."""
        ...

    async def last_said(self, customer_id: UUID, address_id: UUID) -> Message | None:
        """Give what the customer said last at an address."""
        ...


class FollowUps(Protocol):
    """What is planned at hand-backs. Who changes one holds the lock of its customer's thread."""

    async def plan(self, new: NewFollowUp) -> None:
        """Plan something; a hand-off that has one of this kind keeps that."""
        ...

    async def get(self, follow_up_id: UUID) -> FollowUp | None: ...

    async def due(self, at: datetime, *, limit: int) -> Sequence[FollowUp]:
        """Give what is planned for `at` or before, the longest due first."""
        ...

    async def of(self, customer_id: UUID) -> Sequence[FollowUp]:
        """Give what is planned for a customer, the next first, at most 100."""
        ...

    async def settle(self, follow_up_id: UUID, state: FollowUpState) -> None: ...

    async def put_off(self, follow_up_id: UUID, until: datetime) -> None: ...
