"""The thread in memory as Telegram's connector sees it, and a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from connectors.telegram.pace import Pace
from nitka.domain.address import Address
from nitka.domain.inbound import Inbound, Incoming
from nitka.domain.message import Message
from nitka.errors import Unavailable
from nitka.ports import Position, Received
from tests.support.silence import silence


class MemoryFront:
    """`ports.Front` in memory. `down`: so many calls find no storage; `breaks`: texts that fail."""

    def __init__(self) -> None:
        self.came: list[Incoming] = []
        self.down = 0
        self.breaks: set[str] = set()

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.came if isinstance(one, Inbound)]

    async def receive(self, incoming: Incoming) -> Received | None:
        if self.down:
            self.down -= 1
            raise Unavailable("PostgreSQL is away")
        if isinstance(incoming, Inbound) and incoming.text in self.breaks:
            raise RuntimeError("a text that breaks everything")
        if incoming.native_id not in {one.native_id for one in self.came}:
            self.came.append(incoming)
        return None

    async def position(self, address: Address, *, anew: bool = False) -> Position | None:
        return None

    async def lines(
        self, customer_id: UUID, *, after: int, epoch: int | None = None
    ) -> Sequence[Message]:
        return []

    async def changes(self, customer_id: UUID, *, after: int) -> Sequence[Message]:
        return []

    async def read(self, address: Address, *, seq: int) -> None:
        return

    async def typing(self, address: Address) -> None:
        return

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[AsyncIterator[Mapping[str, object]]]:
        yield silence()


class Naps:
    """Time that passes only while somebody sleeps. `taken` lists the sleeps."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.taken: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def pace(self) -> Pace:
        return Pace(monotonic=self.monotonic, sleep=self.sleep)
