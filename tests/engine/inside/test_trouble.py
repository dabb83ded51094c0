"""The rule beside the classifier that leads problems to support."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from engine.trouble import TroubleWords
from rasa.shared.nlu.training_data.message import Message

CONFIG = yaml.safe_load((Path(__file__).parents[3] / "bot" / "config.yml").read_text("utf-8"))
OPTIONS = next(one for one in CONFIG["pipeline"] if one["name"] == "engine.trouble.TroubleWords")


def understood(text: str, *ranking: tuple[str, float]) -> str:
    """Returns the intent after the rule, when the classifier had found ``ranking``."""
    ranked = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    message = Message({"text": text, "intent": ranked[0], "intent_ranking": ranked})
    TroubleWords({**TroubleWords.get_default_config(), **OPTIONS}).process([message])
    return str(message.get("intent")["name"])


@pytest.mark.parametrize("text", ["I have a problem", "у меня проблема", "mam problem z produktem"])
def test_a_problem_leads_to_support(text: str) -> None:
    """The word's family in each language, understood as a call for help, becomes a complaint."""
    assert understood(text, ("help", 0.7), ("greet", 0.1)) == "complaint"


def test_what_gives_way_leaves_no_doubt() -> None:
    """The wish for support stands clearly before the intent that gave way: no question back."""
    ranked = [{"name": "greet", "confidence": 0.97}, {"name": "help", "confidence": 0.01}]
    message = Message({"text": "у меня проблема", "intent": ranked[0], "intent_ranking": ranked})
    TroubleWords({**TroubleWords.get_default_config(), **OPTIONS}).process([message])
    first, second = message.get("intent_ranking")[:2]
    assert (first["name"], second["name"]) == ("complaint", "greet")
    assert first["confidence"] - second["confidence"] > 0.3


def test_the_likeliest_wish_for_support_is_chosen() -> None:
    """What the classifier thought of next decides which wish it is."""
    ranking = (("help", 0.5), ("item_defective", 0.3), ("complaint", 0.1))
    assert understood("problem with my kettle", *ranking) == "item_defective"


@pytest.mark.parametrize(
    "text", ["no problem", "нет проблем, подожду", "nie ma problemu", "не проблема, спасибо"]
)
def test_no_problem_is_no_problem(text: str) -> None:
    """Idioms in which nothing is wrong are left as they were understood."""
    assert understood(text, ("affirm", 0.6), ("thanks", 0.2)) == "affirm"


def test_wishes_for_support_sales_and_people_stay() -> None:
    """What was understood as more than small talk is not touched."""
    text = "problem z płatnością, połączcie mnie z kimś"
    assert understood(text, ("ask_human", 0.5), ("payment_failed", 0.4)) == "ask_human"
