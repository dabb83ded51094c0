"""What is kept of customers and their threads. Methods run in their unit of work's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from nitka.domain.address import Address
from nitka.domain.customer import Customer, KnownAddress, Language, Profile
from nitka.domain.message import Attachment, Author, Button, Message, MessageState
from nitka.domain.thread import Owner, Team, Thread
from nitka.domain.turn import DialogueState, TurnResult


class Customers(Protocol):
    async def find(
        self, address: Address, *, lock: bool = False
    ) -> tuple[Customer, KnownAddress] | None:
        """Give the customer of an address; with `lock` no join or split moves it meanwhile."""
        ...

    async def at(
        self, address: Address, profile: Profile, *, spoke: bool = True
    ) -> tuple[Customer, KnownAddress, bool]:
        """Give the customer of an address, making both if it is new (then the last is True).

        The address stays locked until the transaction ends. `spoke`: he has just written there.
        """
        ...

    async def get(self, customer_id: UUID) -> Customer | None: ...

    async def with_address(self, address_id: UUID) -> tuple[Customer, KnownAddress] | None: ...

    async def addresses(self, customer_id: UUID) -> Sequence[KnownAddress]:
        """Give the customer's addresses, the one he wrote on last first."""
        ...

    async def told_epoch(self, address_id: UUID) -> int:
        """Give the epoch of the line numbers that an address was shown last."""
        ...

    async def tell_epoch(self, address_id: UUID, epoch: int) -> None: ...

    async def speak(self, customer_id: UUID, language: Language, *, fixed: bool = False) -> None:
        """Remember the customer's language."""
        ...

    async def reach(self, address_id: UUID, *, reachable: bool) -> None:
        """Note whether an address can be written to."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a customer wants to be answered while he writes from `made_at`: address ids."""

    address_id: UUID
    made_at: UUID


class Threads(Protocol):
    async def get(self, customer_id: UUID) -> Thread:
        """Give the thread. Raises `Fenced` if it is gone."""
        ...

    async def begin_turn(self, customer_id: UUID) -> Thread:
        """Raise the fence by one and give the thread under the new number."""
        ...

    async def lock(self, customer_id: UUID) -> Thread:
        """Give the thread, locked until the transaction ends. Raises `Fenced` if it is gone."""
        ...

    async def current(self, customer_id: UUID) -> Thread | None:
        """Give, locked, the thread that the customer's goes on in; None if there is none."""
        ...

    async def own(
        self, customer_id: UUID, owner: Owner, team: Team | None, *, agent: str | None = None
    ) -> None:
        """Change the owner and raise the fence: whoever was answering writes no more."""
        ...

    async def choice(self, customer_id: UUID) -> Choice | None: ...

    async def choose(self, customer_id: UUID, choice: Choice | None) -> None:
        """Remember where the customer wants to be answered; None: where he writes."""
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
    internal: bool = False
    staff: str | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """What a line was until `actor` (staff's key, or "customer") changed it; a customer's own
    former words are not kept."""

    at: datetime
    actor: str
    text: str | None
    attachments: tuple[Attachment, ...] = ()


class Messages(Protocol):
    async def add(self, customer_id: UUID, line: Line, *, id: UUID | None = None) -> Message | None:  # noqa: A002
        """Add a line under the thread's next `seq`; None if its `key` is there already."""
        ...

    async def after(
        self, customer_id: UUID, seq: int, *, limit: int = 200, internal: bool = False
    ) -> Sequence[Message]:
        """Give the lines after `seq` in order, at most `limit`; internal ones only when asked."""
        ...

    async def get(self, message_id: UUID) -> Message | None: ...

    async def with_key(self, key: str) -> Message | None: ...

    async def native(self, address_id: UUID, native_id: str) -> Message | None:
        """Give the newest line of an address with this platform id."""
        ...

    async def change(self, message: Message) -> None:
        """Write a line's text, attachments and `deleted` anew."""
        ...

    async def revise(self, message: Message, *, actor: str, keep: bool = True) -> Message:
        """Write a line anew, under the next number of changes, and note who changed it.

        What it was stands in its history, its words only with `keep`. The thread is locked.
        """
        ...

    async def revised(
        self, customer_id: UUID, *, after: int, limit: int = 200, internal: bool = False
    ) -> Sequence[Message]:
        """Give lines changed after a number, in the order of their changes; internal ones only
        when asked."""
        ...

    async def last_change(self, customer_id: UUID) -> int:
        """Give the number of the last change to a thread's lines; 0 if there was none.

        Changes become visible in the order of their numbers, as new lines do.
        """
        ...

    async def history(self, message_id: UUID) -> Sequence[Revision]: ...

    async def last_offer(self, customer_id: UUID, *, before: int) -> Message | None:
        """Give the line with buttons that nobody has answered yet when line `before` came."""
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
