"""Keeps the bot within Telegram's limits: 30 messages a second, 1 in a chat, 20 a minute in groups.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from nitka.errors import SendError, SendFault

Monotonic = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]

_REMEMBERED = 10_000  # chats


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, and one more every `interval` seconds."""

    burst: int
    interval: float


OVERALL = Rate(burst=5, interval=1 / 25)  # never more than 30 within a second
CHAT = Rate(burst=3, interval=1.0)
GROUP = Rate(burst=3, interval=60 / 17)  # never more than 20 within a minute


class _Bucket:
    """When the next message may go; a reservation made is kept."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._paid_until = 0.0  # everything reserved so far is paid for by then

    def wait(self, now: float) -> float:
        """Give the seconds until one more may go."""
        ahead = (self._rate.burst - 1) * self._rate.interval
        return max(0.0, self._paid_until - ahead - now)

    def take(self, now: float) -> None:
        self._paid_until = max(self._paid_until, now) + self._rate.interval

    def hold(self, until: float) -> None:
        """Let nothing go before a moment."""
        ahead = (self._rate.burst - 1) * self._rate.interval
        self._paid_until = max(self._paid_until, until + ahead)


class Pace:
    """Lets sends through in the order they come; of one process."""

    def __init__(
        self,
        *,
        patience: timedelta = timedelta(seconds=4),
        monotonic: Monotonic = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._patience = patience.total_seconds()
        self._monotonic, self._sleep = monotonic, sleep
        self._overall = _Bucket(OVERALL)
        self._chats: OrderedDict[int, _Bucket] = OrderedDict()

    async def turn(self, chat: int) -> None:
        """Wait until a message may go to a chat: for the chat first, then for all of them.

        Raises `SendError` (rate limited) at once if that is longer than the patience.
        """
        for bucket in (self._chat(chat), self._overall):
            now = self._monotonic()
            wait = bucket.wait(now)
            if wait > self._patience:
                raise SendError(
                    SendFault.RATE_LIMITED,
                    "as many messages as Telegram allows are on their way already",
                    retryable=True,
                    retry_after=timedelta(seconds=wait),
                )
            bucket.take(now + wait)
            if wait > 0:
                await self._sleep(wait)

    def hold(self, chat: int, pause: timedelta) -> None:
        """Keep a chat silent for as long as Telegram asked for."""
        self._chat(chat).hold(self._monotonic() + pause.total_seconds())

    def _chat(self, chat: int) -> _Bucket:
        bucket = self._chats.pop(chat, None) or _Bucket(GROUP if chat < 0 else CHAT)
        self._chats[chat] = bucket
        if len(self._chats) > _REMEMBERED:
            self._chats.popitem(last=False)
        return bucket
