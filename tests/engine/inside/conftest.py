"""The small test bot, trained once and loaded in this process, with actions played in place."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engine.log import configure
from engine.quiet import quiet

quiet()
configure("pretty")

ROOT = Path(__file__).resolve().parents[3]
MINI = ROOT / "tests" / "engine" / "mini"


def slot(name: str, value: Any) -> dict[str, Any]:
    """Returns a slot event as an action answers it."""
    return {"event": "slot", "name": name, "value": value}


def _validate(body: dict[str, Any]) -> dict[str, Any]:
    number = body["tracker"]["slots"]["order_number"]
    number = number[0] if isinstance(number, list) else number
    refused = number and str(number).startswith("NT-9")
    return {"events": [slot("order_number", None)] if refused else [], "responses": []}


def _order(body: dict[str, Any]) -> dict[str, Any]:
    slots = body["tracker"]["slots"]
    times = (slots["times"] or 0) + 1
    said = {"response": "utter_order", "state": "fine", "order_number": slots["order_number"]}
    events = [slot("order_number", None), slot("contact", None), slot("times", times)]
    return {"events": [*events, slot("vip", times % 2 == 0)], "responses": [said]}


def _hand_over(body: dict[str, Any]) -> dict[str, Any]:
    turn = body["tracker"]["latest_message"]["metadata"]["turn_id"]
    effect = {"kind": "hand_over", "team": "support", "reason": "asked", "turn": turn}
    said = {"response": "utter_handed"}
    return {"events": [], "responses": [said, {"custom": {"nitka_effect": effect}}]}


PLAYED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "validate_order_form": _validate,
    "action_order_status": _order,
    "action_hand_over": _hand_over,
    "action_follow": lambda _: {
        "events": [{"event": "followup", "name": "action_second"}],
        "responses": [],
    },
    "action_second": lambda _: {"events": [], "responses": [{"response": "utter_second"}]},
    "action_change_language": lambda _: {"events": [slot("language", "ru")], "responses": []},
    "action_slow": lambda _: {"events": [{"event": "pause"}], "responses": []},
    "action_restart_all": lambda _: {"events": [{"event": "reset_slots"}], "responses": []},
}


class PlayedActions:
    """An action server in the same process; keeps what it was asked."""

    url = "http://played.invalid/webhook"

    def __init__(self) -> None:
        self.kwargs: dict[str, Any] = {}
        self.asked: list[dict[str, Any]] = []

    async def request(self, json: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Answers as the action of that name does."""
        self.asked.append(json)
        await asyncio.sleep(0)
        return PLAYED[json["next_action"]](json)


@pytest.fixture(scope="session")
def mini_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the small bot's model; kept between runs while its sources do not change."""
    from engine.train import train

    files = sorted([*MINI.rglob("*.yml"), *(ROOT / "bot" / "engine").glob("*.py")])
    mark = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    model = ROOT / "var" / "tests" / f"mini-{mark}.tar.gz"
    if not model.is_file():
        for old in model.parent.glob("mini-*.tar.gz"):
            old.unlink()
        train(MINI, model)
    return model


@pytest.fixture(scope="session")
def actions() -> PlayedActions:
    """Returns the played action server."""
    return PlayedActions()


@pytest.fixture(scope="session")
def agent(mini_model: Path, actions: PlayedActions) -> Any:
    """Returns the engine's agent with the small bot's model."""
    from engine.actions_client import install
    from engine.processor import TurnAgent

    install()
    return TurnAgent.open(mini_model, actions)
