"""Keeps to Slack's pace: about one message a second in each channel.

Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from nitka.errors import SendError, SendFault

_KEPT = 10_000  # channels


class Pace:
    """When the next message may go to a channel; in this process only, Slack's 429 tells the rest.

    `patience`: a message that would wait longer is put off by a `SendError` instead.
    """

    def __init__(
        self,
        *,
        every: timedelta = timedelta(seconds=1),
        patience: timedelta = timedelta(seconds=3),
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._every = every.total_seconds()
        self._patience = patience.total_seconds()
        self._now = now
        self._sleep = sleep
        self._free_at: dict[str, float] = {}

    async def wait(self, channel: str) -> None:
        """Wait for the channel's turn. Raises `SendError` (`RATE_LIMITED`) if it is far off."""
        now = self._now()
        at = max(now, self._free_at.get(channel, now))
        if at - now > self._patience:
            raise SendError(
                SendFault.RATE_LIMITED,
                "too much is on its way to this channel",
                retryable=True,
                retry_after=timedelta(seconds=at - now),
            )
        self._note(channel, at + self._every)
        if at > now:
            await self._sleep(at - now)

    def hold(self, channel: str, pause: timedelta) -> None:
        """Send nothing to a channel for a while, as Slack asked."""
        until = self._now() + pause.total_seconds()
        self._note(channel, max(until, self._free_at.get(channel, until)))

    def _note(self, channel: str, free_at: float) -> None:
        self._free_at[channel] = free_at
        if len(self._free_at) > _KEPT:
            now = self._now()
            self._free_at = {name: at for name, at in self._free_at.items() if at > now}
