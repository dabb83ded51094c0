"""The figures of the understanding: what a set of messages was taken for, counted. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_SHOWN = 15
_BINS = 10


@dataclass(frozen=True)
class Outcome:
    """One message with what was meant and what it was taken for."""

    text: str
    language: str
    set: str
    intent: str
    route: str
    taken_for: str  # the likeliest wish, also where the bot would rather ask
    led_to: str
    confidence: float
    sure: bool
    heard: str  # the language it was taken for

    @property
    def right(self) -> bool:
        """Whether the wish is what the customer meant."""
        return self.taken_for == self.intent

    @property
    def led_right(self) -> bool:
        """Whether the message went where it belongs."""
        return self.led_to == self.route


def by_set(outcomes: list[Outcome]) -> dict[str, dict[str, Any]]:
    """Returns the figures of every set of messages."""
    return {name: summary(group) for name, group in _by(outcomes, lambda one: one.set).items()}


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    """Returns the figures of a report."""
    taken = Counter((one.intent, one.taken_for) for one in outcomes if not one.right)
    sure = [one for one in outcomes if one.sure]
    outside = [one for one in outcomes if one.route == "out_of_scope"]
    return {
        "messages": len(outcomes),
        "wishes_right": _share(outcomes, lambda one: one.right),
        "routes_right": _share(outcomes, lambda one: one.led_right),
        "languages_right": _share(outcomes, lambda one: one.heard == one.language),
        "asked_back": _share(outcomes, lambda one: not one.sure),
        "routes_right_when_sure": _share(sure, lambda one: one.led_right),
        "human_found": _share(
            [one for one in outcomes if one.route == "human"], lambda one: one.led_right
        ),
        "out_of_scope_answered": _share(outside, lambda one: not one.led_right),
        "languages": {
            name: {
                "wishes_right": _share(group, lambda one: one.right),
                "routes_right": _share(group, lambda one: one.led_right),
                "routes": {
                    route: _share(rows, lambda one: one.led_right)
                    for route, rows in _by(group, lambda one: one.route).items()
                },
            }
            for name, group in _by(outcomes, lambda one: one.language).items()
        },
        "intents": {
            name: _share(group, lambda one: one.right)
            for name, group in _by(outcomes, lambda one: one.intent).items()
        },
        "calibration": calibration(outcomes),
        "taken_for": [[a, b, count] for (a, b), count in taken.most_common(_SHOWN)],
    }


def calibration(outcomes: list[Outcome]) -> dict[str, Any]:
    """Returns the expected calibration error of the routes, and the table that it comes from."""
    bins: dict[int, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        bins[min(int(one.confidence * _BINS), _BINS - 1)].append(one)
    table = [
        {
            "from": number / _BINS,
            "messages": len(rows),
            "confidence": round(sum(one.confidence for one in rows) / len(rows), 3),
            "right": _share(rows, lambda one: one.led_right),
        }
        for number, rows in sorted(bins.items())
    ]
    error = sum(row["messages"] * abs(row["confidence"] - row["right"]) for row in table)
    return {"error": round(error / max(1, len(outcomes)), 4), "table": table}


def _by(rows: list[Outcome], key: Callable[[Outcome], str]) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(sorted(found.items()))


def _share(rows: list[Outcome], holds: Callable[[Outcome], bool]) -> float:
    return round(sum(holds(one) for one in rows) / len(rows), 4) if rows else 0.0


def show(name: str, figures: dict[str, Any]) -> str:
    """Returns one set's report as text."""
    lines = [
        f"{name} set, {figures['messages']} messages: {figures['routes_right']:.1%} led right, "
        f"{figures['wishes_right']:.1%} understood, {figures['asked_back']:.1%} asked back, "
        f"{figures['languages_right']:.1%} in their language",
        f"a person wanted: {figures['human_found']:.1%} found; out of scope: "
        f"{figures['out_of_scope_answered']:.1%} answered as if in scope",
        "",
        "language   led right  understood  " + "by route",
    ]
    for spoken, one in figures["languages"].items():
        routes = "  ".join(f"{route} {share:.0%}" for route, share in one["routes"].items())
        lines.append(
            f"{spoken:10s} {one['routes_right']:9.1%}  {one['wishes_right']:10.1%}  {routes}"
        )
    weakest = sorted(figures["intents"].items(), key=lambda row: row[1])[:_SHOWN]
    lines += [
        "",
        "weakest wishes: " + ", ".join(f"{wish} {share:.0%}" for wish, share in weakest),
        "taken for another:",
        *(f"  {count:3d}  {meant} → {got}" for meant, got, count in figures["taken_for"]),
        f"calibration error of routes: {figures['calibration']['error']:.3f}",
        *(
            f"  from {row['from']:.1f}: {row['messages']:5d} messages, {row['right']:.1%} right"
            for row in figures["calibration"]["table"]
        ),
    ]
    return "\n".join(lines)
