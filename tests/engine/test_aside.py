"""The trained bot is asked aside while a customer waits for a person."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.engine.body import body


def aside(engine_url: str, text: str, **changes: Any) -> dict[str, Any]:
    request = body(text, aside=True, language=None, **changes)
    answer = httpx.post(f"{engine_url}/webhooks/nitka/turn", json=request, timeout=30)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("till when are you open today?", "9:00"),
        ("сколько стоит доставка в Варшаву?", "12,99"),
        ("czy mogę zapłacić blikiem", "BLIK"),
        ("are you a robot", "assistant"),
        ("in english please", "English"),
    ],
)
def test_plain_questions_are_answered(engine_url: str, text: str, says: str) -> None:
    """What the plan names `meanwhile`; nobody is called and nothing is asked."""
    told = aside(engine_url, text)
    assert says in "\n".join(message["text"] for message in told["messages"])
    assert [one["kind"] for one in told["effects"] if one["kind"] != "language"] == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("my kettle is broken", None),
        ("треснул", None),
        ("NT-10001", "inform"),
        ("перезвоните мне пожалуйста", "callback"),
        ("is anybody there? i want a human", "ask_human"),
        ("ile kosztuje dostawa i gdzie jest mój zwrot pieniędzy?", None),
    ],
)
def test_everything_else_is_left_to_people(engine_url: str, text: str, intent: str | None) -> None:
    """Also a plain question beside something else; what was understood is said."""
    told = aside(engine_url, text)
    assert (told["messages"], told["effects"], told["events"]) == ([], [], [])
    assert intent is None or told["understanding"]["intent"] == intent


def test_a_bent_request_is_refused(engine_url: str) -> None:
    """By the name of its field."""
    answer = httpx.post(f"{engine_url}/webhooks/nitka/turn", json=body("hi", aside="yes"))
    assert answer.status_code == 400
    assert "`aside`" in answer.json()["error"]["message"]
