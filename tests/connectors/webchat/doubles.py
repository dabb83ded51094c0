"""Ports in memory, as web chat sees them, with switches for what may go wrong."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from nitka.domain.address import Address, Channel
from nitka.domain.customer import Profile
from nitka.domain.inbound import Inbound, Incoming
from nitka.domain.message import Author, Message, MessageState
from nitka.domain.thread import Owner, Team
from nitka.errors import Refused, Renumbered, Unavailable
from nitka.ports import Invitation, Position, Received, Signed, StoredFile, topic_of

Frame = Mapping[str, object]


class MemoryTopics:
    """`ports.Fanout` in memory. `deaf`: whatever is published reaches nobody."""

    def __init__(self) -> None:
        self.deaf = False
        self._queues: dict[str, set[asyncio.Queue[Frame]]] = defaultdict(set)

    async def publish(self, topic: str, frame: Frame) -> None:
        if not self.deaf:
            for queue in self._queues[topic]:
                queue.put_nowait(frame)

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[AsyncIterator[Frame]]:
        if self.deaf:
            raise Unavailable("Redis is away")
        queue: asyncio.Queue[Frame] = asyncio.Queue()
        self._queues[topic].add(queue)
        try:
            yield _all(queue)
        finally:
            self._queues[topic].discard(queue)


async def _all(queue: asyncio.Queue[Frame]) -> AsyncIterator[Frame]:
    while True:
        yield await queue.get()


class MemoryFront:
    """`ports.Front` in memory. `down`: the storage cannot be reached."""

    def __init__(self) -> None:
        self.down = False
        self.topics = MemoryTopics()
        self.inbounds: list[Inbound] = []
        self.seen: list[tuple[Address, int]] = []
        self.typed: list[Address] = []
        self.customers: dict[Address, UUID] = {}
        self.threads: dict[UUID, list[Message]] = defaultdict(list)
        self.owners: dict[UUID, tuple[Owner, Team | None]] = {}
        self.epochs: dict[UUID, int] = defaultdict(int)
        self.told: dict[Address, int] = {}

    def _reach(self) -> None:
        if self.down:
            raise Unavailable("PostgreSQL is away")

    async def receive(self, incoming: Incoming) -> Received | None:
        self._reach()
        if not isinstance(incoming, Inbound):
            return None
        inbound = incoming
        for earlier, message in zip(self.inbounds, self._mine(), strict=True):
            if earlier.native_id == inbound.native_id:
                return Received(message.customer_id, message, duplicate=True)
        new = inbound.address not in self.customers
        customer_id = self.customers.setdefault(inbound.address, uuid4())
        self.inbounds.append(inbound)
        line = self.add(
            customer_id,
            inbound.text,
            author=Author.CUSTOMER,
            native_id=inbound.message_id,
            attachments=inbound.attachments,
        )
        if new:
            await self.topics.publish(topic_of(inbound.address), {"kind": "bound"})
        await self.topics.publish(topic_of(customer_id), {"kind": "thread"})
        return Received(customer_id, line, duplicate=False)

    def _mine(self) -> list[Message]:
        lines = [line for thread in self.threads.values() for line in thread]
        own = [line for line in lines if line.author is Author.CUSTOMER]
        order = [inbound.message_id for inbound in self.inbounds]
        return sorted(own, key=lambda line: order.index(line.native_id))

    def add(self, customer_id: UUID, text: str, **more: object) -> Message:
        """Add a line, the bot's unless told otherwise; nobody is told."""
        thread = self.threads[customer_id]
        line = Message(
            id=uuid4(),
            customer_id=customer_id,
            seq=len(thread) + 1,
            author=Author.BOT,
            text=text,
            state=MessageState.SENT,
            created_at=datetime.now(UTC),
            channel=Channel.WEB,
        )
        thread.append(replace(line, **more))  # type: ignore[arg-type]  # fields of a message
        return thread[-1]

    async def say(self, address: Address, text: str) -> Message:
        """Add a line of the bot and tell the sockets."""
        line = self.add(self.customers[address], text)
        await self.topics.publish(topic_of(line.customer_id), {"kind": "thread"})
        return line

    async def position(self, address: Address, *, anew: bool = False) -> Position | None:
        self._reach()
        customer_id = self.customers.get(address)
        if customer_id is None:
            return None
        owner, team = self.owners.get(customer_id, (Owner.BOT, None))
        epoch = self.epochs[customer_id]
        if anew:
            self.told[address] = epoch
        seq = len(self.threads[customer_id])
        return Position(customer_id, seq, owner, team, epoch, self.told.get(address, 0))

    async def lines(
        self, customer_id: UUID, *, after: int, epoch: int | None = None
    ) -> Sequence[Message]:
        self._reach()
        if epoch is not None and epoch != self.epochs[customer_id]:
            raise Renumbered("new numbers")
        return self.threads[customer_id][after : after + 200]

    async def changes(self, customer_id: UUID, *, after: int) -> Sequence[Message]:
        self._reach()
        changed = [line for line in self.threads[customer_id] if (line.changed or 0) > after]
        return sorted(changed, key=lambda line: line.changed or 0)

    async def read(self, address: Address, *, seq: int) -> None:
        self._reach()
        self.seen.append((address, seq))

    async def typing(self, address: Address) -> None:
        self.typed.append(address)

    def listen(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[Frame]]:
        return self.topics.listen(topic)


class MemoryRecognising:
    """`ports.Recognising` that remembers whom it was told of; `refuses` are raised first."""

    def __init__(self) -> None:
        self.told: list[tuple[Address, Signed, Address | None]] = []
        self.refuses: list[Refused] = []

    async def recognise(
        self, address: Address, profile: Profile, signed: Signed, *, seen_with: Address | None
    ) -> None:
        if self.refuses:
            raise self.refuses.pop(0)
        self.told.append((address, signed, seen_with))


class MemoryContinuing:
    """`ports.Continuing` that gives the same code to everybody, until `closed`."""

    channels = frozenset({Channel.TELEGRAM, Channel.SLACK})

    def __init__(self) -> None:
        self.invited: list[tuple[Address, Profile]] = []
        self.closed = False

    async def invite(self, address: Address, profile: Profile) -> Invitation:
        if self.closed:
            raise Refused("too_many_requests", "There are several open codes.", status=429)
        self.invited.append((address, profile))
        ways = {Channel.TELEGRAM: "https://t.me/shop?start=K7WQX2MPRA", Channel.SLACK: "link it"}
        return Invitation("K7WQX2MPRA", datetime(2026, 11, 25, 12, tzinfo=UTC), ways)


class MemoryUploads:
    """`ports.Uploads` in memory."""

    limit = 100_000
    types: tuple[str, ...] = ("image/png", "text/plain")

    def __init__(self) -> None:
        self.kept: dict[str, tuple[StoredFile, bytes]] = {}

    async def keep(
        self, content: bytes, *, name: str, owner: str, until: datetime | None = None
    ) -> StoredFile:
        if not content:
            raise Refused("file_empty", "The file is empty.")
        image = content.startswith(b"\x89PNG")
        if not image and not content.isascii():
            raise Refused("file_type", "This type is not taken.", status=415)
        kind = "image/png" if image else "text/plain"
        file = StoredFile(secrets.token_urlsafe(16), owner, name, kind, len(content))
        self.kept[file.id] = (file, content)
        return file

    async def find(self, file_id: str) -> StoredFile | None:
        return self.kept[file_id][0] if file_id in self.kept else None

    async def load(self, file_id: str) -> tuple[StoredFile, bytes] | None:
        return self.kept.get(file_id)
