"""Does a step again and again, as a process's watches do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from nitka.errors import NitkaError
from nitka.service.stop import heed

log = structlog.get_logger(__name__)


async def repeat(step: Callable[[], Awaitable[None]], *, every: float, name: str) -> None:
    """Do a step every so many seconds until cancelled.

    One that breaks off is logged as `<name>.broke_off`, and done again the next time.
    """
    while True:
        heed()
        await asyncio.sleep(every)
        try:
            await step()
        except NitkaError as error:
            log.warning(f"{name}.broke_off", error=str(error))
