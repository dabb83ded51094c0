"""Patience with the engine: tried until it answers or time is up, and the customer kept company."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from nitka.domain.turn import TurnRequest, TurnResult
from nitka.engine.scripted import ScriptedEngine, echo
from nitka.errors import EngineError, EngineFailed, EngineUnavailable, Unavailable
from nitka.ports import Engine
from nitka.service.ask import Ask, Patience
from tests.support.turns import turn_request

_REQUEST = turn_request()


class Company:
    """Counts what the customer was shown; `broken` notices cannot be written."""

    def __init__(self, *, broken: bool = False) -> None:
        self.typed = 0
        self.noticed = 0
        self.told = asyncio.Event()
        self._broken = broken

    async def typing(self) -> None:
        self.typed += 1

    async def notice(self) -> None:
        self.noticed += 1
        self.told.set()
        if self._broken:
            raise Unavailable("PostgreSQL: gone")


class Waits(ScriptedEngine):
    """An engine that answers when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def turn(self, request: TurnRequest) -> TurnResult:
        await self.go.wait()
        return await super().turn(request)


async def _ask(
    engine: Engine, company: Company, *, notice: float = 60, limit: float = 60
) -> TurnResult:
    patience = Patience(timedelta(seconds=notice), timedelta(seconds=limit))
    ask = Ask(engine, patience=patience)
    return await ask(_REQUEST, typing=company.typing, notice=company.notice)


async def test_a_quick_answer_needs_no_company() -> None:
    """The same request goes to the engine once, and no notice is written."""
    engine, company = ScriptedEngine(), Company()
    result = await _ask(engine, company)
    assert result.replies[0].text == "1: hello"
    assert engine.asked == [_REQUEST]
    assert company.noticed == 0


@pytest.mark.parametrize(
    "faults",
    [
        [EngineUnavailable("x")],
        [EngineUnavailable("x"), EngineUnavailable("y")],
        [EngineFailed("x")],
        [EngineUnavailable("x"), EngineFailed("y"), EngineUnavailable("z")],
    ],
    ids=lambda faults: "+".join(type(fault).__name__ for fault in faults),
)
async def test_a_fault_that_passes_is_waited_out(faults: list[EngineError]) -> None:
    """The same turn is asked for again, under the same id, until it is given."""
    engine = ScriptedEngine()
    engine.faults = list(faults)
    assert (await _ask(engine, Company())).replies
    assert engine.asked == [_REQUEST] * (len(faults) + 1)


async def test_what_failed_twice_is_given_up() -> None:
    """A turn that cannot be done is not tried for ever, also when the engine was away between."""
    engine = ScriptedEngine()
    engine.faults = [EngineFailed("a"), EngineUnavailable("b"), EngineFailed("c")]
    with pytest.raises(EngineFailed, match="c"):
        await _ask(engine, Company())
    assert len(engine.asked) == 3


async def test_patience_with_an_engine_that_is_away_ends() -> None:
    """After the limit it is a person's."""
    engine = ScriptedEngine()
    engine.faults = [EngineUnavailable(str(number)) for number in range(1000)]
    async with asyncio.timeout(10):
        with pytest.raises(EngineUnavailable):
            await _ask(engine, Company(), limit=0.25)
    assert 2 <= len(engine.asked) <= 4


async def test_patience_with_an_engine_that_hangs_ends() -> None:
    """The limit holds in mid-turn too."""
    async with asyncio.timeout(10):
        with pytest.raises(EngineUnavailable):
            await _ask(Waits(), Company(), limit=0.05)


@pytest.mark.parametrize("broken", [False, True])
async def test_a_slow_answer_is_announced_once(broken: bool) -> None:
    """And comes even if the announcement could not be written."""
    engine, company = Waits(), Company(broken=broken)
    asking = asyncio.create_task(_ask(engine, company, notice=0.01))
    await company.told.wait()
    engine.go.set()
    assert (await asking).replies
    assert company.noticed == 1
    assert company.typed >= 1


@pytest.mark.parametrize("end", ["answer", "fault", "cancel"])
async def test_company_ends_with_the_turn(end: str) -> None:
    """However it ends, nobody types on."""
    engine, company = Waits(), Company()
    if end == "fault":
        engine.faults = [EngineFailed("x"), EngineFailed("y")]
    before = asyncio.all_tasks()
    asking = asyncio.create_task(_ask(engine, company, notice=0.01))
    await company.told.wait()
    if end == "cancel":
        asking.cancel()
    engine.go.set()
    await asyncio.wait([asking])
    assert asyncio.all_tasks() == before
    expected: dict[str, Callable[[], bool]] = {
        "answer": lambda: bool(asking.result().replies),
        "fault": lambda: isinstance(asking.exception(), EngineFailed),
        "cancel": asking.cancelled,
    }
    assert expected[end]()


def test_the_double_counts_turns_in_its_state() -> None:
    """The scripted engine is a pure function as well."""
    first = echo(_REQUEST)
    assert (first.state, echo(_REQUEST)) == ({"count": 1}, first)
