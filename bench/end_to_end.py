"""From a visitor's message on a real socket to the bot's answer on it, through everything."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median, quantiles

from bench.talk import TEXTS
from tests.support.nitka_up import nitka_up
from tests.support.webclient import visiting

CONCURRENCIES = (1, 4, 8)
Facts = dict[str, object]


async def measure(scratch: Path, seconds: float) -> list[Facts]:
    """Run a whole Nitka and talk with it; at each concurrency for a share of the time."""
    with nitka_up(scratch / "home") as nitka:
        await _load(nitka.base, 1, 1.0)  # the first turns of a fresh engine are slower
        return [
            await _load(nitka.base, at_once, seconds / len(CONCURRENCIES))
            for at_once in CONCURRENCIES
        ]


async def _load(base: str, at_once: int, window: float) -> Facts:
    began = time.perf_counter()
    millis: list[float] = []

    async def talk() -> None:
        while time.perf_counter() - began < window:
            async with visiting(base) as visitor:
                await visitor.until(lambda: visitor.connections > 0, "connection")
                for text in TEXTS:
                    asked = time.perf_counter()
                    await visitor.ask(text)
                    millis.append((time.perf_counter() - asked) * 1000)

    await asyncio.gather(*(talk() for _ in range(at_once)))
    return {
        "visitors": at_once,
        "messages": len(millis),
        "messages_per_second": round(len(millis) / (time.perf_counter() - began), 1),
        "p50_ms": round(median(millis), 1),
        "p95_ms": round(quantiles(millis, n=20)[-1], 1),
    }
