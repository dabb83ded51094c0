"""The communication plan as the engine works by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine.hours import said
from engine.plan import Customer, Plan

ROOT = Path(__file__).parents[3]
PLAN = Plan.load(ROOT / "plan.yml")
TEXT = """
firm: {name: Firm, time_zone: Europe/Warsaw, hours: "mon-fri 9:00-18:00"}
teams: {support: {}, sales: {hours: "sat 10:00-14:00"}}
routes:
  - {name: first, words: ['\\bwholesale'], before: true, to: sales}
  - {name: beside, words: ['\\bproblem'], unless: ['no problem'], to: support}
  - {name: slack, customer: {channel: slack}, wishes: [price], to: support}
  - {name: sales, wishes: [price], to: sales}
  - {name: support, wishes: [warranty], to: support}
  - {name: bot, wishes: [greet, thanks], to: bot}
pressing: [warranty]
"""


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """A small plan with every kind of rule."""
    file = tmp_path / "plan.yml"
    file.write_text(TEXT, "utf-8")
    return Plan.load(file)


def test_words_before_decide_whatever_was_understood(plan: Plan) -> None:
    """The first rule that fits decides."""
    assert plan.route("warranty", "wholesale warranty?") == "sales"


def test_words_beside_decide_over_small_talk_only(plan: Plan) -> None:
    """A clear wish stays; thanks are said clearly too; an exception is one."""
    assert plan.route("greet", "hello, a problem") == "support"
    assert plan.route("price", "problem: what does it cost") == "sales"
    assert plan.route("thanks", "thanks, the problem is gone") == "bot"
    assert plan.route("greet", "hello, no problem") == "bot"


def test_what_is_known_of_the_customer_decides(plan: Plan) -> None:
    """By channel and by language."""
    assert plan.route("price", "", Customer(channel="slack")) == "support"
    assert plan.route("price", "", Customer(channel="web")) == "sales"


def test_what_no_rule_names_is_the_bots(plan: Plan) -> None:
    """Nothing is without a way."""
    assert plan.route("chitchat") == plan.group("chitchat") == "bot"


def test_the_more_pressing_comes_first(plan: Plan) -> None:
    """Wishes that the order does not name come after."""
    assert plan.press("warranty") < plan.press("price")


def test_answers_know_the_firm(plan: Plan) -> None:
    """Hours are a team's own, or the firm's."""
    facts = plan.facts("en")
    assert facts["firm"] == "Firm"
    assert facts["support_hours"] == "Monday to Friday, 9:00–18:00"
    assert facts["sales_hours"] == "Saturday, 10:00–14:00"


def test_our_plan_speaks_three_languages() -> None:
    """Hours in words, days inflected."""
    assert PLAN.facts("ru")["support_hours"] == "с понедельника по пятницу, 9:00–18:00"
    assert PLAN.facts("pl")["showroom_hours"] == "od poniedziałku do soboty w godz. 10:00–18:00"
    assert "Łódź" in PLAN.facts("en")["showroom_address"]


def test_hours_that_cannot_be_read_are_refused() -> None:
    """As the plan's check does."""
    with pytest.raises(ValueError, match="must be like"):
        said("always", "en")
