"""The plan's file: what is wrong in it is named by line, with what is expected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nitka.domain.plan import Place, Satisfaction
from nitka.domain.thread import Team
from nitka.errors import ConfigError
from nitka.plan import load_plan
from nitka.settings import ROOT

PLAN = (ROOT / "plan.yml").read_text(encoding="utf-8")


@pytest.fixture
def fault(tmp_path: Path) -> Callable[[str, str], str]:
    """What is said of our plan with one text put in another's place."""

    def _fault(old: str, new: str) -> str:
        assert old in PLAN
        file = tmp_path / "plan.yml"
        file.write_text(PLAN.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ConfigError) as error:
            load_plan(file)
        return str(error.value)

    return _fault


def test_our_plan_is_right() -> None:
    """Every wish of the bot is led somewhere, to the places that the rules name."""
    plan = load_plan(ROOT / "plan.yml")
    ways = {route.to for route in plan.routes}
    assert ways == {*Team, *Place}
    assert {"order_status", "greet", "out_of_scope"} <= plan.wishes()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  time_zone: Europe/Warsaw", "  time_zone: Poland/Lodz", "time zone like Europe/Warsaw"),
        ("  hours: mon-fri 9:00-18:00 ", "  hours: all day ", "must be like 'mon-fri 9:00-18:00'"),
        ("    to: support", "    to: warehouse", "expected one of support, sales, bot, human"),
        ("order_status, ", "order_statuses, ", "the bot knows no wish 'order_statuses'"),
        ("order_status, ", "", "no rule leads the wish 'order_status' anywhere"),
        ("  support: {}", "  support: {phone: 1}", "unknown; expected one of hours"),
        ("  sales: {}\n", "", "`sales` is missing"),
        (r"'\bproblem\w*'", r"'\bproblem(\w*'", "not a regular expression"),
        ("        ru: ul.", "        de: ul.", "unknown; expected one of en, ru, pl"),
        ("version: 1", "version: 2", "expected 1"),
        ("  every_days: 30", "  every_days: often", "expected a whole number from 0 to 365"),
        ("  quiet_minutes: 3", "  quiet_minutes: 61", "expected a whole number from 0 to 60"),
        ("  after_minutes: 10", "  minutes: 10", "unknown; expected one of after_minutes"),
        ("    to: sales", "    before: perhaps\n    to: sales", "expected true or false"),
    ],
)
def test_a_fault_is_named_by_line(
    fault: Callable[[str, str], str], old: str, new: str, said: str
) -> None:
    """File, line, the place within the file, what is expected."""
    found = fault(old, new)
    assert said in found
    number = next(int(part) for part in found.split(":") if part.isdigit())
    assert 1 <= number <= PLAN.count("\n") + 1


def test_the_line_is_the_faults_own(fault: Callable[[str, str], str]) -> None:
    """Not merely the rule's or the section's."""
    line = PLAN[: PLAN.index("Europe/Warsaw")].count("\n") + 1
    assert f"plan.yml:{line}: firm.time_zone" in fault("Europe/Warsaw", "Nowhere")


def test_what_is_no_yaml_is_named_too(fault: Callable[[str, str], str]) -> None:
    """With its line."""
    assert "not YAML" in fault("firm:", "firm: [")


def test_a_missing_file_is_the_settings(tmp_path: Path) -> None:
    """The setting is named."""
    with pytest.raises(ConfigError, match="NITKA_PLAN"):
        load_plan(tmp_path / "none.yml")


def test_the_question_how_it_was_can_be_turned_off_or_left_out(tmp_path: Path) -> None:
    """Left out it is asked as usual."""
    head, rest = PLAN.split("satisfaction:\n", 1)
    left_out = head + rest.split("\n\n", 1)[1]
    for text, is_asked in ((left_out, True), (f"{left_out}\nsatisfaction: false\n", False)):
        file = tmp_path / "plan.yml"
        file.write_text(text, encoding="utf-8")
        assert load_plan(file).satisfaction == (Satisfaction() if is_asked else None)
