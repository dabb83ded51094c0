"""The worker: looks after the customers it is woken for, and finds those nobody woke it for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from uuid import UUID

import structlog

from nitka.errors import NitkaError, Unavailable
from nitka.ports import Job, Queue, Store
from nitka.service.repeat import repeat
from nitka.service.stop import heed

log = structlog.get_logger(__name__)
_PATIENCE = timedelta(seconds=2)
_PICK_UP_EVERY = 1.0  # seconds
_OVERLOOKED_AFTER = timedelta(seconds=2)
_AT_A_TIME = 500


class Worker:
    """Runs each kind of job for many customers at once, until cancelled."""

    def __init__(
        self,
        store: Store,
        *,
        queue: Queue,
        jobs: Mapping[Job, Callable[[UUID], Awaitable[None]]],
        at_once: int = 16,
    ) -> None:
        self._store = store
        self._queue = queue
        self._jobs = jobs
        self._at_once = at_once

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for job, do in self._jobs.items():
                for _ in range(self._at_once):
                    group.create_task(self._serve(job, do))
            group.create_task(repeat(self.pick_up, every=_PICK_UP_EVERY, name="pick_up"))

    async def _serve(self, job: Job, do: Callable[[UUID], Awaitable[None]]) -> None:
        while True:
            heed()
            try:
                customer_id = await self._queue.next(job, patience=_PATIENCE)
            except Unavailable as error:
                log.warning("queue.unavailable", job=job, error=str(error))
                await asyncio.sleep(0.5)
                continue
            if customer_id is not None:
                await self._look_after(job, do, customer_id)

    async def _look_after(
        self, job: Job, do: Callable[[UUID], Awaitable[None]], customer_id: UUID
    ) -> None:
        """One of the four edges: whatever breaks here is logged, and picked up again."""
        with structlog.contextvars.bound_contextvars(customer=str(customer_id)):
            try:
                await do(customer_id)
            except NitkaError as error:
                log.warning("job.broke_off", job=job, error=str(error))
            except Exception:
                log.exception("job.crashed", job=job)

    async def pick_up(self) -> None:
        """Wake workers for everything unfinished in SQL: lost wake-ups, crashes, due retries."""
        async with self._store.begin() as uow:
            waiting = await uow.inbox.waiting_customers(
                longer_than=_OVERLOOKED_AFTER, limit=_AT_A_TIME
            )
            due = await uow.outbox.due_customers(limit=_AT_A_TIME)
            to_fetch = await uow.fetches.due_customers(limit=_AT_A_TIME)
        for customer_id in waiting:
            await self._queue.wake(Job.TURN, customer_id)
        for customer_id in due:
            await self._queue.wake(Job.DELIVERY, customer_id)
        for customer_id in to_fetch:
            await self._queue.wake(Job.FETCH, customer_id)
