"""The turn contract over HTTP: a really started engine with a small, really trained bot.

The bot is tests/engine/mini; its action server runs beside it. What is tested here is what the
service relies on, whatever the real bot says.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.engine.body import body
from tests.engine.stage import (
    ENGINE_ENVIRONMENT,
    ENGINE_PYTHON,
    MINI,
    ROOT,
    Stage,
    free_port,
    process_ended,
    started,
)


@pytest.fixture(scope="module")
def model() -> Path:
    """The small bot's model, kept while its sources do not change."""
    files = sorted([*MINI.rglob("*.yml"), *(ROOT / "bot" / "engine").glob("*.py")])
    mark = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    path = ROOT / "var" / "tests" / f"mini-{mark}.tar.gz"
    if not path.is_file():
        command = [str(ENGINE_PYTHON), "-m", "engine.train", "--root", str(MINI), "--out"]
        subprocess.run([*command, str(path)], env=ENGINE_ENVIRONMENT, check=True)
    return path


@pytest.fixture(scope="module")
def stage(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Both servers, for all tests of this module."""
    actions_port, engine_port = free_port(), free_port()
    actions_command = [
        sys.executable, "-m", "rasa_sdk", "--actions", "mini_actions", "-p", str(actions_port),
    ]  # fmt: skip
    engine_command = [
        str(ENGINE_PYTHON), "-m", "engine.serve", "--model", str(model),
        "--port", str(engine_port), "--actions", f"http://127.0.0.1:{actions_port}/webhook",
    ]  # fmt: skip
    health = f"http://127.0.0.1:{actions_port}/health"
    url = f"http://127.0.0.1:{engine_port}/webhooks/nitka"
    log = (tmp_path_factory.mktemp("engine") / "engine.log").open("wb")
    with (
        log,
        started(actions_command, health, cwd=MINI) as actions,
        started(
            engine_command, f"{url}/", env=ENGINE_ENVIRONMENT, stdout=log, stderr=log
        ) as engine,
    ):
        yield Stage(url, actions, engine, actions_command)


def said(answer: dict[str, Any]) -> list[str]:
    """Returns the texts of an answer."""
    return [message["text"] for message in answer["messages"]]


def test_ready_names_the_model(stage: Stage, model: Path) -> None:
    """The health route answers with the model's name once it is loaded."""
    answer = httpx.get(f"{stage.url}/").json()
    assert answer == {"status": "ok", "model": model.name}


def test_first_turn_has_everything_the_service_keeps(stage: Stage) -> None:
    """Messages, effects, events, state, slots, understanding and model come back."""
    answer = stage.ok("hello", language=None)
    assert said(answer) == ["Hello!"]
    assert answer["messages"][0]["buttons"] == [{"title": "My order", "payload": "/order_status"}]
    assert answer["messages"][0]["image"] is None
    assert answer["effects"] == [{"kind": "language", "language": "en"}]
    assert answer["state"]["version"] == 1
    assert answer["slots"] == {"language": "en"}
    understood = answer["understanding"]
    assert understood["intent"] == "greet"
    assert len(understood["ranking"]) == 3
    assert 0 < understood["confidence"] <= 1
    kinds = [event["event"] for event in answer["events"]]
    assert kinds[:2] == ["action", "session_started"]
    assert kinds.count("user") == 1


@pytest.mark.parametrize(
    ("text", "language", "reply"),
    [("hello", "en", "Hello!"), ("привет", "ru", "Привет!"), ("dzień dobry", "pl", "Dzień dobry!")],
)
def test_answers_in_the_language_written(
    stage: Stage, text: str, language: str, reply: str
) -> None:
    """The language is heard before the message is handled."""
    answer = stage.ok(text, language=None)
    assert said(answer) == [reply]
    assert answer["slots"]["language"] == language


def test_fixed_language_stays(stage: Stage) -> None:
    """A language that the customer chose is not changed by what he writes."""
    answer = stage.ok("привет", language="pl", language_fixed=True)
    assert said(answer) == ["Dzień dobry!"]
    assert answer["effects"] == []


def test_default_language_is_not_taken_for_known(stage: Stage) -> None:
    """An unsure first message is answered in English without telling the service so."""
    answer = stage.ok("12345", language=None)
    assert answer["slots"]["language"] == "en"
    assert answer["effects"] == []


def test_language_follows_an_action_at_once(stage: Stage) -> None:
    """An action that sets the language slot changes the very next response and the effect."""
    answer = stage.ok(payload="/change_language")
    assert said(answer) == ["Теперь по-русски."]
    assert answer["effects"] == [{"kind": "language", "language": "ru"}]


def test_response_is_chosen_by_the_true_channel(stage: Stage) -> None:
    """Variations written for one channel are used on it and nowhere else."""
    assert said(stage.ok("hello", channel="telegram")) == ["Hello from Telegram!"]
    assert said(stage.ok("hello", channel="slack")) == ["Hello!"]


def test_form_goes_on_in_another_channel(stage: Stage) -> None:
    """The pending question is in the state, so that any channel and engine can go on."""
    first = stage.ok("where is my order")
    assert first["slots"]["requested_slot"] == "order_number"
    wrong = stage.ok("NT-90000", state=first["state"], channel="telegram")
    assert wrong["slots"]["requested_slot"] == "order_number"
    second = stage.ok("10234", state=wrong["state"], channel="slack")
    assert second["slots"]["order_number"] == "NT-10234"
    last = stage.ok("anna@example.com", state=second["state"])
    assert said(last) == ["Order NT-10234 is on its way."]
    assert "requested_slot" not in last["slots"]


def test_effect_is_no_message_and_knows_its_turn(stage: Stage) -> None:
    """What an action wants done comes as an effect; the idempotency key reached the action."""
    request = body(payload="/ask_human")
    answer = httpx.post(f"{stage.url}/turn", json=request, timeout=60.0).json()
    assert said(answer) == ["A colleague will be with you."]
    assert answer["effects"] == [
        {"kind": "hand_over", "team": "support", "reason": "asked", "turn": request["turn_id"]}
    ]


def test_follow_up_action_runs_in_the_same_turn(stage: Stage) -> None:
    """A follow-up action is carried out before the turn ends."""
    greeted = stage.ok(payload="/greet")
    assert said(stage.ok(payload="/deny", state=greeted["state"])) == ["Done twice."]


@pytest.mark.parametrize("text", ["/restart", "/ask_human", '/inform{"times": 7}'])
def test_typed_text_never_names_an_intent(stage: Stage, text: str) -> None:
    """A typed slash is text: its intent comes from the model, not from the customer."""
    answer = stage.ok(text)
    assert answer["understanding"]["confidence"] < 1.0
    assert "times" not in answer["slots"]
    events = [event for event in answer["events"] if event["event"] == "user"]
    assert events[0]["text"] == text


def test_button_fills_slots(stage: Stage) -> None:
    """A payload's entities count like found ones."""
    answer = stage.ok(payload='/order_status{"order_number": "NT-10500"}')
    assert answer["slots"]["order_number"] == "NT-10500"
    assert answer["understanding"]["intent"] == "order_status"


def test_button_of_an_older_model_is_not_understood(stage: Stage) -> None:
    """A button whose intent is gone leads to the fallback, not to an error."""
    answer = stage.ok(payload="/gone_intent")
    assert said(answer) == ["Please say it in other words."]


def test_attachment_without_words_informs(stage: Stage) -> None:
    """A bare picture is news for whatever is being asked."""
    answer = stage.ok(attachments=[{"kind": "image", "name": "box.jpg"}])
    assert answer["understanding"]["intent"] == "inform"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": 2}, "bad_version"),
        ({"channel": "fax"}, "bad_channel"),
        ({"language": "de"}, "bad_language"),
        ({"customer": ""}, "bad_request"),
        ({"turn_id": None}, "bad_request"),
        ({"text": 5}, "bad_request"),
        ({"text": "x" * 20_001}, "bad_request"),
        ({"payload": "order_status"}, "bad_payload"),
        ({"payload": '/inform{"a":'}, "bad_payload"),
        ({"payload": '/inform{"a": {"b": 1}}'}, "bad_payload"),
        ({"attachments": [{"kind": "video", "name": "a"}]}, "bad_request"),
        ({"language_fixed": "yes"}, "bad_request"),
        ({"profile": []}, "bad_request"),
        ({"state": []}, "bad_state"),
        ({"state": {"version": 1}}, "bad_state"),
        ({"state": {"version": 99, "events": []}}, "newer_state"),
    ],
)
def test_bent_request_is_refused(stage: Stage, change: dict[str, Any], code: str) -> None:
    """A request that cannot be carried out is a 400 with a code and a sentence."""
    response = httpx.post(f"{stage.url}/turn", json={**body("hello"), **change}, timeout=60.0)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == code
    assert response.json()["error"]["message"]


def test_rubbish_is_refused(stage: Stage) -> None:
    """A body that is not JSON, or no object, is a 400 too."""
    for content, code in ((b"\xff\x00{", "bad_json"), (b"[]", "bad_request")):
        response = httpx.post(f"{stage.url}/turn", content=content)
        assert (response.status_code, response.json()["error"]["code"]) == (400, code)


@pytest.mark.parametrize(
    ("payload", "code"), [("/break_it", "action_failed"), ("/loop_it", "action_limit")]
)
def test_swallowed_failure_is_a_500(stage: Stage, payload: str, code: str) -> None:
    """What Rasa only logs fails the turn, and no state is returned."""
    response = stage.turn(payload=payload)
    assert response.status_code == 500
    assert list(response.json()) == ["error"]
    assert response.json()["error"]["code"] == code


def test_same_state_gives_the_same_answer_again(stage: Stage) -> None:
    """A turn that is repeated after a crash has the same effects; the engine kept nothing."""
    first = stage.ok("where is my order")
    request = body("10234", state=first["state"])
    answers = [httpx.post(f"{stage.url}/turn", json=request).json() for _ in range(2)]
    for answer in answers:
        for event in [*answer["events"], *answer["state"]["events"]]:
            event.pop("timestamp")
    assert answers[0] == answers[1]


def test_concurrent_turns_do_not_mix(stage: Stage) -> None:
    """Many turns at once, of many customers and of one, each get their own answer."""

    async def conversation(client: httpx.AsyncClient, customer: str, number: str) -> str:
        state: dict[str, Any] | None = None
        texts: list[str] = []
        for payload in (
            "/order_status",
            f'/inform{{"order_number": "{number}"}}',
            '/inform{"email": "a@example.com"}',
        ):
            request = body(payload=payload, state=state, customer=customer)
            response = await client.post(f"{stage.url}/turn", json=request)
            assert response.status_code == 200, response.text
            answer = response.json()
            state, texts = answer["state"], said(answer)
        return texts[0]

    async def all_at_once() -> list[str]:
        async with httpx.AsyncClient(timeout=120.0) as client:
            jobs = [
                conversation(client, f"customer-{index % 6}", f"NT-1{index:04d}")
                for index in range(24)
            ]
            return await asyncio.gather(*jobs)

    expected = [f"Order NT-1{index:04d} is on its way." for index in range(24)]
    assert asyncio.run(all_at_once()) == expected


def test_turns_stay_as_quick_as_they_were(stage: Stage) -> None:
    """The 150th turn costs what the 20th did, and the state has stopped growing."""
    state: dict[str, Any] | None = None
    seconds: list[float] = []
    sizes: list[int] = []
    script = ["hello", "where is my order", "NT-10234", "a@example.com", "thanks"]
    with httpx.Client(timeout=60.0) as client:
        for number in range(150):
            request = body(script[number % len(script)], state=state)
            began = time.perf_counter()
            response = client.post(f"{stage.url}/turn", json=request)
            seconds.append(time.perf_counter() - began)
            state = response.json()["state"]
            sizes.append(len(json.dumps(state)))
    assert max(sizes[100:]) <= 1.1 * max(sizes[40:60])
    assert statistics.median(seconds[-20:]) <= 2.0 * statistics.median(seconds[30:50])


def test_action_server_that_is_gone_is_a_503(stage: Stage) -> None:
    """Without the action server a turn that needs it fails at once, as one that is worth another
    try; others go on."""
    stage.actions.send_signal(signal.SIGTERM)
    assert process_ended(stage.actions, seconds=15.0)
    began = time.monotonic()
    response = stage.turn(payload="/ask_human")
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "actions_away"
    assert time.monotonic() - began < 10.0
    assert said(stage.ok("hello")) == ["Hello!"]
    with started(stage.actions_command, health_of(stage), cwd=MINI):
        assert said(stage.ok(payload="/ask_human")) == ["A colleague will be with you."]


def health_of(stage: Stage) -> str:
    """Returns the action server's health address."""
    return f"http://127.0.0.1:{stage.actions_command[-1]}/health"


def test_engine_stops_quickly(stage: Stage) -> None:
    """SIGTERM ends the engine within seconds, also with a connection kept open."""
    with httpx.Client() as client:
        assert client.get(f"{stage.url}/").status_code == 200
        stage.engine.send_signal(signal.SIGTERM)
        assert process_ended(stage.engine, seconds=8.0)


def test_missing_model_is_said(tmp_path: Path) -> None:
    """A model that is not there ends the command with a sentence."""
    command = [str(ENGINE_PYTHON), "-m", "engine.serve", "--model", str(tmp_path / "no.tar.gz")]
    done = subprocess.run(
        [*command, "--port", "1", "--actions", "http://127.0.0.1:1/webhook"],
        env=ENGINE_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "there is no model at" in done.stderr
