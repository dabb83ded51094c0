"""Doubles of what is live: nobody else works, nobody listens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from nitka.ports import Job
from tests.support.silence import silence


class Alone:
    """`ports.Queue` of a process that has no rivals; `woken` is what it was asked to wake."""

    def __init__(self) -> None:
        self.woken: list[tuple[Job, UUID]] = []
        self.held: set[tuple[Job, UUID]] = set()
        self.knocked = False

    async def wake(self, job: Job, customer_id: UUID) -> None:
        self.woken.append((job, customer_id))

    async def next(self, job: Job, *, patience: timedelta) -> UUID | None:
        return None

    async def try_lease(self, job: Job, customer_id: UUID) -> str | None:
        if (job, customer_id) in self.held:
            return None
        self.held.add((job, customer_id))
        return "lease"

    async def renew(self, job: Job, customer_id: UUID, lease: str) -> bool:
        return True

    async def release(self, job: Job, customer_id: UUID, lease: str) -> bool:
        self.held.discard((job, customer_id))
        return self.knocked

    async def ready(self) -> bool:
        return True


class Silent:
    """`ports.Fanout` to nobody; `frames` is what was published."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, Mapping[str, object]]] = []

    async def publish(self, topic: str, frame: Mapping[str, object]) -> None:
        self.frames.append((topic, frame))

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[AsyncIterator[Mapping[str, object]]]:
        yield silence()
