"""Understands messages as the running bot would: ``python -m engine.understand --model FILE``.

Texts stand among the arguments, or, with ``--jsonl``, in lines ``{"text": …}`` on stdin; each
line comes back with ``language``, ``intent``, ``confidence``, ``route``, ``entities`` and
``sure`` (false where the bot would ask first). A line that cannot be read comes back with
``error``, is named on stderr, and makes the exit code 1; the others go on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from engine.quiet import quiet

_AT_ONCE = 256  # lines whose meaning is looked up together
_TEXT_LIMIT = 20_000


class BadLine(Exception):
    """A line that cannot be understood; the message says why. ``row`` is what could be read."""

    def __init__(self, reason: str, row: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.row = row or {}


def read(line: str) -> dict[str, Any]:
    """Returns a line's object; raises :class:`BadLine` unless it has a text to understand."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(row, dict):
        raise BadLine('not an object like {"text": "…"}')
    text = row.get("text")
    if not isinstance(text, str):
        raise BadLine("`text` must be a string", row)
    if len(text) > _TEXT_LIMIT:
        raise BadLine(f"`text` must have at most {_TEXT_LIMIT} characters", row)
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise BadLine("`text` must be valid Unicode", {})
    return row


class Understanding:
    """A loaded model with its plan."""

    def __init__(self, model: Path, plan: Path) -> None:
        from engine import language
        from engine import plan as plans
        from engine.processor import TurnAgent

        self._plan = plans.take_up(plan)
        self._agent = TurnAgent.open(model, None)
        language.load()

    def warm(self, texts: list[str]) -> None:
        """Encodes many texts together, which is quicker than one by one."""
        from engine.encoder import warm

        warm(texts)

    async def of(self, text: str) -> dict[str, Any]:
        """Returns what the bot takes a first message with this text for."""
        from engine.decision import FALLBACK
        from engine.language import detect
        from engine.plan import Customer
        from engine.turn import TurnRequest
        from engine.understanding import likeliest, route_of, understand

        request = TurnRequest("t", "c", "web", text, None, None, False, {}, (), None)
        spoken = detect(request).language
        parsed = await understand(self._agent.processor, request)
        best = likeliest(parsed)
        also = {"also": [one["name"] for one in parsed["also"]]} if parsed["also"] else {}
        return {
            "language": spoken,
            "intent": best["name"],
            "confidence": round(best["confidence"], 4),
            "route": route_of(self._plan, parsed, Customer(channel="web", language=spoken)),
            "entities": [
                {key: entity[key] for key in ("entity", "value", "start", "end") if key in entity}
                for entity in parsed["entities"]
            ],
            "sure": parsed["intent"]["name"] != FALLBACK,
            **also,
        }


def answers(understanding: Understanding, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yields every line's object with what was found, in order; ``error`` where it is bent."""
    batch: list[dict[str, Any]] = []

    def done() -> Iterator[dict[str, Any]]:
        understanding.warm([row["text"] for row in batch if "error" not in row])
        for row in batch:
            found = {} if "error" in row else asyncio.run(understanding.of(row["text"]))
            yield {**row, **found}
        batch.clear()

    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            batch.append({key: value for key, value in read(line).items() if key != "error"})
        except BadLine as error:
            batch.append({**error.row, "error": f"line {number}: {error}"})
        if len(batch) == _AT_ONCE:
            yield from done()
    yield from done()


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code: 1 when a line was bent."""
    parser = argparse.ArgumentParser(prog="engine.understand", description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--jsonl", action="store_true", help="read lines from stdin")
    parser.add_argument("texts", nargs="*")
    given = parser.parse_args(arguments)
    quiet()
    from engine.log import configure

    configure("pretty")
    understanding = Understanding(given.model, given.plan)
    source = sys.stdin.buffer if given.jsonl else None
    lines = (
        (line.decode("utf-8", "replace") for line in source)
        if source is not None
        else (json.dumps({"text": text}) for text in given.texts)
    )
    bent = 0
    for row in answers(understanding, lines):
        if "error" in row:
            bent += 1
            print(f"understand: {row['error']}", file=sys.stderr)  # noqa: T201
        print(json.dumps(row, ensure_ascii=False), flush=True)  # noqa: T201
    return 1 if bent else 0


if __name__ == "__main__":
    sys.exit(main())
