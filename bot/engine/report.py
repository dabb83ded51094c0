"""How well a model understands: ``python -m engine.report [--model FILE] [--beside STOCK]``.

Reads the messages under data/tests/understanding, which no model is trained on, and prints
accuracy by language, route and intent, calibration, and what goes wrong. ``--out FOLDER`` (it is
var/understanding) gets the same as report.json, every wrong message as wrong.tsv, and pictures:
confusion.svg (routes by language) and calibration.svg. ``--beside`` measures another model on the
same messages, for example stock Rasa's (bench/stock_pipeline.py).

Every set of messages is reported apart: ``en.yml`` belongs to the ordinary one, ``blind-en.yml``
to the blind one. ``--least`` looks at the ordinary set alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from engine.figures import Outcome, by_set, show
from engine.quiet import quiet

ORDINARY = "ordinary"


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


def measure(
    model: Path, plan: Path, rows: Iterable[tuple[str, str, str, str]]
) -> tuple[list[Outcome], float]:
    """Returns what ``model`` takes every message for, and the seconds that a message took.

    Each is understood by itself, as a turn does it; nothing is looked up before.
    """
    from engine.plan import current
    from engine.understand import Understanding

    understanding = Understanding(model, plan)
    group = current().group

    async def run() -> list[Outcome]:
        outcomes = []
        for text, intent, language, name in rows:
            found = await understanding.of(text)
            outcome = Outcome(
                text=text,
                language=language,
                set=name,
                intent=intent,
                route=group(intent),
                taken_for=found["intent"],
                led_to=found["route"],
                confidence=found["confidence"],
                sure=found["sure"],
                heard=found["language"],
            )
            outcomes.append(outcome)
        return outcomes

    began = time.monotonic()
    outcomes = asyncio.run(run())
    return outcomes, (time.monotonic() - began) / max(1, len(outcomes))


def write(folder: Path, outcomes: list[Outcome], figures: dict[str, Any]) -> None:
    """Writes the report's files into a folder."""
    from engine.pictures import calibration_picture, confusion_picture

    folder.mkdir(parents=True, exist_ok=True)
    wrong = [one for one in outcomes if not (one.right and one.led_right)]
    rows = [
        "\t".join(
            str(value).replace("\t", " ").replace("\n", " ") for value in asdict(one).values()
        )
        for one in sorted(wrong, key=lambda one: (one.led_right, one.language, one.intent))
    ]
    heads = "\t".join(Outcome.__dataclass_fields__)
    (folder / "wrong.tsv").write_text("\n".join([heads, *rows]) + "\n", "utf-8")
    (folder / "report.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")
    told = [(one.language, one.route, one.led_to) for one in outcomes]
    (folder / "confusion.svg").write_text(confusion_picture(told), "utf-8")
    table = figures.get(ORDINARY, next(iter(figures.values())))["calibration"]["table"]
    (folder / "calibration.svg").write_text(calibration_picture(table), "utf-8")


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
    parser.add_argument("--beside", type=Path, help="another model to measure too")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository's root")
    parser.add_argument("--out", type=Path, help="the folder for files (var/understanding)")
    parser.add_argument("--least", type=float, default=0.0, help="fail below this share of routes")
    given = parser.parse_args(arguments)
    quiet()
    from engine.log import configure

    configure("pretty")
    plan, out = given.root / "plan.yml", given.out or given.root / "var" / "understanding"
    try:
        model = given.model or newest(given.root / "models")
        rows = messages(given.root)
        outcomes, sets = _measured(model, plan, rows)
        beside = _measured(given.beside, plan, rows)[1] if given.beside else {}
    except FileNotFoundError as error:
        print(f"report: {error}", file=sys.stderr)  # noqa: T201
        return 1
    _print(model, sets)
    if given.beside:
        _print(given.beside, beside)
    write(out, outcomes, {**sets, **({"beside": beside} if beside else {})})
    print(f"\nEvery wrong message, pictures and numbers: {out}")  # noqa: T201
    return 0 if ORDINARY not in sets or sets[ORDINARY]["routes_right"] >= given.least else 1


def _measured(
    model: Path, plan: Path, rows: list[tuple[str, str, str, str]]
) -> tuple[list[Outcome], dict[str, Any]]:
    outcomes, seconds = measure(model, plan, rows)
    figures = by_set(outcomes)
    for one in figures.values():
        one["milliseconds"] = round(seconds * 1000, 1)
    return outcomes, figures


def _print(model: Path, sets: dict[str, Any]) -> None:
    for name, figures in sets.items():
        print(f"\n=== {model.name}: {show(name, figures)}")  # noqa: T201
        print(f"{figures['milliseconds']} ms a message")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
