"""The HTTP client among engines that die, hang, overflow or talk nonsense."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from nitka.engine.rasa import RasaEngine
from nitka.errors import EngineError, EngineFailed, EngineUnavailable
from nitka.up.home import free_port
from tests.contract.engine.double import Answer, EngineDouble, engine_double, turn_of
from tests.contract.engine.test_engine import REQUEST
from tests.support.until import until

_GOOD = turn_of({"state": None, "payload": None, "text": "x"})
_LONG = timedelta(seconds=30)


@pytest.fixture
async def double() -> AsyncIterator[EngineDouble]:
    async with engine_double() as one:
        yield one


@pytest.fixture
async def engine(double: EngineDouble) -> AsyncIterator[RasaEngine]:
    client = RasaEngine([double.url], timeout=_LONG)
    yield client
    await client.close()


async def test_nobody_there_is_unavailable() -> None:
    """A refused connection may be another try; an address without engines too."""
    for urls in ([f"http://127.0.0.1:{free_port()}"], []):
        engine = RasaEngine(urls, timeout=_LONG)
        with pytest.raises(EngineUnavailable):
            await engine.turn(REQUEST)
        assert not await engine.ready()
        await engine.close()


@pytest.mark.parametrize("drip", [0.0, 0.02])
async def test_an_answer_that_takes_too_long_is_unavailable(
    double: EngineDouble, drip: float
) -> None:
    """The time-out is for the whole turn, also when single bytes keep coming."""
    engine = RasaEngine([double.url], timeout=timedelta(milliseconds=200))
    never = asyncio.Event()
    double.answers = [Answer(body=b" " * 2000, drip=drip, held=None if drip else never)]
    async with asyncio.timeout(10):
        with pytest.raises(EngineUnavailable):
            await engine.turn(REQUEST)
    never.set()
    await engine.close()


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_gateway_without_engine_is_unavailable(
    double: EngineDouble, engine: RasaEngine, status: int
) -> None:
    """What stands before an engine may say that it is away."""
    double.answers = [Answer(status)]
    with pytest.raises(EngineUnavailable):
        await engine.turn(REQUEST)


@pytest.mark.parametrize("status", [301, 400, 404, 413, 500])
async def test_a_refusal_is_final(double: EngineDouble, engine: RasaEngine, status: int) -> None:
    """Another try gives the same, and the engine's words are in the error."""
    double.answers = [Answer(status, b'{"error": {"code": "bent_state", "message": "turn 3"}}')]
    with pytest.raises(EngineFailed, match="bent_state"):
        await engine.turn(REQUEST)
    assert (await engine.turn(REQUEST)).replies


def _without(key: str) -> dict[str, Any]:
    return {name: value for name, value in _GOOD.items() if name != key}


@pytest.mark.parametrize(
    "bent",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"7",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        *(json.dumps(_without(key)).encode() for key in _GOOD),
        *(json.dumps({**_GOOD, key: None}).encode() for key in _GOOD),
        *(json.dumps({**_GOOD, key: 7}).encode() for key in _GOOD),
        *(json.dumps({**_GOOD, key: "x"}).encode() for key in _GOOD if key != "model"),
        *(json.dumps({**_GOOD, key: [["a", 1]]}).encode() for key in ("state", "slots")),
        *(json.dumps({**_GOOD, "messages": [bent]}).encode() for bent in ("x", 7, None, ["x"])),
        json.dumps({**_GOOD, "messages": {"text": "x"}}).encode(),
        json.dumps({**_GOOD, "messages": [{"text": 7}]}).encode(),
        json.dumps({**_GOOD, "messages": [{"text": "x", "image": 7}]}).encode(),
        json.dumps({**_GOOD, "messages": [{"text": "x", "buttons": "ab"}]}).encode(),
        json.dumps({**_GOOD, "messages": [{"text": "x", "buttons": [{"title": "a"}]}]}).encode(),
        json.dumps(
            {**_GOOD, "messages": [{"text": "x", "buttons": [{"title": 1, "payload": 2}]}]}
        ).encode(),
        json.dumps({**_GOOD, "effects": [{"team": "sales"}]}).encode(),
        json.dumps({**_GOOD, "effects": [{"kind": 7}]}).encode(),
        json.dumps({**_GOOD, "events": ["x"]}).encode(),
        json.dumps({**_GOOD, "state": {"x": float("nan")}}).encode(),
        json.dumps({**_GOOD, "slots": {"x": float("-inf")}}).encode(),
    ],
    ids=lambda bent: repr(bent[-60:]),
)
async def test_an_answer_that_is_no_turn_is_a_failure(
    double: EngineDouble, engine: RasaEngine, bent: bytes
) -> None:
    """Nothing bent gets into the thread or into the state, and the seat is free again."""
    double.answers = [Answer(body=bent or b" ")]
    with pytest.raises(EngineFailed, match="no turn"):
        await engine.turn(REQUEST)
    assert (await engine.turn(REQUEST)).replies


async def test_what_is_not_said_is_left_out(double: EngineDouble, engine: RasaEngine) -> None:
    """A message may be an image alone, or have null for what it does not have."""
    said = [{"image": "https://x/y.png"}, {"text": None, "buttons": None, "image": None}]
    double.answers = [Answer(body=json.dumps({**_GOOD, "messages": said}).encode())]
    replies = (await engine.turn(REQUEST)).replies
    assert [(r.text, r.buttons, r.image) for r in replies] == [
        ("", (), "https://x/y.png"),
        ("", (), None),
    ]


async def test_text_that_is_no_text_does_not_stop_a_turn(engine: RasaEngine) -> None:
    """Half a surrogate pair is sent as a question mark."""
    result = await engine.turn(replace(REQUEST, text="a\ud800b"))
    assert result.replies[0].text == "1: a?b"


async def test_a_connection_that_the_engine_closed_is_replaced_unseen(
    double: EngineDouble, engine: RasaEngine
) -> None:
    """Whether it said so or not: no turn fails for a keep-alive that ended."""
    double.cut_always = True
    for number in range(5):
        await engine.turn(REQUEST)
        await until(lambda: not double._open)
        assert double.connections == number + 1


async def test_a_connection_is_used_again(double: EngineDouble, engine: RasaEngine) -> None:
    """One after the other, turns go over one connection."""
    for _ in range(5):
        await engine.turn(REQUEST)
    assert double.connections == 1


async def test_an_engine_that_cuts_the_answer_is_unavailable(
    double: EngineDouble, engine: RasaEngine
) -> None:
    """It died in mid-turn: the turn may be tried again."""
    double.answers = [Answer(silent=True)]
    with pytest.raises(EngineUnavailable):
        await engine.turn(REQUEST)
    assert (await engine.turn(REQUEST)).replies


# ── several engines, and how much is sent to each ──────────────────────────────────────────


async def test_each_engine_gets_so_many_turns_at_once(double: EngineDouble) -> None:
    """The rest waits here, and all are done in the end; the engines share the work."""
    async with engine_double() as other:
        engine = RasaEngine([double.url, other.url], timeout=_LONG, at_once=2)
        held = asyncio.Event()
        for one in (double, other):
            one.answers = [Answer(held=held) for _ in range(3)]
        turns = [asyncio.create_task(engine.turn(REQUEST)) for _ in range(30)]
        await until(lambda: (double.at_once, other.at_once) == (2, 2))
        held.set()
        await asyncio.gather(*turns)
        assert max(double.most_at_once, other.most_at_once) == 2
        assert len(double.asked) + len(other.asked) == 30
        assert min(len(double.asked), len(other.asked)) >= 10
        await engine.close()


async def test_when_one_of_two_engines_dies_turns_go_on(double: EngineDouble) -> None:
    """The dead one costs a turn now and then, which may be repeated, and rests meanwhile."""
    async with engine_double() as mortal:
        engine = RasaEngine([double.url, mortal.url], timeout=_LONG)
        await asyncio.gather(*(engine.turn(REQUEST) for _ in range(4)))
        await mortal.die()
        lost = 0
        for _ in range(20):
            try:
                await engine.turn(REQUEST)
            except EngineUnavailable:
                lost += 1
        assert lost <= 2
        assert await engine.ready()
        await engine.close()


async def test_a_resting_engine_gets_nothing_while_another_is_awake(double: EngineDouble) -> None:
    """Not even when the one that is awake has its hands full."""
    async with engine_double() as mortal:
        engine = RasaEngine([double.url, mortal.url], timeout=_LONG, at_once=1)
        engine._rest(engine._seats[1])
        engine._seats[1].rests_until += 60
        held = asyncio.Event()
        double.answers = [Answer(held=held)]
        turns = [asyncio.create_task(engine.turn(REQUEST)) for _ in range(3)]
        await until(lambda: len(double.asked) == 1)
        assert not mortal.asked
        held.set()
        await asyncio.gather(*turns)
        assert (len(double.asked), len(mortal.asked)) == (3, 0)
        await engine.close()


async def test_an_engine_that_wakes_takes_over_from_one_that_hangs(double: EngineDouble) -> None:
    """Who waits for the hanging one is not bound to it."""
    async with engine_double() as back:
        engine = RasaEngine([double.url, back.url], timeout=_LONG, at_once=1)
        engine._rest(engine._seats[1])
        held = asyncio.Event()
        double.answers = [Answer(held=held)]
        hanging = asyncio.create_task(engine.turn(REQUEST))
        await until(lambda: len(double.asked) == 1)
        async with asyncio.timeout(20):
            await engine.turn(REQUEST)
        assert len(back.asked) == 1
        held.set()
        await hanging
        await engine.close()


async def test_all_engines_dead_is_said_at_once(double: EngineDouble) -> None:
    """And when one is back, the next turn finds it without waiting for the end of its rest."""
    engine = RasaEngine([double.url], timeout=_LONG)
    port = double.port
    await double.die()
    for _ in range(3):
        with pytest.raises(EngineUnavailable):
            await engine.turn(REQUEST)
    assert not await engine.ready()
    await double.start(port)
    assert (await engine.turn(REQUEST)).replies
    await engine.close()


async def test_turns_that_are_cancelled_leave_their_seats(double: EngineDouble) -> None:
    """Those under way and those that wait, also when a seat is given to one that just leaves."""
    engine = RasaEngine([double.url], timeout=_LONG, at_once=1)
    for _ in range(20):
        held = asyncio.Event()
        double.answers = [Answer(held=held)]
        asked = len(double.asked)
        under_way = asyncio.create_task(engine.turn(REQUEST))
        await until(lambda asked=asked: len(double.asked) > asked)  # type: ignore[misc]  # bound at once
        waiting = [asyncio.create_task(engine.turn(REQUEST)) for _ in range(3)]
        await asyncio.sleep(0)
        under_way.cancel()
        await asyncio.sleep(0)
        waiting[0].cancel()
        waiting[1].cancel()
        async with asyncio.timeout(20):
            assert (await waiting[2]).replies
        held.set()
        await asyncio.gather(under_way, *waiting, return_exceptions=True)
    assert [seat.busy for seat in engine._seats] == [0]
    await engine.close()


async def test_failures_leave_their_seats(double: EngineDouble) -> None:
    """However a turn ends, the next one finds the seat."""
    engine = RasaEngine([double.url], timeout=_LONG, at_once=1)
    double.answers = [Answer(500), Answer(503), Answer(silent=True), Answer(body=b"{")] * 3
    ended = await asyncio.gather(*(engine.turn(REQUEST) for _ in range(12)), return_exceptions=True)
    assert all(isinstance(end, EngineError) for end in ended)
    assert (await engine.turn(REQUEST)).replies
    assert engine._seats[0].busy == 0
    await engine.close()
