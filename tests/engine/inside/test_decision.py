"""The decision after the classifier: places before wishes, the plan's words, and doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from engine.decision import FALLBACK, RouteDecision
from engine.plan import Plan

ROOT = Path(__file__).parents[3]
PLAN = Plan.load(ROOT / "plan.yml")
CONFIG = yaml.safe_load((ROOT / "bot" / "config.yml").read_text("utf-8"))
OPTIONS = next(one for one in CONFIG["pipeline"] if one["name"] == "engine.decision.RouteDecision")


def decided(text: str, *ranking: tuple[str, float]) -> list[dict[str, Any]]:
    """Returns the ranking after the decision, when the classifier had found ``ranking``."""
    ranked = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    decision = RouteDecision({**RouteDecision.get_default_config(), **OPTIONS})
    return decision.decide(PLAN, text, ranked)


def understood(text: str, *ranking: tuple[str, float]) -> str:
    """Returns the intent after the decision."""
    return str(decided(text, *ranking)[0]["name"])


@pytest.mark.parametrize("text", ["I have a problem", "у меня проблема", "mam problem z produktem"])
def test_a_problem_leads_to_support(text: str) -> None:
    """The word's family in each language, understood as a call for help, becomes a complaint."""
    assert understood(text, ("help", 0.7), ("greet", 0.1)) == "complaint"


@pytest.mark.parametrize("text", ["a problem!", "одна проблемка", "mam problemy", "ПРОБЛЕМА"])
def test_an_unclear_problem_is_for_support(text: str) -> None:
    """Where nothing is likely enough, words decide alone, whatever came nearest."""
    ranking = [("gift_card", 0.21), ("greet", 0.2), ("out_of_scope", 0.19), ("ask_human", 0.2)]
    assert PLAN.group(understood(text, *ranking)) == "support"


def test_what_gives_way_leaves_no_doubt() -> None:
    """The wish for support stands clearly before the intent that gave way: no question back."""
    first, second = decided("у меня проблема", ("greet", 0.97), ("help", 0.01))[:2]
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


def test_wishes_of_one_place_speak_together() -> None:
    """Three kinds of trouble that are equally likely leave no doubt that it is for support."""
    ranking = (("greet", 0.3), ("return_item", 0.25), ("exchange_item", 0.24), ("warranty", 0.2))
    assert understood("hello, about the coat", *ranking) == "return_item"


def test_confidence_is_that_of_the_place() -> None:
    """What is believed is where the message leads."""
    first = decided("a coat", ("return_item", 0.4), ("exchange_item", 0.35), ("greet", 0.25))[0]
    assert first["confidence"] == pytest.approx(0.75, abs=0.01)


def test_doubt_between_places_is_said() -> None:
    """Two places that are equally likely are not understood; both wishes stand behind."""
    ranking = decided("money", ("price", 0.41), ("refund_status", 0.4), ("greet", 0.19))
    assert [row["name"] for row in ranking[:3]] == [FALLBACK, "price", "refund_status"]


def test_nothing_likely_is_not_understood() -> None:
    """Below the threshold the bot does not guess."""
    ranking = [("price", 0.26), ("return_item", 0.22), ("greet", 0.2), ("ask_human", 0.2)]
    assert understood("hm", *ranking) == FALLBACK
