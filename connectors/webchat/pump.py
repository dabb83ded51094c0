"""Shows one socket its thread: a cursor over the lines in SQL, woken by what is published.

What is published is only a hint to look. The pump also looks by itself, so a frame that was never
published, or published to nobody, delays a line and never loses it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from connectors.webchat import protocol
from connectors.webchat.protocol import Fault
from connectors.webchat.wire import Wire
from nitka.domain.address import Address
from nitka.domain.message import Author
from nitka.domain.thread import Owner, Team
from nitka.errors import Renumbered, Unavailable
from nitka.ports import Front, Position, topic_of

log = structlog.get_logger(__name__)

PAGE = 200  # what `Front.lines` gives at most


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the pump looks by itself, in seconds.

    `look_soon` is for who cannot hear what is published, and for who waits for an answer: he
    gets it soon although Redis may be away. Nobody waits longer than `expects_for`.
    """

    look_every: float = 10
    look_soon: float = 2
    expects_for: float = 90
    listen_again: float = 1


class Pump:
    """The way from the thread to one socket. `begin` it, then `run` it beside the reading."""

    def __init__(self, wire: Wire, front: Front, address: Address, *, pace: Pace) -> None:
        self._wire, self._front, self._address, self._pace = wire, front, address, pace
        self._customer_id: UUID | None = None
        self._epoch = 0
        self._cursor: int | None = None  # None: after a reset, until the next hello
        self._shown: tuple[Owner, Team | None] | None = None
        self._news = asyncio.Event()
        self._look_whole = False
        self._turned = False  # a reset was heard
        self._changes = 0  # the number of the last change that was shown
        self._changed = True  # there may be newer ones
        self._expects_until = 0.0
        self._deaf: set[str] = set()
        self._ears: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()

    async def begin(self, after: int) -> None:
        """Welcome the client and set the cursor; what comes after it is shown by `run`.

        Raises `Unavailable` if the thread cannot be read.
        """
        async with self._turn:
            position = await self._front.position(self._address, anew=after == 0)
            seq = position.seq if position else 0
            stale = position is not None and after > 0 and position.told_epoch != position.epoch
            if after > seq and not stale:
                sentence = f"`after` is {after}, but the thread ends at {seq}; going on from there."
                await self._wire.send(protocol.error(Fault("after_in_future", sentence)))
            await self._wire.send(protocol.welcome(seq))
            self._customer_id = position.customer_id if position else None
            self._epoch = position.epoch if position else 0
            self._cursor = None if stale else min(after, seq)
            self._changes, self._changed = 0, True
            self._turned = False
            self._shown = None
            if stale:  # a join or a split while the client was away: its numbers are old
                await self._wire.send(protocol.reset(seq))
            await self._show_state(position)
        self._wake()

    async def run(self) -> None:
        """Show what is new until cancelled, or the client is `Gone`."""
        async with asyncio.TaskGroup() as ears:
            self._listen(ears, topic_of(self._address))
            while True:
                if self._customer_id is not None:
                    self._listen(ears, topic_of(self._customer_id))
                await self._wait()
                try:
                    async with self._turn:
                        await self._look()
                except Unavailable as error:
                    log.warning("socket.thread_unreadable", reason=str(error))
                    self._look_whole = True
                    await asyncio.sleep(self._pace.listen_again)

    def mine(self, customer_id: UUID) -> None:
        """Note that the client's own message was stored with this customer, and look."""
        self._expects_until = time.monotonic() + self._pace.expects_for
        self._wake(whole=customer_id != self._customer_id)

    def _wake(self, *, whole: bool = False) -> None:
        self._look_whole = self._look_whole or whole
        self._news.set()

    async def _wait(self) -> None:
        soon = self._deaf or time.monotonic() < self._expects_until
        pause = self._pace.look_soon if soon else self._pace.look_every
        try:
            async with asyncio.timeout(pause):
                await self._news.wait()
        except TimeoutError:
            self._look_whole = True
        self._news.clear()

    async def _look(self) -> None:
        """Show what is new; once in a while, or when told to, see where the thread stands too."""
        position: Position | None = None
        if self._look_whole or self._turned:
            self._look_whole = False
            position = await self._front.position(self._address)
            if position is not None and await self._begins_anew(position):
                return
        if self._cursor is None or self._customer_id is None:
            return
        try:
            await self._show_lines(self._customer_id, position.seq if position else 0)
            if self._changed or position is not None:
                await self._show_changes(self._customer_id)
        except Renumbered:
            self._wake(whole=True)
            return
        await self._show_state(position)

    async def _begins_anew(self, position: Position) -> bool:
        """Say `reset` after a join or a split; a lost word of it shows by the thread itself."""
        known = self._customer_id is not None
        other = (self._customer_id, self._epoch) != (position.customer_id, position.epoch)
        behind = self._cursor is not None and position.seq < self._cursor
        self._customer_id, self._epoch = position.customer_id, position.epoch
        if self._cursor is not None and (self._turned or (known and other) or behind):
            self._cursor = None
            self._turned = False
            await self._wire.send(protocol.reset(position.seq))
        return self._cursor is None

    async def _show_lines(self, customer_id: UUID, at_least: int) -> None:
        while self._cursor is not None:
            lines = await self._front.lines(customer_id, after=self._cursor, epoch=self._epoch)
            for line in lines:
                await self._wire.send(protocol.message(line))
                self._cursor = line.seq
                if line.author is not Author.CUSTOMER:
                    self._expects_until = 0.0
            if not lines or (len(lines) < PAGE and self._cursor >= at_least):
                return

    async def _show_changes(self, customer_id: UUID) -> None:
        """Show lines anew that were changed; those that come after the cursor come as they are."""
        self._changed = False
        while lines := await self._front.changes(customer_id, after=self._changes):
            for line in lines:
                if self._cursor is not None and line.seq <= self._cursor:
                    await self._wire.send(protocol.message(line))
                self._changes = line.changed or self._changes

    async def _show_state(self, position: Position | None) -> None:
        """Say who owns the thread if the client does not know it; at first the bot does."""
        if position is not None:
            now = (position.owner, position.team)
        elif self._shown is None:
            now = (Owner.BOT, None)
        else:
            return
        if now != self._shown:
            await self._wire.send(protocol.state(*now))
            self._shown = now

    # ── hearing ────────────────────────────────────────────────────────────────────────────

    def _listen(self, ears: asyncio.TaskGroup, topic: str) -> None:
        """Listen on a topic, and no more on those of a customer that this is not any longer."""
        wanted = {topic_of(self._address), topic}
        for old in self._ears.keys() - wanted:
            self._ears.pop(old).cancel()
            self._deaf.discard(old)
        if topic not in self._ears:
            self._deaf.add(topic)
            self._ears[topic] = ears.create_task(self._hear(topic))

    async def _hear(self, topic: str) -> None:
        while True:
            with contextlib.suppress(Unavailable):
                async with self._front.listen(topic) as published:
                    self._deaf.discard(topic)
                    self._wake(whole=True)  # what was said before we listened is in SQL
                    async for frame in published:
                        await self._heard(frame)
            self._deaf.add(topic)
            await asyncio.sleep(self._pace.listen_again)

    async def _heard(self, frame: Mapping[str, object]) -> None:
        match frame.get("kind"):
            case "thread":
                self._wake()
            case "changed":
                self._changed = True
                self._wake()
            case "reset":
                self._turned = True
                self._wake(whole=True)
            case "typing" if frame.get("author") in {Author.BOT, Author.AGENT, Author.SYSTEM}:
                if self._cursor is not None:
                    await self._wire.send(protocol.typing(str(frame["author"])))
            case "bound" | "state":
                self._wake(whole=True)
