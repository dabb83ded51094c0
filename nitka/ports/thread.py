"""What is kept of customers and their threads. Methods run in their unit of work's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from nitka.domain.address import Address
from nitka.domain.customer import Customer, KnownAddress, Language, Profile
from nitka.domain.message import (
    Attachment,
    Author,
    Button,
    Message,
    MessageState,
)
from nitka.domain.thread import Owner, Team, Thread
from nitka.domain.turn import DialogueState, TurnResult


class Customers(Protocol):
    async def find(self, address: Address) -> tuple[Customer, KnownAddress] | None: ...

    async def at(self, address: Address, profile: Profile) -> tuple[Customer, KnownAddress, bool]:
        """Give the customer of an address, making both if it is new (then the last is True).

        The address stays locked until the transaction ends.
        """
        ...

    async def get(self, customer_id: UUID) -> Customer | None: ...

    async def addresses(self, customer_id: UUID) -> Sequence[KnownAddress]:
        """Give the customer's addresses, the one he wrote on last first."""
        ...

    async def speak(self, customer_id: UUID, language: Language, *, fixed: bool = False) -> None:
        """Remember the customer's language."""
        ...

    async def reach(self, address_id: UUID, *, reachable: bool) -> None:
        """Note whether an address can be written to."""
        ...


class Threads(Protocol):
    async def get(self, customer_id: UUID) -> Thread: ...

    async def begin_turn(self, customer_id: UUID) -> Thread:
        """Raise the fence by one and give the thread under the new number."""
        ...

    async def lock(self, customer_id: UUID) -> Thread:
        """Give the thread, locked until the transaction ends."""
        ...

    async def own(self, customer_id: UUID, owner: Owner, team: Team | None) -> None:
        """Change the owner and raise the fence: whoever was answering writes no more."""
        ...

    async def state(self, customer_id: UUID) -> DialogueState | None: ...

    async def slots(self, customer_id: UUID) -> Mapping[str, object]: ...

    async def finish_turn(
        self, customer_id: UUID, turn: int, *, message: UUID, result: TurnResult
    ) -> None:
        """Keep the turn's events and the engine's new state under the number `turn`."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be added to a thread. The same `key` twice adds it once."""

    author: Author
    text: str
    state: MessageState
    address: KnownAddress | None
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    payload: str | None = None
    native_id: str | None = None
    reply_to: UUID | None = None
    author_name: str | None = None
    place: str | None = None
    key: str | None = None


class Messages(Protocol):
    async def add(self, customer_id: UUID, line: Line, *, id: UUID | None = None) -> Message | None:  # noqa: A002
        """Add a line under the thread's next `seq`; None if its `key` is there already."""
        ...

    async def after(self, customer_id: UUID, seq: int, *, limit: int = 200) -> Sequence[Message]:
        """Give the lines after `seq` in order, at most `limit`."""
        ...

    async def get(self, message_id: UUID) -> Message | None: ...

    async def with_key(self, key: str) -> Message | None: ...

    async def native(self, address_id: UUID, native_id: str) -> Message | None:
        """Give the newest line of an address with this platform id."""
        ...

    async def change(self, message: Message) -> None:
        """Write a line's text, attachments and `deleted` anew."""
        ...

    async def was_offered(self, customer_id: UUID, payload: str) -> bool:
        """Say whether a button with this payload stands in the customer's thread."""
        ...

    async def raise_state(
        self, message_id: UUID, state: MessageState, *, native_id: str | None = None
    ) -> bool:
        """Move a message's state up; False if it was there already or further."""
        ...

    async def read_up_to(self, address_id: UUID, seq: int) -> None:
        """Mark what went to an address as read, up to `seq`."""
        ...
