"""Tells the processes that hold sockets that there is something to show."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from nitka.queue import keys
from nitka.queue.connection import GONE
from nitka.service.stop import stop

_PREFIX = keys.topic("")
log = structlog.get_logger(__name__)
Frame = Mapping[str, object]
_BROKEN = (*GONE, RuntimeError, ValueError)
"""What a subscription raises: also when two tasks reconnect at once, or for what is no UTF-8."""


class RedisFanout:
    """`ports.Fanout`: one subscription connection for a whole process.

    Whenever Redis confirms the subscription of a topic, its listeners get `{"kind": "thread"}`:
    from then on they hear everything, and may have missed something before. So it is at the
    beginning, and after Redis was away.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._listeners: defaultdict[str, set[asyncio.Queue[Frame]]] = defaultdict(set)
        self._pubsub: PubSub | None = None
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._changing = asyncio.Lock()  # who leaves a topic must not silence who just came

    async def publish(self, topic: str, frame: Frame) -> None:
        try:
            await self._redis.publish(keys.topic(topic), json.dumps(frame))
        except GONE as error:
            log.debug("fanout.lost", topic=topic, error=str(error))

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[AsyncIterator[Frame]]:
        queue: asyncio.Queue[Frame] = asyncio.Queue(maxsize=256)
        first = not self._listeners[topic]
        self._listeners[topic].add(queue)
        try:
            if first:
                await self._subscribe(topic)
            yield _drain(queue)
        finally:
            self._listeners[topic].discard(queue)
            if not self._listeners[topic]:
                del self._listeners[topic]
                await self._unsubscribe(topic)

    async def close(self) -> None:
        if self._task is not None:
            await stop(self._task)
        if self._pubsub is not None:
            with contextlib.suppress(*GONE):
                await self._pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _subscribe(self, topic: str) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._read(), name="fanout")
        async with self._changing:
            if self._pubsub is not None:
                with contextlib.suppress(*_BROKEN):  # the reader subscribes to all when it is back
                    await self._pubsub.subscribe(keys.topic(topic))
        self._changed.set()

    async def _unsubscribe(self, topic: str) -> None:
        async with self._changing:
            if self._pubsub is not None and topic not in self._listeners:
                with contextlib.suppress(*_BROKEN):
                    await self._pubsub.unsubscribe(keys.topic(topic))

    async def _read(self) -> None:
        while True:
            try:
                await self._read_while_connected()
            except _BROKEN as error:
                log.warning("fanout.gone", error=str(error))
                await asyncio.sleep(0.5)

    async def _read_while_connected(self) -> None:
        pubsub = self._redis.pubsub()
        try:
            async with self._changing:
                if self._listeners:
                    await pubsub.subscribe(*(keys.topic(topic) for topic in self._listeners))
                self._pubsub = pubsub
            while True:
                if not pubsub.subscribed:
                    self._changed.clear()
                    await self._changed.wait()
                    continue
                message = await pubsub.get_message(timeout=30)
                if message is not None:
                    self._deliver(message)
        finally:
            self._pubsub = None
            with contextlib.suppress(*GONE):
                await pubsub.aclose()  # type: ignore[no-untyped-call]

    def _deliver(self, message: Mapping[str, str]) -> None:
        topic = message["channel"].removeprefix(_PREFIX)
        if message["type"] == "subscribe":
            self._hand_out(topic, {"kind": "thread"})
        elif message["type"] == "message":
            with contextlib.suppress(ValueError, RecursionError):
                frame = json.loads(message["data"])
                if isinstance(frame, dict):
                    self._hand_out(topic, frame)

    def _hand_out(self, topic: str, frame: Frame) -> None:
        for queue in self._listeners.get(topic, ()):
            if queue.full():  # a listener that is behind looks into SQL anyway
                queue.get_nowait()
            queue.put_nowait(frame)


async def _drain(queue: asyncio.Queue[Frame]) -> AsyncIterator[Frame]:
    while True:
        yield await queue.get()
