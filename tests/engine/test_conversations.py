"""The conversations of ``data/tests/conversations``, held with the really trained model.

Each runs turn by turn over the engine's HTTP contract, with the real action server and the demo
shop behind it; language and state are carried from turn to turn as the service does it.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

CONVERSATIONS = Path(__file__).parents[2] / "data" / "tests" / "conversations"
KNOWN = {"user", "payload", "channel", "attachments", "bot", "effects", "slots", "buttons"}


def _load() -> list[Any]:
    return [
        pytest.param(conversation, id=f"{path.stem}: {conversation['name']}")
        for path in sorted(CONVERSATIONS.glob("*.yml"))
        for conversation in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


@dataclass
class Customer:
    """A customer on a channel, with what the service would carry between turns."""

    channel: str
    language: str | None
    profile: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    language_fixed: bool = False
    state: dict[str, Any] | None = None

    def says(self, client: httpx.Client, turn: dict[str, Any]) -> dict[str, Any]:
        """Sends one turn and returns the engine's answer."""
        response = client.post(
            "/webhooks/nitka/turn",
            json={
                "version": 1,
                "turn_id": turn.get("id") or str(uuid.uuid4()),
                "customer": self.id,
                "channel": turn.get("channel", self.channel),
                "text": turn.get("user", ""),
                "payload": turn.get("payload"),
                "language": self.language,
                "language_fixed": self.language_fixed,
                "profile": self.profile,
                "attachments": turn.get("attachments", []),
                "state": self.state,
            },
        )
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        self.state = answer["state"]
        for effect in answer["effects"]:
            if effect["kind"] == "language":
                self.language = effect["language"]
                self.language_fixed = self.language_fixed or effect.get("fixed", False)
        return answer


@pytest.mark.parametrize("conversation", _load())
def test_a_conversation_goes_as_written(engine_url: str, conversation: dict[str, Any]) -> None:
    """Every message, effect and remembered fact is as the conversation's file says."""
    customer = Customer(
        channel=conversation.get("channel", "web"),
        language=conversation["language"],
        profile=conversation.get("profile", {"name": None}),
    )
    with httpx.Client(base_url=engine_url, timeout=60) as client:
        for turn in conversation["turns"]:
            assert turn.keys() <= KNOWN, f"unknown keys: {turn.keys() - KNOWN}"
            _compare(turn, customer.says(client, turn))


def test_a_repeated_turn_opens_one_complaint(engine_url: str) -> None:
    """The same turn from the same state, as after a crash, has the same answer and effect."""
    story = "I want to complain about the courier who broke my cup and laughed at me"
    with httpx.Client(base_url=engine_url, timeout=60) as client:
        turn = {"user": story, "id": str(uuid.uuid4())}
        customer = Customer(channel="web", language="en", profile={"name": None})
        first, again = (replace(customer).says(client, turn) for _ in range(2))
    assert first["effects"] == again["effects"]
    assert first["messages"] == again["messages"]


def _compare(turn: dict[str, Any], answer: dict[str, Any]) -> None:
    said = _said(answer)
    where = f"{turn.get('user') or turn.get('payload')!r} {answer['understanding']} → {said}"
    if "bot" in turn:
        assert len(said) == len(turn["bot"]), where
        for expected, (name, text) in zip(turn["bot"], said, strict=True):
            if expected.startswith("utter_"):
                assert name == expected, where
            else:
                assert re.search(expected, text, re.DOTALL), f"{expected!r}: {where}"
    if "effects" in turn:
        _compare_effects(turn["effects"], answer["effects"], where)
    for name, value in turn.get("slots", {}).items():
        assert answer["slots"].get(name) == value, f"slot {name}: {where}"
    if "buttons" in turn:
        payloads = [button["payload"] for button in answer["messages"][-1]["buttons"]]
        assert payloads == turn["buttons"], where


def _compare_effects(
    expected: list[dict[str, Any]], effects: list[dict[str, Any]], where: str
) -> None:
    """Detected languages count only where a conversation names one."""
    with_language = any(effect["kind"] == "language" for effect in expected)
    counted = [e for e in effects if with_language or e["kind"] != "language"]
    assert len(counted) == len(expected), f"{counted}: {where}"
    for wanted, effect in zip(expected, counted, strict=True):
        assert {key: effect.get(key) for key in wanted} == wanted, where


def _said(answer: dict[str, Any]) -> list[tuple[str | None, str]]:
    """Response name and text of every message to the customer."""
    return [
        ((event.get("metadata") or {}).get("utter_action"), event["text"])
        for event in answer["events"]
        if event["event"] == "bot" and event.get("text")
    ]
