"""Tasks end when they are told to, even where a cancellation gets lost on its way."""

from __future__ import annotations

import asyncio

import pytest

from nitka.service.stop import heed, stop


async def _deaf(told: list[int], *, times: int) -> None:
    """Swallow so many cancellations, as `asyncio.wait_for` may before Python 3.12."""
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            told.append(1)
            if len(told) > times:
                raise


@pytest.mark.parametrize("times", [0, 1, 3])
async def test_a_task_is_told_until_it_ends(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One lost cancellation does not hold up whoever waits for the end."""
    monkeypatch.setattr("nitka.service.stop._TELL_AGAIN", 0.01)
    told: list[int] = []
    task = asyncio.create_task(_deaf(told, times=times))
    await asyncio.sleep(0)
    await stop(task)
    assert task.cancelled()
    assert len(told) == times + 1
    await stop(task)


async def test_a_loop_heeds_a_cancellation_that_was_lost() -> None:
    """What was swallowed in a step ends the loop at its next round."""
    rounds: list[int] = []

    async def loop() -> None:
        while True:
            heed()
            rounds.append(1)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    task = asyncio.create_task(loop())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()
    assert len(rounds) == 1


async def test_nobody_is_ended_without_a_reason() -> None:
    """A task that was not cancelled goes on."""
    heed()
