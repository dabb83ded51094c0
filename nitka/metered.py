"""Counts and times what passes the ports, so that the use cases need not. Part of composition."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from nitka.domain.address import Address, Channel
from nitka.domain.inbound import Incoming
from nitka.domain.message import Message
from nitka.domain.turn import TurnRequest, TurnResult
from nitka.errors import EngineError, SendError
from nitka.metrics import Metrics
from nitka.ports import Capabilities, Connector, Engine, Front, Part, Position, Received, Sent


class MeteredEngine:
    """`ports.Engine`: turns by how they ended, and the time of those that were given."""

    def __init__(self, engine: Engine, metrics: Metrics) -> None:
        self._engine = engine
        self._metrics = metrics

    async def turn(self, request: TurnRequest) -> TurnResult:
        began = time.perf_counter()
        try:
            result = await self._engine.turn(request)
        except EngineError as error:
            self._metrics.turns.labels(outcome=type(error).__name__).inc()
            raise
        self._metrics.turns.labels(outcome="given").inc()
        self._metrics.turn_seconds.observe(time.perf_counter() - began)
        return result

    async def ready(self) -> bool:
        return await self._engine.ready()

    async def close(self) -> None:
        await self._engine.close()


class MeteredFront:
    """`ports.Front`: lines that came in, by channel, first or again."""

    def __init__(self, front: Front, metrics: Metrics) -> None:
        self._front = front
        self._metrics = metrics

    async def receive(self, incoming: Incoming) -> Received | None:
        received = await self._front.receive(incoming)
        if received is not None:
            channel = received.message.channel or "none"
            again = str(received.duplicate).lower()
            self._metrics.inbounds.labels(channel=channel, duplicate=again).inc()
        return received

    async def position(self, address: Address, *, anew: bool = False) -> Position | None:
        return await self._front.position(address, anew=anew)

    async def lines(
        self, customer_id: UUID, *, after: int, epoch: int | None = None
    ) -> Sequence[Message]:
        return await self._front.lines(customer_id, after=after, epoch=epoch)

    async def changes(self, customer_id: UUID, *, after: int) -> Sequence[Message]:
        return await self._front.changes(customer_id, after=after)

    async def read(self, address: Address, *, seq: int) -> None:
        await self._front.read(address, seq=seq)

    async def typing(self, address: Address) -> None:
        await self._front.typing(address)

    def listen(
        self, topic: str
    ) -> AbstractAsyncContextManager[AsyncIterator[Mapping[str, object]]]:
        return self._front.listen(topic)


class MeteredConnector:
    """`ports.Connector`: tries to send a part, by how they ended."""

    def __init__(self, connector: Connector, metrics: Metrics) -> None:
        self._connector = connector
        self._metrics = metrics

    @property
    def channel(self) -> Channel:
        return self._connector.channel

    @property
    def account(self) -> str:
        return self._connector.account

    def capabilities(self) -> Capabilities:
        return self._connector.capabilities()

    def render(self, message: Message) -> Sequence[Part]:
        return self._connector.render(message)

    async def send(self, address: Address, part: Part, *, doubtful: bool) -> Sent:
        outcome = "sent"
        try:
            return await self._connector.send(address, part, doubtful=doubtful)
        except SendError as error:
            outcome = error.fault
            raise
        finally:
            self._metrics.deliveries.labels(channel=self.channel, outcome=outcome).inc()

    async def download(self, source: str) -> bytes:
        return await self._connector.download(source)

    async def typing(self, address: Address) -> None:
        await self._connector.typing(address)

    async def close(self) -> None:
        await self._connector.close()
