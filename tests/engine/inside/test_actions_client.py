"""What an action answers is read whole or refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest
from engine.actions_client import unreadable

SLOT = {"event": "slot", "name": "order_number", "value": "NT-10001", "timestamp": None}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"events": [], "responses": []},
        {"events": [SLOT, {"event": "followup", "name": "utter_greet"}]},
        {"events": [{"event": "active_loop", "name": None}], "responses": [{"text": "hello"}]},
    ],
)
def test_what_rasa_reads_is_let_through(answer: dict[str, Any]) -> None:
    """Events with and without a time stamp, and responses."""
    assert unreadable(answer) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], "no object"),
        ({"events": {}}, "`events` is no list"),
        ({"events": ["slot"]}, "`events` is no list"),
        ({"responses": "hello"}, "`responses` is no list"),
        ({"events": [SLOT, {"event": "slott"}]}, "slott"),
        ({"events": [{"name": "order_number"}]}, "order_number"),
        ({"events": [{"event": "slot", "value": 1}]}, "slot"),
    ],
)
def test_anything_else_is_refused(answer: object, reason: str) -> None:
    """The reason names the part, or shows the event."""
    assert reason in (unreadable(answer) or "")
