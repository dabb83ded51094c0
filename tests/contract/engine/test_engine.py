"""`ports.Engine`: one suite over the HTTP client and over the scripted double."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from nitka.domain.customer import Language
from nitka.domain.message import Attachment, AttachmentKind, Button
from nitka.domain.turn import Effect, Reply, TurnResult
from nitka.engine.rasa import RasaEngine
from nitka.engine.scripted import ScriptedEngine, echo
from nitka.errors import EngineFailed, EngineUnavailable
from nitka.ports import Engine
from tests.contract.engine.double import Answer, EngineDouble, engine_double
from tests.support.turns import turn_request, wire

REQUEST = turn_request(text="привет")
RICH = TurnResult(
    replies=(
        Reply("Która?", (Button("Pierwsza", '/choose{"n": "1"}'),), "https://example.com/cup.png"),
        Reply(""),
    ),
    effects=(Effect("hand_over", {"team": "sales", "reason": "bulk_quote", "cups": 300}),),
    events=({"event": "user", "text": "x"}, {"event": "bot"}),
    state={"deep": [1, None, {"ключ": "wartość"}]},
    slots={"order": "A-17", "open": True},
    understanding={"intent": "bulk_quote", "confidence": 0.93},
    model="20261122-red-thread",
)


@dataclass
class Staged:
    """An engine, and how to give it a script or faults."""

    engine: Engine
    play: Callable[[TurnResult], None]
    fail: Callable[[type[Exception], int], None]


def _scripted() -> Staged:
    engine = ScriptedEngine(echo)

    def play(result: TurnResult) -> None:
        engine.script = lambda _: result

    def fail(kind: type[Exception], times: int) -> None:
        engine.faults += [kind("staged") for _ in range(times)]  # type: ignore[misc]  # both are EngineErrors

    return Staged(engine, play, fail)


def _rasa(double: EngineDouble) -> Staged:
    engine = RasaEngine([double.url], timeout=timedelta(seconds=10))

    def play(result: TurnResult) -> None:
        double.turn = lambda _: wire(result)

    def fail(kind: type[Exception], times: int) -> None:
        status = 503 if kind is EngineUnavailable else 500
        double.answers += [Answer(status, b'{"error": {}}') for _ in range(times)]

    return Staged(engine, play, fail)


@pytest.fixture(params=["scripted", "rasa"])
async def staged(request: pytest.FixtureRequest) -> AsyncIterator[Staged]:
    """Each implementation in turn."""
    async with engine_double() as double:
        made = _scripted() if request.param == "scripted" else _rasa(double)
        yield made
        await made.engine.close()


async def test_a_turn_is_a_function_of_its_request(staged: Staged) -> None:
    """The same request gives the same result, however often: nothing is kept in between."""
    first = await staged.engine.turn(REQUEST)
    assert [reply.text for reply in first.replies] == ["1: привет"]
    assert await staged.engine.turn(REQUEST) == first


async def test_the_state_travels(staged: Staged) -> None:
    """What a turn gave back is what the next one begins with."""
    state = None
    for number in (1, 2, 3):
        result = await staged.engine.turn(replace(REQUEST, state=state))
        assert result.replies[0].text == f"{number}: привет"
        state = result.state


async def test_a_result_comes_whole(staged: Staged) -> None:
    """Words, buttons, images, effects with their facts, events, state, slots, understanding."""
    staged.play(RICH)
    assert await staged.engine.turn(REQUEST) == RICH


async def test_a_button_is_asked_for_by_its_payload(staged: Staged) -> None:
    """The payload goes beside the text."""
    result = await staged.engine.turn(replace(REQUEST, payload="/affirm"))
    assert result.replies[0].text == "1: /affirm"


@pytest.mark.parametrize("kind", [EngineUnavailable, EngineFailed])
async def test_a_fault_is_told_and_passes(staged: Staged, kind: type[Exception]) -> None:
    """It is one of the two engine errors, and the next turn is done again."""
    staged.fail(kind, 2)
    for _ in range(2):
        with pytest.raises(kind):
            await staged.engine.turn(REQUEST)
    assert (await staged.engine.turn(REQUEST)).replies


async def test_an_engine_that_would_answer_is_ready(staged: Staged) -> None:
    """Readiness is asked, and closing needs no engine."""
    assert await staged.engine.ready()


async def test_the_request_is_as_the_contract_says() -> None:
    """docs/engine.md, version 1, to the letter."""
    photo = Attachment("f1", AttachmentKind.IMAGE, "cat.png", "image/png", 5)
    async with engine_double() as double:
        engine = RasaEngine([double.url], timeout=timedelta(seconds=10))
        request = replace(
            REQUEST, language=Language.RU, name="Аня", attachments=(photo,), state={"count": 4}
        )
        await engine.turn(request)
        await engine.close()
    assert double.asked == [
        {
            "version": 1,
            "turn_id": str(REQUEST.turn_id),
            "customer": str(REQUEST.customer_id),
            "channel": "web",
            "text": "привет",
            "payload": None,
            "language": "ru",
            "language_fixed": False,
            "profile": {"name": "Аня"},
            "attachments": [{"kind": "image", "name": "cat.png"}],
            "state": {"count": 4},
            "aside": False,
        }
    ]
