"""How well a model understands: ``python -m engine.report [--model FILE]``.

Reads the messages under data/tests/understanding, which no model is trained on, and prints
accuracy by language, by route and by intent, the intents that are taken for each other most,
how often the bot would ask back, and the worst messages. ``--json FILE`` writes the same.
Every set of messages is reported apart: ``en.yml`` belongs to the ordinary one, ``blind-en.yml``
to the blind one. ``--least`` looks at the ordinary set alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from engine.quiet import quiet

FALLBACK = "nlu_fallback"
ORDINARY = "ordinary"
_SHOWN = 15


@dataclass(frozen=True)
class Outcome:
    """One message with what was meant and what was understood."""

    text: str
    language: str
    set: str
    intent: str
    understood: str
    best: str  # the best real intent, also where the bot would rather ask back
    confidence: float

    @property
    def right(self) -> bool:
        """Whether the best guess was what the customer meant."""
        return self.best == self.intent


def messages(root: Path) -> list[tuple[str, str, str, str]]:
    """Returns (text, intent, language, set) of the test messages.

    Raises FileNotFoundError if there are none.
    """
    files = sorted((root / "data" / "tests" / "understanding").glob("*.yml"))
    found = [
        (str(row["text"]), str(row["intent"]), *_language_and_set(file))
        for file in files
        for row in YAML(typ="safe").load(file.read_text("utf-8")) or []
    ]
    if not found:
        raise FileNotFoundError(f"There are no messages in {root}/data/tests/understanding.")
    return found


def _language_and_set(file: Path) -> tuple[str, str]:
    name, _, language = file.stem.rpartition("-")
    return language, name or ORDINARY


def measure(model: Path, rows: Iterable[tuple[str, str, str, str]]) -> list[Outcome]:
    """Returns what ``model`` understands of every message."""
    from engine.processor import TurnAgent
    from engine.turn import TurnRequest
    from engine.understanding import understand

    agent = TurnAgent.open(model, None)

    async def run() -> list[Outcome]:
        outcomes = []
        for text, intent, language, name in rows:
            request = TurnRequest("t", "c", "web", text, None, None, False, {}, (), None)
            parsed = await understand(agent.processor, request)
            ranked = [row for row in parsed["intent_ranking"] if row["name"] != FALLBACK]
            best = ranked[0] if ranked else parsed["intent"]
            confidence = round(best["confidence"], 3)
            understood = parsed["intent"]["name"]
            outcomes.append(
                Outcome(text, language, name, intent, understood, best["name"], confidence)
            )
        return outcomes

    return asyncio.run(run())


def report(outcomes: list[Outcome]) -> dict[str, dict[str, Any]]:
    """Returns the figures of every set."""
    sets: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        sets[outcome.set].append(outcome)
    return {name: summary(group) for name, group in sorted(sets.items())}


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    """Returns the figures of one set."""
    by_intent: dict[str, list[Outcome]] = defaultdict(list)
    by_language: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_intent[outcome.intent].append(outcome)
        by_language[outcome.language].append(outcome)
    taken = Counter((one.intent, one.best) for one in outcomes if not one.right)
    sure = [one for one in outcomes if one.understood != FALLBACK]
    return {
        "messages": len(outcomes),
        "accuracy": _share(outcomes),
        "asked_back": round(1 - len(sure) / len(outcomes), 4),
        "accuracy_when_sure": _share(sure),
        "languages": {name: _share(group) for name, group in sorted(by_language.items())},
        "intents": {name: _share(group) for name, group in sorted(by_intent.items())},
        "taken_for": [[a, b, count] for (a, b), count in taken.most_common(_SHOWN)],
        "wrong_and_sure": [
            asdict(one) for one in sorted(sure, key=lambda one: -one.confidence) if not one.right
        ][:_SHOWN],
    }


def _share(outcomes: list[Outcome]) -> float:
    return round(sum(one.right for one in outcomes) / len(outcomes), 4) if outcomes else 0.0


def show(name: str, figures: dict[str, Any]) -> str:
    """Returns one set's report as text."""
    lines = [
        f"{name} set, {figures['messages']} messages: {figures['accuracy']:.1%} understood, "
        f"{figures['asked_back']:.1%} asked back, "
        f"{figures['accuracy_when_sure']:.1%} right where it answers at once",
        "by language: " + ", ".join(f"{k} {v:.1%}" for k, v in figures["languages"].items()),
        "weakest intents: "
        + ", ".join(
            f"{name} {share:.0%}"
            for name, share in sorted(figures["intents"].items(), key=lambda row: row[1])[:_SHOWN]
        ),
        "taken for another:",
        *(f"  {count:3d}  {meant} -> {got}" for meant, got, count in figures["taken_for"]),
        "wrong and sure:",
        *(
            f"  {one['confidence']:.2f}  {one['intent']} -> {one['best']}: {one['text'][:90]}"
            for one in figures["wrong_and_sure"]
        ),
    ]
    return "\n".join(lines)


def newest(folder: Path) -> Path:
    """Returns the model written last; raises FileNotFoundError when there is none."""
    found = sorted(folder.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)
    if not found:
        raise FileNotFoundError(f"There is no model in {folder}: run `make train`.")
    return found[-1]


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="engine.report", description=__doc__)
    parser.add_argument("--model", type=Path, help="the model (the newest in models/)")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository's root")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--least", type=float, default=0.0, help="fail below this accuracy")
    given = parser.parse_args(arguments)
    quiet()
    from engine.log import configure

    configure("pretty")
    try:
        model = given.model or newest(given.root / "models")
        sets = report(measure(model, messages(given.root)))
    except FileNotFoundError as error:
        print(f"report: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print("\n\n".join(show(name, figures) for name, figures in sets.items()))  # noqa: T201
    if given.json:
        given.json.write_text(json.dumps(sets, ensure_ascii=False, indent=1), "utf-8")
    return 0 if ORDINARY not in sets or sets[ORDINARY]["accuracy"] >= given.least else 1


if __name__ == "__main__":
    sys.exit(main())
