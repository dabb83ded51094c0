"""What the core needs from the outside, as small Protocols. Adapters live in their own packages.

Times are aware UTC. Every method may raise its adapter's translation in `nitka.errors`; the
store and the live side raise `Unavailable` when their server cannot be reached.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from nitka.domain.address import Address, Channel
from nitka.domain.customer import Customer, KnownAddress, Language, Profile
from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.inbound import Inbound, Incoming, Outcome
from nitka.domain.message import (
    Attachment,
    AttachmentKind,
    Author,
    Button,
    Message,
    MessageState,
)
from nitka.domain.thread import Owner, Team, Thread
from nitka.domain.turn import DialogueState, TurnRequest, TurnResult


class Clock(Protocol):
    def now(self) -> datetime:
        """Give the present moment, aware, in UTC."""
        ...


# ── the dialogue engine ────────────────────────────────────────────────────────────────────


class Engine(Protocol):
    async def turn(self, request: TurnRequest) -> TurnResult:
        """Work out one turn; keeps nothing. Raises `EngineUnavailable` or `EngineFailed`."""
        ...

    async def ready(self) -> bool:
        """Say whether at least one engine would answer a turn now."""
        ...

    async def close(self) -> None: ...


# ── channels ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can show: asked before rendering, never found out by failing."""

    text_limit: int
    buttons: bool
    images: bool
    files: bool
    typing: bool
    edit: bool
    read_receipts: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform took the message; `native_id` is the platform's id of it, if it has one."""

    native_id: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One call's worth of a message, as a connector renders it for its platform.

    `body` is the connector's own and holds JSON values only. `key` names this part for ever: the
    same message gives the same parts under the same keys, so that one can be looked up again.
    """

    key: str
    body: Mapping[str, object]


class Connector(Protocol):
    """One channel. No retry, no storage, no engine, no business rule."""

    @property
    def channel(self) -> Channel: ...

    @property
    def account(self) -> str:
        """Our own side of the channel's addresses."""
        ...

    def capabilities(self) -> Capabilities: ...

    def render(self, message: Message) -> Sequence[Part]:
        """Turn a message into at least one part, degraded to what the channel can show; pure."""
        ...

    async def send(self, address: Address, part: Part, *, doubtful: bool) -> Sent:
        """Hand one part to the platform. Raises `SendError`.

        `doubtful`: an earlier try ended without an answer, so look first whether it arrived,
        where the platform lets one look.
        """
        ...

    async def download(self, source: str) -> bytes:
        """Fetch the bytes of an attachment that a customer sent. Raises `SendError`."""
        ...

    async def typing(self, address: Address) -> None:
        """Show that an answer is being written, where the channel can; never raises."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Received:
    """An inbound is stored and cannot be lost any more. `duplicate`: it had been before."""

    customer_id: UUID
    message: Message
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Position:
    """Where a customer's thread stands, as seen from one of his addresses."""

    customer_id: UUID
    seq: int
    owner: Owner
    team: Team | None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's description; the bytes are kept by `Files`. `owner` is the uploader's address."""

    id: str
    owner: str
    name: str
    media_type: str
    size: int

    @property
    def attachment(self) -> Attachment:
        """Give the file as it goes with a message."""
        kind = AttachmentKind.IMAGE if self.media_type.startswith("image/") else AttachmentKind.FILE
        return Attachment(self.id, kind, self.name, self.media_type, self.size)


class Front(Protocol):
    """The thread as a connector sees it. The implementation is `nitka.service.front`."""

    async def receive(self, incoming: Incoming) -> Received | None:
        """Store what came in; None if it made no line. Raises `Unavailable`: nothing is stored."""
        ...

    async def position(self, address: Address) -> Position | None:
        """Say where the thread of an address stands, or None if nobody wrote from there yet."""
        ...

    async def lines(self, customer_id: UUID, *, after: int) -> Sequence[Message]:
        """Give up to 200 lines after a `seq`, in order and without gaps."""
        ...

    async def read(self, address: Address, *, seq: int) -> None:
        """Note that the person has seen everything up to `seq`."""
        ...

    async def typing(self, address: Address) -> None:
        """Pass on that the person is writing; lost when nobody looks."""
        ...

    def listen(
        self, topic: str
    ) -> AbstractAsyncContextManager[AsyncIterator[Mapping[str, object]]]:
        """Hear what is published on a topic (`topic_of`), from the moment the block is entered."""
        ...


def topic_of(subject: UUID | Address) -> str:
    """Name the topic of a customer's thread, or of an address that has no customer yet.

    Published there: `{"kind": "thread"}` (there are new lines), `{"kind": "typing", "author"}`,
    `{"kind": "state", "owner", "team"}`, `{"kind": "bound"}` (the address has a customer now),
    `{"kind": "reset"}` (a join or a split: begin anew).
    """
    return f"customer:{subject}" if isinstance(subject, UUID) else f"address:{subject}"


class Uploads(Protocol):
    """Files that customers send. The implementation is `nitka.service.uploads`."""

    limit: int  # bytes
    types: tuple[str, ...]  # media types that are taken

    async def keep(self, content: bytes, *, name: str, owner: str) -> StoredFile:
        """Keep a file. `Refused`: 413 `file_too_large`, 415 `file_type`, 400 `file_empty`."""
        ...

    async def find(self, file_id: str) -> StoredFile | None: ...

    async def load(self, file_id: str) -> tuple[StoredFile, bytes] | None: ...


class Listener(Protocol):
    """A connector that fetches by itself (long polling, Socket Mode) instead of being called."""

    async def listen(self, front: Front) -> None:
        """Receive until cancelled; runs in one process at a time. Comes back by itself from every
        fault of the platform; raises `ConfigError` for credentials that it refuses."""
        ...


# ── what must never be lost: SQL ───────────────────────────────────────────────────────────


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


class Outbox(Protocol):
    async def put(self, message: Message, address: KnownAddress) -> None: ...

    async def due(self, customer_id: UUID) -> Sequence[Due]:
        """Give, for each of the customer's addresses, its first unsent message if it is due."""
        ...

    async def sending(self, message_id: UUID) -> None:
        """Note that a try begins, so that a crash in its middle is known."""
        ...

    async def progress(self, message_id: UUID, parts_sent: int) -> None: ...

    async def sent(self, message_id: UUID) -> None: ...

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
        self, customer_id: UUID, team: Team, reason: str, facts: Mapping[str, object]
    ) -> Handoff:
        """Open a hand-off, or give the one that waits for the same team already."""
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


@dataclass(frozen=True, slots=True)
class Tally:
    """How many inbounds ended how. `unexplained` must be 0."""

    received: int
    waiting: int
    outcomes: Mapping[str, int]
    unexplained: int


class Ledger(Protocol):
    """Audit, accounting, access tokens, files' descriptions and answers kept under a key."""

    async def audit(
        self, action: str, *, actor: str, customer_id: UUID | None, facts: Mapping[str, object]
    ) -> None: ...

    async def tally(self) -> Tally: ...

    async def token(self, digest: str) -> tuple[str, frozenset[str]] | None:
        """Give the name and scopes of the access token with this digest, if it is valid."""
        ...

    async def add_token(self, name: str, digest: str, scopes: frozenset[str]) -> bool:
        """Keep an access token's digest; False if there is a token of that name."""
        ...

    async def file(self, file_id: str) -> StoredFile | None: ...

    async def add_file(self, file: StoredFile) -> None: ...


class Directory(Protocol):
    """Finds customers by what other systems know of them; reads only."""

    async def with_address(self, channel: Channel, native_id: str) -> Sequence[Customer]:
        """Give the customers with this native id on a channel, whatever our account there."""
        ...

    async def with_email(self, email: str) -> Sequence[Customer]:
        """Give the customers with this e-mail address, letter case aside, at most 50."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request under an idempotency key was answered. `digest`: of the request's body."""

    digest: str
    status: int
    body: Mapping[str, object]


class Answers(Protocol):
    """Answers kept under idempotency keys."""

    async def get(self, key: str) -> Answer | None: ...

    async def keep(self, key: str, answer: Answer) -> bool:
        """Keep an answer; False, and nothing stored, if the key has one.

        A transaction that is just storing one under the same key is waited for.
        """
        ...


class Secrets(Protocol):
    """Values that connectors have sealed themselves, by name."""

    async def get(self, name: str) -> bytes | None: ...

    async def put(self, name: str, sealed: bytes) -> None: ...

    async def remove(self, name: str) -> None: ...


class UnitOfWork(Protocol):
    """One transaction: everything or nothing. Only it commits."""

    customers: Customers
    threads: Threads
    messages: Messages
    inbox: Inbox
    outbox: Outbox
    fetches: Fetches
    handoffs: Handoffs
    ledger: Ledger
    directory: Directory
    answers: Answers
    secrets: Secrets


class Store(Protocol):
    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction; leaving the block commits, an error rolls everything back."""
        ...

    async def ready(self) -> bool: ...

    async def close(self) -> None: ...


# ── what is live and shared: Redis ─────────────────────────────────────────────────────────


class Job(StrEnum):
    """What a worker can be woken for."""

    TURN = "turn"
    DELIVERY = "delivery"
    FETCH = "fetch"
    LISTEN = "listen"


class Queue(Protocol):
    """Wakes workers. Nothing is lost with it: SQL knows what is unfinished."""

    async def wake(self, job: Job, customer_id: UUID) -> None:
        """Ask a worker to look after a customer; asking twice is asking once. Never raises."""
        ...

    async def next(self, job: Job, *, patience: timedelta) -> UUID | None: ...

    async def try_lease(self, job: Job, customer_id: UUID) -> str | None:
        """Take the customer's lease for a job; None if somebody has it (who is then told to look
        once more before he leaves)."""
        ...

    async def renew(self, job: Job, customer_id: UUID, lease: str) -> bool:
        """Keep a lease alive; False if it was lost."""
        ...

    async def release(self, job: Job, customer_id: UUID, lease: str) -> bool:
        """Give a lease back; True if somebody came in the meantime, so that one must look again."""
        ...

    async def ready(self) -> bool: ...


class Live(Protocol):
    """The live copy of dialogue states, by customer."""

    async def state(self, customer_id: UUID) -> DialogueState | None:
        """Give the live state, or None (never raises: SQL has it)."""
        ...

    async def keep(self, customer_id: UUID, state: DialogueState) -> None: ...

    async def forget(self, customer_id: UUID) -> None: ...


class Fanout(Protocol):
    """Tells the processes that hold a customer's sockets that there is something to show."""

    async def publish(self, topic: str, frame: Mapping[str, object]) -> None:
        """Tell everyone who listens on a topic; never raises: listeners also look by themselves."""
        ...

    def listen(
        self, topic: str
    ) -> AbstractAsyncContextManager[AsyncIterator[Mapping[str, object]]]: ...


class Files(Protocol):
    """Keeps the bytes of uploads."""

    async def save(self, content: bytes) -> str:
        """Keep the bytes and give an unguessable id."""
        ...

    async def load(self, file_id: str) -> bytes | None: ...
