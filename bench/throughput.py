"""Many customers at once: how many turns a second does an engine do?

Customers say what real ones wrote (`talk.messages`), eight messages each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, cycle, islice
from statistics import median

import httpx

from bench.stage import Stage
from bench.talk import TURNS_OF_A_TALK, Customer, OurCustomer, StockCustomer, client, messages

CONCURRENCIES = (1, 4, 8)
ROUNDS = 3
Facts = dict[str, object]


@dataclass
class _Set:
    """One engine set-up at one concurrency; `rates` are turns a second, one a round."""

    name: str
    at_once: int
    customer: Callable[[httpx.AsyncClient], Customer]
    words: Iterator[str]  # of all sets of this engine: it hears every message before one again
    rates: list[float] = field(default_factory=list)
    millis: list[float] = field(default_factory=list)


async def measure(stage: Stage, seconds: float) -> list[Facts]:
    """Load each set-up in turn, in rounds, so that the machine's moods meet all alike."""
    said = messages()
    sets = [
        _Set(name, number, new, words)
        for name, new in _engines(stage)
        for words in [cycle(said)]
        for number in CONCURRENCIES
    ]
    window = max(0.5, seconds / len(sets) / ROUNDS)
    async with client() as http:
        for _ in range(ROUNDS):
            for it in sets:
                await _load(it, http, window)
    return [
        {
            "engine": it.name,
            "customers": it.at_once,
            "turns_per_second": round(median(it.rates), 1),
            "median_ms": round(median(it.millis), 1),
        }
        for it in sets
    ]


def _engines(stage: Stage) -> list[tuple[str, Callable[[httpx.AsyncClient], Customer]]]:
    numbers = count()

    def spread(http: httpx.AsyncClient) -> Customer:
        return OurCustomer(http, stage.ours[next(numbers) % len(stage.ours)].url)

    engines: list[tuple[str, Callable[[httpx.AsyncClient], Customer]]] = [
        ("ours, 1 engine", lambda http: OurCustomer(http, stage.ours[0].url)),
        ("ours, 2 engines", spread),
        (stage.stock.name, lambda http: StockCustomer(http, stage.stock.url)),
    ]
    if (pipeline := stage.stock_pipeline) is not None:
        engines.append((pipeline.name, lambda http: StockCustomer(http, pipeline.url)))
    return engines


async def _load(it: _Set, http: httpx.AsyncClient, window: float) -> None:
    began = time.perf_counter()
    millis: list[float] = []

    async def talk() -> None:
        while True:
            customer = it.customer(http)
            for text in islice(it.words, TURNS_OF_A_TALK):
                asked = time.perf_counter()
                if asked - began >= window:
                    return
                await customer.say(text)
                millis.append((time.perf_counter() - asked) * 1000)

    await asyncio.gather(*(talk() for _ in range(it.at_once)))
    it.rates.append(len(millis) / (time.perf_counter() - began))
    it.millis += millis
