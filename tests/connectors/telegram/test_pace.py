"""Telegram's limits, kept before Telegram has to say so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.telegram.pace import Pace
from nitka.errors import SendError, SendFault
from tests.connectors.telegram.doubles import Naps

PERSON, GROUP = 42, -1001


async def starts(naps: Naps, chats: list[int]) -> list[float]:
    """Send to the chats one after the other and give the moments, in seconds from the first."""
    pace, moments = naps.pace(), []
    for chat in chats:
        wait = await later(pace, chat)
        while wait:
            await naps.sleep(wait)
            wait = await later(pace, chat)
        moments.append(naps.now)
    return [moment - moments[0] for moment in moments]


async def later(pace: Pace, chat: int) -> float:
    """Take a turn, or give the seconds after which to try again."""
    try:
        await pace.turn(chat)
    except SendError as error:
        return error.retry_after.total_seconds() if error.retry_after else 0
    return 0


def most_within(moments: list[float], seconds: float) -> int:
    return max(sum(begin <= m < begin + seconds for m in moments) for begin in moments)


async def test_a_chat_gets_one_a_second_after_a_small_burst(naps: Naps) -> None:
    """Three at once are fine, then one each second."""
    moments = await starts(naps, [PERSON] * 8)
    assert moments == pytest.approx([0, 0, 0, 1, 2, 3, 4, 5], abs=0.2)


async def test_a_group_gets_twenty_a_minute(naps: Naps) -> None:
    """In no minute does a group get more than 20."""
    assert most_within(await starts(naps, [GROUP] * 100), 60) <= 20


async def test_everybody_together_gets_thirty_a_second(naps: Naps) -> None:
    """In no second do all chats together get more than 30."""
    moments = await starts(naps, list(range(1, 301)))
    assert most_within(moments, 1) <= 30
    assert moments[-1] < 13


async def test_a_full_chat_does_not_hold_up_the_others(naps: Naps) -> None:
    """Waiting for one chat takes nothing from another."""
    pace = naps.pace()
    for _ in range(5):
        await pace.turn(PERSON)
    before = naps.now
    await pace.turn(PERSON + 1)
    assert naps.now - before < 0.1


async def test_longer_than_patience_is_said_at_once(naps: Naps) -> None:
    """A wait of more than a few seconds is left to whoever keeps the message."""
    pace = naps.pace()
    pace.hold(PERSON, timedelta(seconds=30))
    with pytest.raises(SendError) as caught:
        await pace.turn(PERSON)
    assert caught.value.fault is SendFault.RATE_LIMITED
    assert caught.value.retryable
    assert caught.value.retry_after == timedelta(seconds=30)
    assert naps.taken == []
