"""A process's watches go on, whatever breaks off, until they are told to end."""

from __future__ import annotations

import asyncio

import pytest

from nitka.errors import Unavailable
from nitka.service.repeat import repeat


async def test_what_breaks_off_is_done_again() -> None:
    """A database that is away ends no watch; a fault of our own does."""
    done: list[Exception] = [Unavailable("away"), Unavailable("away"), ValueError("a fault")]

    async def step() -> None:
        raise done.pop(0)

    with pytest.raises(ValueError, match="a fault"):
        await asyncio.wait_for(repeat(step, every=0, name="watch"), timeout=5)
    assert done == []


async def test_it_ends_when_cancelled() -> None:
    """A step that lost the cancellation is the last one."""
    began = asyncio.Event()
    steps: list[int] = []

    async def step() -> None:
        steps.append(1)
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    task = asyncio.create_task(repeat(step, every=0, name="watch"))
    await began.wait()
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()
    assert len(steps) == 1
