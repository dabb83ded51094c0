"""What is on its way in, out, or to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from nitka.domain.address import Address, Channel
from nitka.domain.customer import KnownAddress
from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.inbound import Inbound, Outcome
from nitka.domain.message import Message
from nitka.domain.thread import Team


@dataclass(frozen=True, slots=True)
class Waiting:
    """An inbound that waits for its turn."""

    inbox_id: int
    message: Message
    address: KnownAddress
    received_at: datetime
    attempts: int


class Inbox(Protocol):
    async def put(
        self, inbound: Inbound, *, customer_id: UUID, message_id: UUID, due_in: timedelta
    ) -> None:
        """Store an inbound whose native id is not `known`, once its address is locked by `at`.

        Its turn comes after `due_in`: parts of the same message may still follow.
        """
        ...

    async def note(
        self, channel: Channel, account: str, native_id: str, *, outcome: Outcome, reason: str
    ) -> bool:
        """Account for a payload that starts no turn; False if its native id is known."""
        ...

    async def delay(self, message_id: UUID, due_in: timedelta) -> None:
        """Put off the turn of a line that waits for one."""
        ...

    async def known(self, address: Address, native_id: str) -> Message | None:
        """Give the message that an earlier inbound with this native id became."""
        ...

    async def next(self, customer_id: UUID) -> Waiting | None:
        """Give the customer's first inbound that waits for its turn."""
        ...

    async def attempt(self, inbox_id: int) -> None:
        """Count one more try to give this inbound its turn."""
        ...

    async def finish(
        self, inbox_id: int, outcome: Outcome, *, reason: str | None = None
    ) -> None: ...

    async def waiting_customers(self, *, longer_than: timedelta, limit: int) -> Sequence[UUID]:
        """Give customers that have an inbound waiting for so long, the oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """A message on its way out. `doubtful`: an earlier try ended without an answer.

    `parts_sent` of its parts are known to have arrived.
    """

    message: Message
    address: KnownAddress
    attempts: int
    doubtful: bool
    parts_sent: int


@dataclass(frozen=True, slots=True)
class Way:
    """How far a message has come on its way out.

    `waits`: nothing of it is out; `in_doubt`: part of it is, or may be; `dead`: it will not go out
    any more. `natives` are the platform's ids of the parts that are there, in order.
    """

    address: KnownAddress
    waits: bool
    in_doubt: bool
    dead: bool
    natives: Sequence[str | None]


class Outbox(Protocol):
    async def put(self, message: Message, address: KnownAddress) -> None: ...

    async def due(self, customer_id: UUID) -> Sequence[Due]:
        """Give, for each of the customer's addresses, its first unsent message if it is due."""
        ...

    async def sending(self, message_id: UUID) -> None:
        """Note that a try begins, so that a crash in its middle is known."""
        ...

    async def progress(
        self, message_id: UUID, parts_sent: int, *, native_id: str | None = None
    ) -> None:
        """Note that one more part is there, and the platform's id of it."""
        ...

    async def sent(self, message_id: UUID, *, native_id: str | None = None) -> None:
        """Note that the last part is there."""
        ...

    async def way(self, message_id: UUID) -> Way | None:
        """Say how far a message has come, its row locked; None if it was never to go out."""
        ...

    async def drop(self, message_id: UUID) -> None:
        """Have a message that waits never sent."""
        ...

    async def failed(
        self, message_id: UUID, *, error: str, retry_at: datetime | None, doubtful: bool
    ) -> None:
        """Note a failed try; without `retry_at` the message is a dead letter that staff see."""
        ...

    async def due_customers(self, *, limit: int) -> Sequence[UUID]:
        """Give customers with a message that `due` would give, the longest due first."""
        ...


@dataclass(frozen=True, slots=True)
class Fetch:
    """A line with attachments to download; `attempts` have failed so far."""

    message: Message
    attempts: int


class Fetches(Protocol):
    async def put(self, message_id: UUID, customer_id: UUID) -> None:
        """Have a line's attachments downloaded; again, if it has gained some."""
        ...

    async def due(self, customer_id: UUID) -> Sequence[Fetch]: ...

    async def done(self, message_id: UUID, *, error: str | None = None) -> None:
        """Note that all is downloaded, or, with an error, that it never will be."""
        ...

    async def again(self, message_id: UUID, *, error: str, at: datetime) -> None: ...

    async def due_customers(self, *, limit: int) -> Sequence[UUID]: ...


class Handoffs(Protocol):
    async def open(
        self,
        customer_id: UUID,
        team: Team,
        reason: str,
        facts: Mapping[str, object],
        *,
        home_id: UUID | None = None,
    ) -> Handoff:
        """Open a hand-off, or give the one that waits for the same team already.

        `home_id` is the customer it goes back to after a split.
        """
        ...

    async def of(self, customer_id: UUID) -> Sequence[Handoff]:
        """Give the customer's hand-offs, the newest first."""
        ...

    async def find(
        self, *, team: Team | None = None, state: HandoffState | None = None, limit: int = 200
    ) -> Sequence[Handoff]:
        """Give hand-offs of all customers, the newest first, at most `limit`."""
        ...

    async def draft(self, customer_id: UUID, message: UUID, replies: Sequence[str]) -> None:
        """Keep what the bot would have said, had a person not taken over in the meantime."""
        ...

    async def drafts(self, customer_id: UUID) -> Sequence[str]: ...
