"""The communication plan as the engine uses it: routes, their words, and facts for answers.

Reads plan.yml, which `nitka plan check` (nitka/plan.py) has checked; here a wrong file only
stops the start. The plan is taken up once, before a model is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from engine.hours import said

DEFAULT = Path(__file__).parents[2] / "plan.yml"
BOT, HUMAN, OUT_OF_SCOPE = "bot", "human", "out_of_scope"
_NO_TEAM = (BOT, HUMAN, OUT_OF_SCOPE)


@dataclass(frozen=True)
class Customer:
    """What a route may ask of the one who writes."""

    channel: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Route:
    """One rule: what it looks at, and where it leads."""

    name: str
    to: str
    words: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    before: bool
    wishes: tuple[str, ...]
    customer: Mapping[str, tuple[str, ...]]

    def fits(self, wish: str, text: str, customer: Customer) -> bool:
        """Says whether everything that the rule looks at is so."""
        return (
            (not self.wishes or wish in self.wishes)
            and (self.words is None or self.names(text))
            and all(getattr(customer, key) in values for key, values in self.customer.items())
        )

    def names(self, text: str) -> bool:
        """Says whether the rule's words stand in the text, and its exceptions do not."""
        found = self.words is not None and self.words.search(text) is not None
        return found and (self.unless is None or self.unless.search(text) is None)


@dataclass(frozen=True)
class Plan:
    """The plan's routes in order, the teams, and what answers may say of the firm."""

    firm: Mapping[str, Any]
    teams: Mapping[str, Mapping[str, Any]]
    routes: tuple[Route, ...]
    pressing: tuple[str, ...]
    meanwhile: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> Plan:
        """Returns the plan of a file; raises OSError, YAMLError, KeyError or re.error."""
        content = YAML(typ="safe").load(path.read_text("utf-8"))
        return cls(
            firm=content["firm"],
            teams={name: body or {} for name, body in content["teams"].items()},
            routes=tuple(_route(row) for row in content["routes"]),
            pressing=tuple(content.get("pressing") or ()),
            meanwhile=tuple(content.get("meanwhile") or ()),
        )

    @cached_property
    def _by_wish(self) -> Mapping[str, str]:
        plain = [r for r in self.routes if r.words is None and not r.customer]
        return {wish: route.to for route in reversed(plain) for wish in route.wishes}

    def group(self, wish: str) -> str:
        """Returns where a wish leads by itself, whoever has it: `bot` for what no rule names."""
        return self._by_wish.get(wish, BOT)

    def wishes_of(self, to: str) -> tuple[str, ...]:
        """Returns the wishes that lead to a team or place by themselves, in the plan's order."""
        return tuple(
            wish for route in self.routes for wish in route.wishes if self.group(wish) == to
        )

    def route(self, wish: str, text: str = "", customer: Customer | None = None) -> str:
        """Returns where a message with this wish goes: the first rule that fits decides."""
        writer = customer or Customer()
        return next(
            (rule.to for rule in self.routes if self._decides(rule, wish, text, writer)), BOT
        )

    def worded(self, wish: str, text: str, customer: Customer | None = None) -> Route | None:
        """Returns the rule by words that decides over what was understood, if there is one."""
        writer = customer or Customer()
        for rule in self.routes:
            if self._decides(rule, wish, text, writer):
                return rule if rule.words is not None else None
        return None

    def named(self, text: str) -> Route | None:
        """Returns the first rule whose words stand in a text that was not understood at all."""
        rules = (rule for rule in self.routes if rule.words is not None and not rule.customer)
        return next((rule for rule in rules if rule.names(text)), None)

    def _decides(self, rule: Route, wish: str, text: str, customer: Customer) -> bool:
        """Rules by words stand beside the understanding: they decide over small talk only."""
        beside = rule.words is not None and not rule.before and not rule.wishes
        if beside and not (self.group(wish) in (BOT, OUT_OF_SCOPE) and wish not in _SAID_CLEARLY):
            return False
        return rule.fits(wish, text, customer)

    @property
    def first_team(self) -> str:
        """The team that gets what belongs to none."""
        return next(iter(self.teams))

    def team(self, to: str) -> str | None:
        """Returns the team behind a route, or None."""
        return None if to in _NO_TEAM else to

    def press(self, wish: str) -> int:
        """Returns a wish's place in the order of pressing; lower is sooner.

        What the order does not name comes after, the bot's own matters last.
        """
        if wish in self.pressing:
            return self.pressing.index(wish)
        return len(self.pressing) + (self.group(wish) in (BOT, OUT_OF_SCOPE))

    def facts(self, language: str) -> Mapping[str, str]:
        """Returns what answers may say of the firm, as `{name}` values of data/responses."""
        found = {"firm": str(self.firm["name"])}
        for team, body in self.teams.items():
            hours = body.get("hours") or self.firm["hours"]
            found[f"{team}_hours"] = said(hours, language)
        for place, body in (self.firm.get("places") or {}).items():
            found[f"{place}_hours"] = said(body.get("hours") or self.firm["hours"], language)
            for what in ("address", "directions"):
                if what in body:
                    found[f"{place}_{what}"] = str(body[what][language])
        return found


_SAID_CLEARLY = frozenset(
    {"thanks", "goodbye", "praise", "abuse", "unsubscribe", "change_language"}
)


def _route(row: Mapping[str, Any]) -> Route:
    customer = {
        key: tuple(value) if isinstance(value, list) else (value,)
        for key, value in (row.get("customer") or {}).items()
    }
    return Route(
        name=row["name"],
        to=row["to"],
        words=_any_of(row.get("words") or []),
        unless=_any_of(row.get("unless") or []),
        before=bool(row.get("before", False)),
        wishes=tuple(row.get("wishes") or ()),
        customer=customer,
    )


def _any_of(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.I) if patterns else None


_taken_up: dict[str, Plan] = {}


def take_up(path: Path) -> Plan:
    """Reads a plan and makes it the one that this process works by."""
    _taken_up["plan"] = Plan.load(path)
    return _taken_up["plan"]


def current() -> Plan:
    """Returns the plan that this process works by: the project's own unless one was taken up."""
    return _taken_up.get("plan") or take_up(DEFAULT)
