"""Holds a customer's lease while something is done for him."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from nitka.ports import Job, Queue
from nitka.service.stop import heed, stop

_RENEW_EVERY = timedelta(seconds=2)


@asynccontextmanager
async def hold(queue: Queue, job: Job, customer_id: UUID) -> AsyncIterator[bool]:
    """Take the lease and keep it alive within the block; False when somebody else has it.

    Who comes in vain leaves a knock, and on leaving the holder has the customer looked at once
    more: so no wake-up is lost between the holder's last look and his leaving. The lease only
    saves work; that a turn is written once is the fencing number's task.
    """
    lease = await queue.try_lease(job, customer_id)
    if lease is None:
        yield False
        return
    renewing = asyncio.create_task(_renew(queue, job, customer_id, lease))
    try:
        yield True
    finally:
        await stop(renewing)
        if await queue.release(job, customer_id, lease):
            await queue.wake(job, customer_id)


async def _renew(queue: Queue, job: Job, customer_id: UUID, lease: str) -> None:
    while True:
        heed()
        await asyncio.sleep(_RENEW_EVERY.total_seconds())
        await queue.renew(job, customer_id, lease)
