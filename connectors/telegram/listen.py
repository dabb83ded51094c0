"""Long polling: asks Telegram for updates and confirms them only when they are stored.

Confirming is asking for what comes after. https://core.telegram.org/bots/api#getupdates
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import DeleteWebhook, GetUpdates

from connectors.fields import obj
from connectors.telegram.client import sorted_out
from connectors.telegram.connector import Telegram, refused_token
from connectors.telegram.fields import integer
from connectors.telegram.intake import Intake
from connectors.telegram.names import KINDS
from nitka.errors import Unavailable
from nitka.ports import Front

log = structlog.get_logger(__name__)

_MOST = 100
_LONGEST_PAUSE = 30.0
_IDLE = 0.3  # seconds between questions to a server that does not keep them open
_QUIET = timedelta(days=1)  # Telegram may number anew after a week without updates


@dataclass(frozen=True, slots=True)
class Polling:
    """How to poll. `wait`: for so long Telegram keeps a question open when there is nothing."""

    wait: timedelta = timedelta(seconds=25)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic

    async def __call__(self, telegram: Telegram, front: Front) -> None:
        """Receive until cancelled. Raises `ConfigError` if the token is refused."""
        intake = Intake(telegram, front)
        place = _Place(self.monotonic)
        failures = 0
        while True:
            pause = await self._round(telegram, intake, place)
            failures = failures + 1 if pause is not None else 0
            if pause is not None:
                await self.sleep(max(pause, _back_off(failures)))

    async def _round(self, telegram: Telegram, intake: Intake, place: _Place) -> float | None:
        """Ask once and store what comes. Give None, or after a fault the shortest pause."""
        call = GetUpdates(
            offset=place.offset,
            limit=_MOST,
            timeout=int(self.wait.total_seconds()),
            allowed_updates=list(KINDS),
        )
        asked_at = self.monotonic()
        try:
            answer = await telegram.client.call(call, seconds=(call.timeout or 0) + 10)
        except AiogramError as error:
            return await _faulted(error, telegram)
        updates = answer if isinstance(answer, list) else None
        if updates is None:
            log.warning("telegram.poll_bent", got=type(answer).__name__)
            return 1.0
        before = place.offset
        for update in updates:
            try:
                await intake.take(update)
            except Unavailable as error:
                log.warning("telegram.not_stored", reason=str(error))
                return 0.0
            place.passed(update)
        if not updates:
            place.nothing_came()
            if self.monotonic() - asked_at < _IDLE:
                await self.sleep(_IDLE)
        return 1.0 if updates and place.offset == before else None


@dataclass(slots=True)
class _Place:
    """Where in Telegram's queue we are.

    The number after the last stored update, whether higher than the earlier ones or not. After a
    quiet day, when everything is confirmed, it is forgotten: numbers may begin anew below it.
    """

    monotonic: Callable[[], float]
    offset: int | None = None
    moved_at: float = field(default=0.0)

    def passed(self, update: object) -> None:
        number = integer(obj(update), "update_id")
        if number is not None:
            self.offset, self.moved_at = number + 1, self.monotonic()

    def nothing_came(self) -> None:
        if self.monotonic() - self.moved_at > _QUIET.total_seconds():
            self.offset = None


async def _faulted(error: AiogramError, telegram: Telegram) -> float:
    """Do what a fault asks for and give the shortest pause before the next try."""
    if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):
        raise refused_token() from None
    reason = sorted_out(error).detail
    log.warning("telegram.poll_failed", reason=reason)
    if isinstance(error, TelegramRetryAfter):
        return float(error.retry_after)
    if isinstance(error, TelegramConflictError) and "webhook" in reason.lower():
        return await _remove_webhook(telegram)
    return 0.5


async def _remove_webhook(telegram: Telegram) -> float:
    """Take away the webhook that keeps polling from working; what waits for it stays."""
    try:
        await telegram.client.call(DeleteWebhook(drop_pending_updates=False))
        log.info("telegram.webhook_removed", reason="this service polls")
    except AiogramError as error:
        log.warning("telegram.webhook_not_removed", reason=sorted_out(error).detail)
        return 1.0
    return 0.0


def _back_off(failures: int) -> float:
    longest = min(2.0 ** (failures - 1), _LONGEST_PAUSE)
    return longest * (0.5 + random.random() / 2)  # noqa: S311  # jitter, not a secret
