"""Ends tasks for certain.

Before Python 3.12 `asyncio.wait_for` loses a cancellation that comes together with what it waits
for (https://github.com/python/cpython/issues/86296), and the drivers of PostgreSQL and Redis wait
with it.
"""

from __future__ import annotations

import asyncio

_TELL_AGAIN = 1.0  # seconds


async def stop(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait for its end, however often it must be told."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_TELL_AGAIN)


def heed() -> None:
    """End the running task here, if it was cancelled and that got lost. For endless loops."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
