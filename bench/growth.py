"""One customer, many turns: does a turn cost more when the conversation is long?

Beside the two old customers there is a young one, whose conversation begins anew before it is
long: what his turns cost more or less late in the run is the machine's drift, not growth.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import httpx

from bench.stage import Stage
from bench.talk import TEXTS, Customer, OurCustomer, StockCustomer, client

EARLY = slice(10, 30)
LATE = 20
Facts = dict[str, object]


@dataclass
class YoungCustomer:
    """A customer who is always in the turns 11 to 30 of a conversation with our engine."""

    http: httpx.AsyncClient
    engine: str
    _customer: OurCustomer | None = None
    _turns: int = 0

    async def prepare(self) -> None:
        """Begin anew when the conversation has become long; its first turns are not measured."""
        if self._customer is None or self._turns == EARLY.stop - EARLY.start:
            self._customer, self._turns = OurCustomer(self.http, self.engine), 0
            for _, text in zip(range(EARLY.start), itertools.cycle(TEXTS), strict=False):
                await self._customer.say(text)

    async def say(self, text: str) -> int:
        assert self._customer is not None
        self._turns += 1
        return await self._customer.say(text)


async def measure(stage: Stage, turns: int) -> list[Facts]:
    """Have the same turns with each engine, one beside the other, and give what they cost.

    Milliseconds by turn, medians of early and late turns, and their ratio with and without drift.
    """
    async with client() as http:
        young = YoungCustomer(http, stage.ours[0].url)
        customers: dict[str, Customer] = {
            "ours, travelling state": OurCustomer(http, stage.ours[0].url),
            "stock, RedisTrackerStore": StockCustomer(http, stage.stock.url),
            "ours, always young": young,
        }
        seconds: dict[str, list[float]] = {name: [] for name in customers}
        answers = dict.fromkeys(customers, 0)
        for _, text in zip(range(turns), itertools.cycle(TEXTS), strict=False):
            await young.prepare()
            for name, customer in customers.items():
                began = time.perf_counter()
                answers[name] += await customer.say(text)
                seconds[name].append(time.perf_counter() - began)
    drift = _ratio(seconds["ours, always young"])
    return [_facts(name, values, answers[name], drift) for name, values in seconds.items()]


def _ratio(seconds: Sequence[float]) -> float:
    return median(seconds[-LATE:]) / median(seconds[EARLY])


def _facts(name: str, seconds: Sequence[float], answers: int, drift: float) -> Facts:
    return {
        "engine": name,
        "turns": len(seconds),
        "answers": answers,
        "early_ms": round(median(seconds[EARLY]) * 1000, 1),
        "late_ms": round(median(seconds[-LATE:]) * 1000, 1),
        "ratio": round(_ratio(seconds), 2),
        "ratio_without_drift": round(_ratio(seconds) / drift, 2),
        "ms": [round(value * 1000, 1) for value in seconds],
    }
