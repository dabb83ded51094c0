"""Two wishes in one message: clauses, pressing order, and what counts as a wish of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from engine import plan as plans
from engine.wishes import clauses, sort_out

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _plan() -> None:
    """Our own plan."""
    plans.take_up(ROOT / "plan.yml")


def parsed(*ranking: tuple[str, float]) -> dict[str, Any]:
    """Returns parse data as the model gives it."""
    rows = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    return {"intent": rows[0], "intent_ranking": rows, "entities": []}


def sorted_out(
    text: str, whole: dict[str, Any], parts: dict[str, dict[str, Any]]
) -> tuple[str, list[str]]:
    """Returns the first wish and the others, when the model understands clauses as given."""

    async def parse(clause: str) -> dict[str, Any]:
        return parts.get(clause, parsed(("inform", 0.9)))

    found = asyncio.run(sort_out(parse, text, whole))
    return found["intent"]["name"], [wish["name"] for wish in found["also"]]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Where is it? What are your hours?", ["Where is it?", "What are your hours?"]),
        ("where is it and also do you ship to Oslo", ["where is it", "do you ship to Oslo"]),
        ("где заказ, и ещё сколько стоит тостер", ["где заказ", "сколько стоит тостер"]),
        ("gdzie to jest, a przy okazji ile kosztuje", ["gdzie to jest", "ile kosztuje"]),
        ("black and white shoes", ["black and white shoes"]),
    ],
)  # fmt: skip
def test_a_message_has_clauses(text: str, parts: list[str]) -> None:
    """At the end of a sentence and at words that begin something else."""
    assert clauses(text) == parts


def test_the_other_wish_is_kept() -> None:
    """The message as a whole is answered first."""
    text = "where is my order. what does the toaster cost"
    parts = {
        "where is my order.": parsed(("order_status", 0.97)),
        "what does the toaster cost": parsed(("price", 0.98)),
    }
    assert sorted_out(text, parsed(("order_status", 0.8)), parts) == ("order_status", ["price"])


def test_the_more_pressing_comes_first() -> None:
    """By the plan's order, and what is the bot's own comes last."""
    text = "what are your opening hours? you charged me twice"
    parts = {
        "what are your opening hours?": parsed(("opening_hours", 0.99)),
        "you charged me twice": parsed(("charged_twice", 0.99)),
    }
    whole = parsed(("opening_hours", 0.7), ("charged_twice", 0.2))
    assert sorted_out(text, whole, parts) == ("charged_twice", ["opening_hours"])


@pytest.mark.parametrize(
    "second",
    [
        parsed(("thanks", 0.99)),  # a courtesy
        parsed(("price", 0.7)),  # not beyond doubt
        parsed(("price", 0.95), ("stock", 0.45)),  # which of the two?
        parsed(("return_item", 0.99)),  # the same trouble
        parsed(("nlu_fallback", 0.9), ("price", 0.2)),
    ],
)
def test_what_is_no_wish_of_its_own(second: dict[str, Any]) -> None:
    """A single wish stays single."""
    text = "the kettle came broken. and what now then"
    parts = {
        "the kettle came broken.": parsed(("item_damaged", 0.99)),
        "and what now then": second,
    }
    assert sorted_out(text, parsed(("item_damaged", 0.9)), parts) == ("item_damaged", [])


def test_a_clause_alone_does_not_outweigh_the_whole() -> None:
    """A story that names a legal matter in passing is not a threat."""
    text = "i bought it for my lawyer friend. he will sue the makers he says. where is it"
    parts = {"he will sue the makers he says.": parsed(("legal_threat", 0.99))}
    assert sorted_out(text, parsed(("order_status", 0.9)), parts) == ("order_status", [])


def test_a_call_back_has_a_topic() -> None:
    """What stands behind "about" belongs to a team, or is none."""
    parts = {"my refund": parsed(("refund_status", 0.9))}
    whole = parsed(("callback", 0.9))
    assert sorted_out("call me about my refund", whole, parts) == ("callback", ["refund_status"])
    assert sorted_out("call me about noon", whole, parts) == ("callback", [])
