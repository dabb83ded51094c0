"""Holds customers still while they are joined or split, and tells everybody afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import UUID

from nitka.errors import Unavailable
from nitka.ports import Fanout, Job, Live, Queue, topic_of
from nitka.service.lease import hold

_PATIENCE = timedelta(seconds=5)
_LOOK_AGAIN = 0.05  # seconds


class Mover:
    """What has to be done outside the transaction that moves a customer's lines."""

    def __init__(self, queue: Queue, *, live: Live, fanout: Fanout) -> None:
        self._queue = queue
        self._live = live
        self._fanout = fanout

    @asynccontextmanager
    async def still(
        self, *customer_ids: UUID, jobs: tuple[Job, ...] = (Job.DELIVERY,)
    ) -> AsyncIterator[None]:
        """Hold the customers' deliveries, so that no line is sent from two threads at once.

        Turns in flight are not waited for, unless named: their fencing numbers are old afterwards.
        Raises `Unavailable` if what is done for a customer does not end soon.
        """
        async with AsyncExitStack() as stack:
            for customer_id in sorted(set(customer_ids)):
                for job in jobs:
                    await self._hold(stack, job, customer_id)
            yield

    async def _hold(self, stack: AsyncExitStack, job: Job, customer_id: UUID) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE.total_seconds()
        while True:
            async with AsyncExitStack() as attempt:
                if await attempt.enter_async_context(hold(self._queue, job, customer_id)):
                    await stack.enter_async_context(attempt.pop_all())
                    return
            if loop.time() > until:
                raise Unavailable(f"{job} of {customer_id} is still being done")
            await asyncio.sleep(_LOOK_AGAIN)

    async def tell(self, *customer_ids: UUID) -> None:
        """Have sockets begin anew, live states forgotten, and what waits looked after."""
        for customer_id in customer_ids:
            await self._live.forget(customer_id)
            await self._fanout.publish(topic_of(customer_id), {"kind": "reset"})
            for job in (Job.TURN, Job.DELIVERY, Job.FETCH):
                await self._queue.wake(job, customer_id)
