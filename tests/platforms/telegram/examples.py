"""Makes an update of every kind out of the specification alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.journal import Json
from tests.platforms.telegram.spec import bot_api

_DEEP = 3  # so deep optional fields are filled
_DEEPEST = 12


@dataclass
class Examples:
    """Draws updates; each has a message, a chat and a date of its own."""

    drawn: random.Random = field(default_factory=lambda: random.Random(3))
    number: int = 700_000  # the ids in the updates count up from here

    def of_every_kind(self) -> Iterator[Json]:
        """Give for each kind an update with its required fields only, and one with all."""
        for kind in bot_api().update_kinds:
            yield self.update(kind, full=False)
            yield self.update(kind, full=True)

    def update(self, kind: str, *, full: bool) -> Json:
        """Give an update without its number."""
        types = next(f["types"] for f in bot_api().fields("Update") if f["name"] == kind)
        return {kind: self._value(types, kind, full, 0)}

    def message(self, name: str) -> Json:
        """Give a private message that carries the field `name` of the specification's Message."""
        types = next(f["types"] for f in bot_api().fields("Message") if f["name"] == name)
        message: Json = self._value(["Message"], "message", False, 0)
        person = self._next()
        message["from"] = {"id": person, "is_bot": False, "first_name": "Anna"}
        message["chat"] = {"id": person, "type": "private", "first_name": "Anna"}
        return {"message": {**message, name: self._value(types, name, False, 1)}}

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _value(self, types: list[str], name: str, full: bool, depth: int) -> Any:
        kind = self.drawn.choice(types)
        if kind == "String" and name.endswith("id"):
            return f"{name}{self._next()}"
        if kind == "String":
            return self.drawn.choice([name, "private", "Привет, это я 🧵", "kicked", "5"])
        if kind == "Integer":
            return self._next()
        if kind == "Float":
            return 52.2297
        if kind == "Boolean":
            return self.drawn.choice([True, False])
        if kind.startswith("Array of "):
            inner = kind.removeprefix("Array of ")
            return [self._value([inner], name, full, depth + 1)] if depth < 6 else []
        subtypes = bot_api().subtypes(kind)
        if subtypes:
            return self._value(subtypes, name, full, depth + 1)
        return {
            one["name"]: self._value(one["types"], one["name"], full, depth + 1)
            for one in bot_api().fields(kind)
            if (one["required"] and depth < _DEEPEST) or (full and depth < _DEEP)
        }
