"""The Bot API's specification: reads a call's parameters and names everything wrong in them.

The file is the documentation in JSON: `methods` and `types`, each with its `fields`. What it says
in prose only (lengths, keyboards, markup) stands in `limits`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.platforms.journal import Fault, Json, Reading

SPECIFICATION = Path(__file__).parents[1] / "specs" / "telegram_bot_api.json"
_LISTS = "Array of "


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes
    media_type: str


class BotApi:
    """The specification, read once: see `bot_api`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._methods: Mapping[str, Json] = document["methods"]
        self._types: Mapping[str, Json] = document["types"]

    @property
    def update_kinds(self) -> list[str]:
        return [f["name"] for f in self.fields("Update") if f["name"] != "update_id"]

    def knows(self, method: str) -> bool:
        return method in self._methods

    def returns(self, method: str) -> list[str]:
        """Give the types that a method returns."""
        return list(self._methods[method].get("returns", []))

    def fields(self, kind: str) -> list[Json]:
        return list(self._types[kind].get("fields", []))

    def subtypes(self, kind: str) -> list[str]:
        return list(self._types[kind].get("subtypes", []))

    def read(
        self, method: str, given: Mapping[str, object], files: Mapping[str, Upload]
    ) -> Reading:
        """Read the parameters of a known method; texts of a form are taken for what they say."""
        known = {f["name"]: f for f in self._methods[method].get("fields", [])}
        values: Json = {}
        faults = [Fault(name, "unknown parameter") for name in given if name not in known]
        for name, field in known.items():
            if name in files and "InputFile" in field["types"]:
                values[name] = files[name]
            elif name in given:
                values[name], found = self._read(name, given[name], field["types"], files)
                faults += found
            elif field["required"]:
                faults.append(Fault(name, "missing", f"Bad Request: {_missing(name)}"))
        return Reading(values, faults)

    def faults_of(self, kind: str, value: object) -> list[Fault]:
        """Name everything in an object that its type does not allow."""
        return self._read(kind, value, [kind], {})[1]

    def _read(
        self, where: str, given: object, kinds: list[str], files: Mapping[str, Upload]
    ) -> tuple[Any, list[Fault]]:
        """Read a value as the type that fits it best."""
        tried = [self._read_as(where, given, kind, files) for kind in kinds]
        return min(tried, key=lambda one: len(one[1]))

    def _read_as(
        self, where: str, given: object, kind: str, files: Mapping[str, Upload]
    ) -> tuple[Any, list[Fault]]:
        if kind in ("String", "InputFile"):
            named = files.get(str(given).removeprefix("attach://"))
            attached = isinstance(given, str) and given.startswith("attach://") and named
            return attached or given, _text_faults(where, given, files)
        value = _told(given) if isinstance(given, str) else given
        simple = {
            "Integer": isinstance(value, int) and not isinstance(value, bool),
            "Float": isinstance(value, int | float) and not isinstance(value, bool),
            "Boolean": isinstance(value, bool),
        }
        if kind in simple:
            return value, [] if simple[kind] else [_no(where, kind)]
        if kind.startswith(_LISTS):
            return self._read_list(where, value, kind.removeprefix(_LISTS), files)
        return self._read_object(where, value, kind, files)

    def _read_list(
        self, where: str, value: object, kind: str, files: Mapping[str, Upload]
    ) -> tuple[Any, list[Fault]]:
        if not isinstance(value, list):
            return value, [_no(where, f"list of {kind}")]
        read = [self._read(f"{where}[{i}]", one, [kind], files) for i, one in enumerate(value)]
        return [one for one, _ in read], [fault for _, found in read for fault in found]

    def _read_object(
        self, where: str, value: object, kind: str, files: Mapping[str, Upload]
    ) -> tuple[Any, list[Fault]]:
        if kind == "RichText" and isinstance(value, str | list):
            return value, []
        if not isinstance(value, dict):
            return value, [_no(where, kind)]
        if self.subtypes(kind):
            return self._read(where, value, self.subtypes(kind), files)
        known = {f["name"]: f for f in self.fields(kind)}
        result: Json = {}
        faults = [Fault(f"{where}.{name}", "unknown field") for name in value if name not in known]
        for name, field in known.items():
            inner = f"{where}.{name}"
            if name in value:
                result[name], found = self._read(inner, value[name], field["types"], files)
                faults += found + _constant_faults(inner, value[name], field)
            elif field["required"]:
                faults.append(Fault(inner, "missing", f"Bad Request: can't parse {where}"))
        return result, faults


@cache
def bot_api() -> BotApi:
    """Give the specification."""
    return BotApi(json.loads(SPECIFICATION.read_text(encoding="utf-8")))


def _told(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _no(where: str, kind: str) -> Fault:
    return Fault(where, f"no {kind}", f"Bad Request: can't parse {where}: expected {kind}")


def _text_faults(where: str, given: object, files: Mapping[str, Upload]) -> list[Fault]:
    if not isinstance(given, str):
        return [_no(where, "String")]
    if given.startswith("attach://") and given.removeprefix("attach://") not in files:
        return [Fault(where, "the attached file is missing", "Bad Request: wrong file_id")]
    return []


def _constant_faults(where: str, value: object, field: Json) -> list[Fault]:
    """Hold a type's own name (`must be …`) against the value."""
    described = str(field.get("description", ""))
    for words in (", must be ", ", always “"):
        if words in described and field["types"] == ["String"]:
            constant = described.split(words, 1)[1].strip(" .“”").split("”")[0].split(" ")[0]
            return [] if value == constant else [Fault(where, f"must be {constant}")]
    return []


def _missing(name: str) -> str:
    return {
        "text": "message text is empty",
        "chat_id": "chat_id is empty",
        "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    }.get(name, f"parameter {name} is required")
