"""Tells the desk of everything that is told of any customer's thread: who, never what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager

from nitka.ports import Fanout

DESK = "desk"
"""The topic of the desk: a customer topic's frames with `customer`, and the desk's own."""
_CUSTOMER = "customer:"


class DeskFanout:
    """`ports.Fanout` that also publishes a customer's frames on the desk's topic."""

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout

    async def publish(self, topic: str, frame: Mapping[str, object]) -> None:
        await self._fanout.publish(topic, frame)
        if topic.startswith(_CUSTOMER):
            await self._fanout.publish(DESK, {**frame, "customer": topic.removeprefix(_CUSTOMER)})

    def listen(
        self, topic: str
    ) -> AbstractAsyncContextManager[AsyncIterator[Mapping[str, object]]]:
        return self._fanout.listen(topic)
