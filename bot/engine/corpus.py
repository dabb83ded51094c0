"""The sources as checks see them: every intent example, response and step with its place.

Reads YAML only, with line numbers; needs neither Rasa nor a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from engine.sources import Sources

_ANNOTATED = re.compile(r"\[([^\]]+)\](?:\(([^)\s]+)\)|(\{[^}]*\}))")
_IN_BRACES = re.compile(r'"entity"\s*:\s*"([^"]+)"')


@dataclass(frozen=True)
class Place:
    """A file and a line, counted from 1."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """Something wrong in the sources; a fatal one stops training."""

    place: Place
    message: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {'' if self.fatal else 'warning: '}{self.message}"


@dataclass(frozen=True)
class Example:
    """One training message."""

    intent: str
    text: str
    entities: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Variation:
    """One way to say a response."""

    response: str
    body: dict[str, Any]
    place: Place


@dataclass(frozen=True)
class Step:
    """One mention of an intent, action, loop or slot in a rule or story."""

    kind: str
    name: str
    place: Place


@dataclass
class Corpus:
    """Everything in the sources, by what it is."""

    intents: dict[str, Place] = field(default_factory=dict)
    entities: dict[str, Place] = field(default_factory=dict)
    slots: dict[str, Place] = field(default_factory=dict)
    actions: dict[str, Place] = field(default_factory=dict)
    forms: dict[str, tuple[Place, list[str]]] = field(default_factory=dict)
    variations: list[Variation] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(sources: Sources) -> Corpus:
    """Returns what the sources say; what cannot be read is among its problems."""
    corpus = Corpus()
    for file in (*sources.domain, *sources.training):
        try:
            content = YAML(typ="rt").load(file.read_text(encoding="utf-8"))
        except (YAMLError, UnicodeDecodeError) as error:
            corpus.problems.append(_unreadable(file, error))
            continue
        if content is None:
            continue
        if not isinstance(content, CommentedMap):
            corpus.problems.append(Problem(Place(file, 1), "The file must be a mapping."))
            continue
        try:
            _read_domain(corpus, file, content)
            _read_examples(corpus, file, content)
            _read_steps(corpus, file, content)
        except (TypeError, AttributeError, KeyError, ValueError) as error:
            corpus.problems.append(Problem(Place(file, 1), f"Unexpected structure: {error}"))
    return corpus


def _unreadable(file: Path, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Problem(Place(file, mark.line + 1 if mark else 1), f"This is not YAML: {reason}.")


def _line(node: Any, key: Any, file: Path) -> Place:
    position = node.lc.item(key) if isinstance(key, int) else node.lc.key(key)
    return Place(file, position[0] + 1)


def _names(content: CommentedMap, key: str, file: Path) -> Iterator[tuple[str, Place]]:
    rows = content.get(key) or []
    for index, row in enumerate(rows):
        name = next(iter(row)) if isinstance(row, dict) else row
        yield str(name), _line(rows, index, file)


def _read_domain(corpus: Corpus, file: Path, content: CommentedMap) -> None:
    for key, known in (
        ("intents", corpus.intents),
        ("entities", corpus.entities),
        ("actions", corpus.actions),
    ):
        for name, place in _names(content, key, file):
            _add(corpus, known, name, place, key)
    for name in content.get("slots") or {}:
        _add(corpus, corpus.slots, name, _line(content["slots"], name, file), "slots")
    for name, form in (content.get("forms") or {}).items():
        place = _line(content["forms"], name, file)
        corpus.forms[name] = (place, list((form or {}).get("required_slots") or []))
    seen = {variation.response: variation.place for variation in corpus.variations}
    for name, rows in (content.get("responses") or {}).items():
        place = _line(content["responses"], name, file)
        if name in seen:
            corpus.problems.append(Problem(place, f"{name} stands in {seen[name]} already."))
        for index, row in enumerate(rows):
            corpus.variations.append(Variation(name, dict(row), _line(rows, index, file)))


def _add(corpus: Corpus, known: dict[str, Place], name: str, place: Place, what: str) -> None:
    if name in known:
        message = f"'{name}' stands among the {what} twice (also {known[name]})."
        corpus.problems.append(Problem(place, message, fatal=False))
    known.setdefault(name, place)


def _read_examples(corpus: Corpus, file: Path, content: CommentedMap) -> None:
    for group in content.get("nlu") or []:
        if "intent" not in group or "examples" not in group:
            continue
        intent = str(group["intent"])
        first = group.lc.value("examples")[0] + 1
        examples = group["examples"]
        if not isinstance(examples, str):
            corpus.problems.append(Problem(Place(file, first), "`examples` must be a block (|)."))
            continue
        for offset, line in enumerate(examples.splitlines(), start=1):
            text = line.strip()
            if not text:
                continue
            place = Place(file, first + offset)
            if not text.startswith("- "):
                corpus.problems.append(Problem(place, f"An example begins with '- ': {text!r}"))
                continue
            corpus.examples.append(_example(intent, text[2:].strip(), place))


def _example(intent: str, text: str, place: Place) -> Example:
    entities = []
    for match in _ANNOTATED.finditer(text):
        inner = _IN_BRACES.search(match.group(3)) if match.group(3) else None
        entities.append(match.group(2) or (inner.group(1) if inner else ""))
    plain = _ANNOTATED.sub(r"\1", text)
    return Example(intent, plain, tuple(entity for entity in entities if entity), place)


def _read_steps(corpus: Corpus, file: Path, content: CommentedMap) -> None:
    for key in ("rules", "stories"):
        for flow in content.get(key) or []:
            for part in ("condition", "steps"):
                rows = flow.get(part) or []
                for index, row in enumerate(rows):
                    _read_step(corpus, row, _line(rows, index, file))


def _read_step(corpus: Corpus, row: Any, place: Place) -> None:
    if not isinstance(row, dict):
        return
    if "or" in row:
        for one in row["or"]:
            _read_step(corpus, one, place)
    for kind in ("intent", "action", "active_loop"):
        if row.get(kind):
            corpus.steps.append(Step(kind, str(row[kind]), place))
    for one in row.get("slot_was_set") or []:
        name = next(iter(one)) if isinstance(one, dict) else one
        corpus.steps.append(Step("slot", str(name), place))
