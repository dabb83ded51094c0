"""The Bot API specification: holds calls against it, and makes updates out of it.

The file is a copy of the documentation in JSON: `methods` and `types`, each with its `fields`.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SPECIFICATION = Path(__file__).parents[2] / "platforms" / "specs" / "telegram_bot_api.json"

Json = dict[str, Any]


@dataclass
class BotApi:
    """The specification, read once."""

    document: Json = field(
        default_factory=lambda: json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    )

    @property
    def update_kinds(self) -> list[str]:
        return [f["name"] for f in self.fields("Update") if f["name"] != "update_id"]

    def fields(self, name: str) -> list[Json]:
        fields: list[Json] = self.document["types"][name].get("fields", [])
        return fields

    # ── what goes out ─────────────────────────────────────────────────────────────────────

    def faults(
        self, method: str, given: Mapping[str, str], files: Mapping[str, bytes]
    ) -> list[str]:
        """Give everything in a call that is not as specified."""
        if method not in self.document["methods"]:
            return [f"there is no method {method}"]
        known = {f["name"]: f for f in self.document["methods"][method].get("fields", [])}
        found = [f"{method}.{name}: unknown" for name in given if name not in known]
        found += [
            f"{method}.{name}: missing"
            for name, one in known.items()
            if one["required"] and name not in given and name not in files
        ]
        for name, value in given.items():
            if name in known:
                found += self._faults(f"{method}.{name}", value, known[name]["types"], files)
        return found + list(_limits(method, given))

    def _faults(
        self, where: str, value: object, types: list[str], files: Mapping[str, bytes]
    ) -> list[str]:
        """Give the faults of a value, by the type that fits it best."""
        return min(
            (self._faults_of(where, value, kind, files) for kind in types), key=len, default=[]
        )

    def _faults_of(
        self, where: str, value: object, kind: str, files: Mapping[str, bytes]
    ) -> list[str]:
        if kind == "String":
            return [] if isinstance(value, str) else [f"{where}: no text"]
        if kind == "InputFile":
            found = isinstance(value, str) and value.removeprefix("attach://") in files
            return [] if found else [f"{where}: no file"]
        if isinstance(value, str):  # forms carry text: everything else is JSON
            try:
                value = json.loads(value)
            except ValueError:
                return [f"{where}: no JSON of {kind}"]
        if kind == "Integer":
            return [] if isinstance(value, int) and not isinstance(value, bool) else [where]
        if kind == "Boolean":
            return [] if isinstance(value, bool) else [f"{where}: no Boolean"]
        if kind == "Float":
            return [] if isinstance(value, int | float) else [f"{where}: no number"]
        if kind.startswith("Array of "):
            inner = [kind.removeprefix("Array of ")]
            items = value if isinstance(value, list) else [value]
            wrong = [] if isinstance(value, list) else [f"{where}: no list"]
            return wrong + [fault for i in items for fault in self._faults(where, i, inner, files)]
        return self._object_faults(where, value, kind, files)

    def _object_faults(
        self, where: str, value: object, kind: str, files: Mapping[str, bytes]
    ) -> list[str]:
        if not isinstance(value, dict):
            return [f"{where}: no {kind}"]
        known = {f["name"]: f for f in self.fields(kind)}
        found = [f"{where}.{name}: unknown" for name in value if name not in known]
        found += [
            f"{where}.{n}: missing" for n, f in known.items() if f["required"] and n not in value
        ]
        for name, inner in value.items():
            if name in known:
                found += self._faults(f"{where}.{name}", inner, known[name]["types"], files)
        return found

    # ── what comes in ─────────────────────────────────────────────────────────────────────

    def update(self, kind: str, *, full: bool, choose: random.Random, number: int = 1) -> Json:
        """Make an update of a kind: with all optional fields, or with none."""
        types = next(f["types"] for f in self.fields("Update") if f["name"] == kind)
        return {"update_id": number, kind: self._value(types, kind, full, choose, 0)}

    def message_with(self, name: str, choose: random.Random) -> Json:
        """Make a private message that carries one more field."""
        types = next(f["types"] for f in self.fields("Message") if f["name"] == name)
        message = self._value(["Message"], "message", False, choose, 0)
        message["from"] = self._value(["User"], "from", False, choose, 0)
        message["from"] |= {"id": 42, "is_bot": False}
        message["chat"] |= {"id": 42, "type": "private"}
        return {**message, name: self._value(types, name, False, choose, 0)}

    def _value(
        self, types: list[str], name: str, full: bool, choose: random.Random, depth: int
    ) -> Any:
        kind = choose.choice(types)
        plain: dict[str, Any] = {
            "String": choose.choice([name, "private", "@shop_bot", "Привет, это я 🧵", "kicked"]),
            "Integer": choose.choice([1, 42, -1001, 1_790_000_000]),
            "Float": choose.choice([0.5, 52.2297]),
            "Boolean": choose.choice([True, False]),
        }
        if kind in plain:
            return plain[kind]
        if kind.startswith("Array of "):
            inner = [kind.removeprefix("Array of ")]
            amount = 1 if depth < 6 else 0
            return [self._value(inner, name, full, choose, depth + 1) for _ in range(amount)]
        described = self.document["types"][kind]
        if described.get("subtypes"):
            return self._value(described["subtypes"], name, full, choose, depth + 1)
        return {
            f["name"]: self._value(f["types"], f["name"], full and depth < 1, choose, depth + 1)
            for f in described.get("fields", [])
            if (f["required"] and depth < 12) or (full and depth < 2)
        }


def _limits(method: str, given: Mapping[str, str]) -> list[str]:
    """Give what is too long, of the limits that the documentation states in prose."""
    found = []
    for name, most in (("text", 4096), ("caption", 1024)):
        amount = len(given.get(name, "-").encode("utf-16-le")) // 2
        if not given.get(name, "-").strip() or amount > most:
            found.append(f"{method}.{name}: {amount} code units")
    if "parse_mode" in given:
        found.append(f"{method}.parse_mode: markup is not checked here, so none is sent")
    rows = json.loads(given.get("reply_markup", "{}")).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100 or any(not 1 <= len(row) <= 8 for row in rows):
        found.append(f"{method}.reply_markup: {[len(row) for row in rows]} buttons")
    found += [
        f"{method}.reply_markup: callback_data of {button}"
        for button in buttons
        if not 1 <= len(button.get("callback_data", "").encode()) <= 64
    ]
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", given.get("secret_token", "-")):
        found.append(f"{method}.secret_token")
    return found
