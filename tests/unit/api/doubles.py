"""A store in memory, as far as the HTTP side asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast
from uuid import UUID, uuid4

from nitka.domain.address import Address, Channel, Evidence
from nitka.domain.customer import Customer, KnownAddress, Language
from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.inbound import Inbound, Incoming
from nitka.domain.link import Claim, Dismissal, Link
from nitka.domain.message import Author, Message, MessageState
from nitka.domain.thread import Owner, Team, Thread
from nitka.errors import Unavailable
from nitka.ports import Answer, Choice, Front, Job, Line, Queue, Received, Store, UnitOfWork

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Shelf:
    """All that is stored."""

    customers: dict[UUID, Customer] = field(default_factory=dict)
    emails: dict[str, UUID] = field(default_factory=dict)
    known: list[tuple[UUID, KnownAddress]] = field(default_factory=list)
    owners: dict[UUID, tuple[Owner, Team | None]] = field(default_factory=dict)
    slots: dict[UUID, Mapping[str, object]] = field(default_factory=dict)
    lines: dict[UUID, list[Message]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    outgoing: list[tuple[UUID, UUID]] = field(default_factory=list)
    handoffs: list[Handoff] = field(default_factory=list)
    tokens: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)

    def add_customer(self, *addresses: Address, email: str | None = None) -> UUID:
        customer = Customer(uuid4(), "Ola", Language.PL, False, AT)
        self.customers[customer.id] = customer
        self.lines[customer.id] = []
        for address in addresses:
            known = KnownAddress(uuid4(), address, Evidence.OWN, True, uuid4())
            self.known.append((customer.id, known))
        if email:
            self.emails[email] = customer.id
        return customer.id

    def copy(self) -> Shelf:
        return replace(
            self,
            lines={k: list(v) for k, v in self.lines.items()},
            keys=set(self.keys),
            outgoing=list(self.outgoing),
            answers=dict(self.answers),
        )


class MemoryStore:
    """`ports.Store` in memory. `down`: it cannot be reached."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.down = False

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        if self.down:
            raise Unavailable("PostgreSQL is away")
        work = self.shelf.copy()
        yield cast(UnitOfWork, _Work(work))
        self.shelf = work

    @property
    def port(self) -> Store:
        return cast(Store, self)


class _Work:
    """Every aggregate of the unit of work, over one shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self.customers = _Customers(shelf)
        self.threads = _Threads(shelf)
        self.messages = _Messages(shelf)
        self.outbox = _Outbox(shelf)
        self.handoffs = _Handoffs(shelf)
        self.ledger = _Ledger(shelf)
        self.sessions = _Sessions()
        self.directory = _Directory(shelf)
        self.answers = _Answers(shelf)
        self.links = _Links(shelf)
        self.claims = _Claims()
        self.dismissals = _Dismissals()


@dataclass
class _On:
    shelf: Shelf


class _Customers(_On):
    async def get(self, customer_id: UUID) -> Customer | None:
        return self.shelf.customers.get(customer_id)

    async def addresses(self, customer_id: UUID) -> Sequence[KnownAddress]:
        return [known for owner, known in self.shelf.known if owner == customer_id]


class _Threads(_On):
    async def get(self, customer_id: UUID) -> Thread:
        owner, team = self.shelf.owners.get(customer_id, (Owner.BOT, None))
        return Thread(customer_id, owner, team, len(self.shelf.lines[customer_id]), 0, 0)

    async def slots(self, customer_id: UUID) -> Mapping[str, object]:
        return self.shelf.slots.get(customer_id, {})

    async def current(self, customer_id: UUID) -> Thread | None:
        return await self.get(customer_id) if customer_id in self.shelf.customers else None

    async def choice(self, customer_id: UUID) -> Choice | None:
        return None


class _Links(_On):
    """Nobody is joined with anybody here."""

    async def root(self, customer_id: UUID) -> UUID | None:
        return customer_id if customer_id in self.shelf.customers else None

    async def tree(self, root: UUID) -> Sequence[Link]:
        return []


class _Dismissals:
    async def of(self, homes: frozenset[UUID]) -> Sequence[Dismissal]:
        return []


class _Claims:
    async def of(self, homes: frozenset[UUID]) -> Sequence[Claim]:
        return []

    async def sharing(self, homes: frozenset[UUID]) -> Sequence[tuple[UUID, Claim]]:
        return []

    async def subjects(self, roots: Collection[UUID]) -> Mapping[UUID, frozenset[str]]:
        return {}


class _Messages(_On):
    async def add(self, customer_id: UUID, line: Line) -> Message | None:
        if line.key in self.shelf.keys:
            return None
        if line.key:
            self.shelf.keys.add(line.key)
        lines = self.shelf.lines[customer_id]
        message = Message(
            id=uuid4(),
            customer_id=customer_id,
            seq=len(lines) + 1,
            author=line.author,
            text=line.text,
            state=line.state,
            created_at=AT,
            channel=line.address.address.channel if line.address else None,
            buttons=line.buttons,
        )
        lines.append(message)
        return message

    async def after(
        self, customer_id: UUID, seq: int, *, limit: int = 200, internal: bool = False
    ) -> Sequence[Message]:
        return self.shelf.lines[customer_id][seq : seq + limit]


class _Outbox(_On):
    async def put(self, message: Message, address: KnownAddress) -> None:
        self.shelf.outgoing.append((message.id, address.id))


class _Handoffs(_On):
    async def of(self, customer_id: UUID) -> Sequence[Handoff]:
        return [h for h in self.shelf.handoffs if h.customer_id == customer_id]

    async def find(
        self, *, team: Team | None = None, state: HandoffState | None = None, limit: int = 200
    ) -> Sequence[Handoff]:
        found = [
            h for h in self.shelf.handoffs if team in (None, h.team) and state in (None, h.state)
        ]
        return found[:limit]


class _Ledger(_On):
    async def token(self, digest: str) -> tuple[str, frozenset[str]] | None:
        return self.shelf.tokens.get(digest)


class _Sessions:
    async def by_token(self, digest: str) -> None:
        """Nobody has a personal token here."""


class _Directory(_On):
    async def with_address(self, channel: Channel, native_id: str) -> Sequence[Customer]:
        return [
            self.shelf.customers[owner]
            for owner, known in self.shelf.known
            if (known.address.channel, known.address.native_id) == (channel, native_id)
        ]

    async def with_email(self, email: str) -> Sequence[Customer]:
        owner = self.shelf.emails.get(email.lower())
        return [self.shelf.customers[owner]] if owner else []

    async def with_ids(self, ids: Collection[UUID]) -> Sequence[Customer]:
        return [self.shelf.customers[one] for one in ids]


class _Answers(_On):
    async def get(self, key: str) -> Answer | None:
        return self.shelf.answers.get(key)

    async def keep(self, key: str, answer: Answer) -> bool:
        return self.shelf.answers.setdefault(key, answer) is answer


class MemoryWakes:
    """`ports.Queue` and `ports.Fanout` as far as they are woken."""

    def __init__(self) -> None:
        self.woken: list[tuple[Job, UUID]] = []
        self.published: list[tuple[str, Mapping[str, object]]] = []

    async def wake(self, job: Job, customer_id: UUID) -> None:
        self.woken.append((job, customer_id))

    async def publish(self, topic: str, frame: Mapping[str, object]) -> None:
        self.published.append((topic, frame))

    @property
    def queue(self) -> Queue:
        return cast(Queue, self)


class MemoryReceiver:
    """`ports.Front` as far as it receives."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.inbounds: list[Inbound] = []
        self._stored: dict[str, Message] = {}

    async def receive(self, incoming: Incoming) -> Received:
        assert isinstance(incoming, Inbound)
        self.inbounds.append(incoming)
        known = self._stored.get(incoming.native_id)
        if known is not None:
            return Received(known.customer_id, known, duplicate=True)
        shelf = self._store.shelf
        owner = next((o for o, k in shelf.known if k.address == incoming.address), None)
        customer_id = owner or shelf.add_customer(incoming.address)
        line = Line(Author.CUSTOMER, incoming.text, MessageState.RECEIVED, None)
        message = await _Messages(shelf).add(customer_id, line)
        assert message is not None
        self._stored[incoming.native_id] = message
        return Received(customer_id, message, duplicate=False)

    @property
    def front(self) -> Front:
        return cast(Front, self)
