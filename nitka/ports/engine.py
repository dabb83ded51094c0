"""The dialogue engine, and the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from nitka.domain.turn import TurnRequest, TurnResult


class Clock(Protocol):
    def now(self) -> datetime:
        """Give the present moment, aware, in UTC."""
        ...


class Engine(Protocol):
    async def turn(self, request: TurnRequest) -> TurnResult:
        """Work out one turn; keeps nothing. Raises `EngineUnavailable` or `EngineFailed`."""
        ...

    async def ready(self) -> bool:
        """Say whether at least one engine would answer a turn now."""
        ...

    async def close(self) -> None: ...
