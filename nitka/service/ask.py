"""Asks the engine for a turn, patiently, and keeps the customer company meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from nitka.domain.turn import TurnRequest, TurnResult
from nitka.errors import EngineFailed, EngineUnavailable, NitkaError
from nitka.ports import Engine
from nitka.service.stop import stop

log = structlog.get_logger(__name__)
_TYPING_EVERY = 4.0  # seconds; Telegram's indicator lasts 5


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a customer waits: `notice` until he is told so, `limit` until a person gets it."""

    notice: timedelta
    limit: timedelta


class Ask:
    """The engine with patience: one turn, tried until it is given or time is up."""

    def __init__(self, engine: Engine, *, patience: Patience) -> None:
        self._engine = engine
        self._patience = patience

    async def __call__(
        self,
        request: TurnRequest,
        *,
        typing: Callable[[], Awaitable[None]],
        notice: Callable[[], Awaitable[None]],
    ) -> TurnResult:
        """Give the turn's result. Calls `typing` again and again, and `notice` once if it is slow.

        Raises `EngineUnavailable` when no engine answered within the limit, `EngineFailed` when
        one said twice that the turn cannot be done.
        """
        company = asyncio.create_task(self._company(typing, notice))
        try:
            return await self._insist(request)
        finally:
            await stop(company)

    async def once(self, request: TurnRequest) -> TurnResult:
        """Give a turn's result without any patience. Raises `EngineError`."""
        return await self._engine.turn(request)

    async def _insist(self, request: TurnRequest) -> TurnResult:
        loop = asyncio.get_running_loop()
        gives_up_at = loop.time() + self._patience.limit.total_seconds()
        pause, failed = 0.1, False
        while True:
            try:
                async with asyncio.timeout_at(gives_up_at):
                    return await self._engine.turn(request)
            except TimeoutError:
                raise EngineUnavailable("no engine answered in time") from None
            except EngineUnavailable as error:
                if loop.time() + pause > gives_up_at:
                    raise
                log.warning("engine.unavailable", error=str(error), next_try_in=pause)
            except EngineFailed as error:
                log.warning("engine.failed", error=str(error), again=not failed)
                if failed:
                    raise
                failed = True
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)

    async def _company(
        self, typing: Callable[[], Awaitable[None]], notice: Callable[[], Awaitable[None]]
    ) -> None:
        waited, limit = 0.0, self._patience.notice.total_seconds()
        noticed = False
        while True:
            await typing()
            step = _TYPING_EVERY if noticed else min(_TYPING_EVERY, limit - waited)
            await asyncio.sleep(step)
            waited += step
            if not noticed and waited >= limit:
                noticed = True
                try:
                    await notice()
                except NitkaError as error:  # company is kind, the answer is what counts
                    log.warning("notice.lost", error=str(error))
