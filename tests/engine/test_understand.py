"""`nitka understand` with the really trained model: what scripts rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from nitka.settings import ROOT

LINES = [
    ('{"text": "where is my parcel, it should have been here on Monday", "id": 7}', "support"),
    ('{"text": "сколько стоит доставка в Варшаву?"}', "sales"),
    ('{"text": "gde moy zakaz"}', None),
    ("this is no JSON", None),
    ('{"text": 12, "id": "bent"}', None),
    ('["a list"]', None),
    ('{"text": "poproszę z człowiekiem"}', "human"),
    ('{"text": "jaka będzie jutro pogoda w Krakowie?"}', "out_of_scope"),
    ('{"text": "дзякуй, спасибо большое"}', "bot"),
    ('{"text": ""}', None),
]


def _understand(*words: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nitka", "understand", *words],
        cwd=ROOT,
        input=lines,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


@pytest.fixture(scope="module")
def done(engine_url: str) -> subprocess.CompletedProcess[str]:
    """One run over lines of every kind; the engine's fixture has trained the model."""
    return _understand("--jsonl", lines="".join(f"{line}\n" for line, _ in LINES))


@pytest.fixture(scope="module")
def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The lines that came back."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_line_comes_back_in_order(rows: list[dict[str, Any]]) -> None:
    """With what was in it, and what was found."""
    assert len(rows) == len(LINES)
    found = {"language", "intent", "confidence", "route", "entities"}
    assert (rows[0]["id"], rows[0]["text"][:12]) == (7, "where is my ")
    assert all(found <= row.keys() for row in rows if "error" not in row)


def test_routes_are_those_of_the_plan(rows: list[dict[str, Any]]) -> None:
    """In each language."""
    led = [(row.get("route"), route) for row, (_, route) in zip(rows, LINES, strict=True) if route]
    assert all(got == wanted for got, wanted in led), led


def test_a_bent_line_names_itself_and_the_rest_goes_on(
    done: subprocess.CompletedProcess[str], rows: list[dict[str, Any]]
) -> None:
    """On stderr and in its own line; the exit code tells."""
    assert done.returncode == 1
    for number in (4, 5, 6):
        assert f"line {number}:" in done.stderr
        assert rows[number - 1]["error"].startswith(f"line {number}:")
    assert rows[4]["id"] == "bent"


def test_texts_as_arguments(engine_url: str) -> None:
    """One JSON line each, exit code 0; facts are found."""
    done = _understand("where is order NT-10234?", "do zobaczenia")
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["entities"][0]["value"] == "NT-10234"
    assert (second["language"], second["intent"]) == ("pl", "goodbye")


def test_what_is_printed_is_what_the_bot_does(engine_url: str) -> None:
    """The same wish as in a turn of the running engine."""
    import httpx

    from tests.engine.body import body

    text = "мой чайник перестал греть воду, что делать"
    with httpx.Client(base_url=engine_url, timeout=60) as client:
        turn = client.post("/webhooks/nitka/turn", json=body(text, language=None)).json()
    printed = json.loads(_understand(text).stdout)
    assert turn["understanding"]["intent"] == printed["intent"]
    assert turn["understanding"]["language"] == printed["language"]
