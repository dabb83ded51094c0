"""One customer, many turns: does a turn cost more when the conversation is long?"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from statistics import median

from bench.stage import Stage
from bench.talk import TEXTS, Customer, OurCustomer, StockCustomer, client

EARLY = slice(10, 30)
LATE = 20
Facts = dict[str, object]


async def measure(stage: Stage, turns: int) -> list[Facts]:
    """Have the same turns with both engines, one beside the other, so that both meet the same
    machine; the seconds by turn and the ratio of late to early ones."""
    async with client() as http:
        customers: dict[str, Customer] = {
            "ours, travelling state": OurCustomer(http, stage.ours[0]),
            "stock, RedisTrackerStore": StockCustomer(http, stage.stock),
        }
        seconds: dict[str, list[float]] = {name: [] for name in customers}
        answers = dict.fromkeys(customers, 0)
        for _, text in zip(range(turns), itertools.cycle(TEXTS), strict=False):
            for name, customer in customers.items():
                began = time.perf_counter()
                answers[name] += await customer.say(text)
                seconds[name].append(time.perf_counter() - began)
    return [_facts(name, values, answers[name]) for name, values in seconds.items()]


def _facts(name: str, seconds: Sequence[float], answers: int) -> Facts:
    early, late = median(seconds[EARLY]), median(seconds[-LATE:])
    return {
        "engine": name,
        "turns": len(seconds),
        "answers": answers,
        "early_ms": round(early * 1000, 1),
        "late_ms": round(late * 1000, 1),
        "ratio": round(late / early, 2),
        "ms": [round(value * 1000, 1) for value in seconds],
    }
