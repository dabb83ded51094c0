"""Slack's specifications: reads a Web API call's arguments and names everything wrong in them.

Two files know the methods: the OpenAPI document of 2021 and the signatures of today's SDK. Where
both know one, an argument that either knows is allowed and what the newer one requires is required.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from tests.platforms.journal import Fault, Json, Reading

SPECS = Path(__file__).parents[1] / "specs"
_NOT_ARGUMENTS = frozenset({"token", "app_token"})  # they go in a header
_HEADER_ALLOWED = {"oauth.v2.access": frozenset({"client_id", "client_secret"})}


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    JSON = "JSON"


@dataclass(frozen=True, slots=True)
class Argument:
    """What is known of one argument of a method."""

    kinds: frozenset[Kind]
    required: bool


class WebApi:
    """All methods with their arguments: see `web_api`."""

    def __init__(self, openapi: Mapping[str, Any], sdk: Mapping[str, Any]) -> None:
        self._methods: dict[str, dict[str, Argument]] = {}
        for path, operations in openapi["paths"].items():
            for operation in operations.values():
                self._methods[path.strip("/")] = _of_openapi(operation.get("parameters", []))
        for path, described in sdk["methods"].items():
            method = path.strip("/")
            newer = _of_sdk(described["parameters"])
            older = self._methods.get(method, {})
            self._methods[method] = {
                name: _joined(older.get(name), newer.get(name)) for name in older | newer
            }

    def knows(self, method: str) -> bool:
        return method in self._methods

    def arguments(self, method: str) -> Mapping[str, Argument]:
        return self._methods[method]

    def read(self, method: str, given: Mapping[str, object]) -> Reading:
        """Read the arguments of a known method; texts of a form are taken for what they say."""
        known = self._methods[method]
        values: Json = {}
        faults = [Fault(name, "unknown argument") for name in given if name not in known]
        for name, argument in known.items():
            if name in given:
                value, fits = _read(given[name], argument.kinds)
                values[name] = value
                if not fits:
                    kinds = " or ".join(sorted(argument.kinds))
                    faults.append(Fault(name, f"no {kinds}", "invalid_arguments"))
            elif argument.required and name not in _HEADER_ALLOWED.get(method, ()):
                faults.append(Fault(name, "missing", _missing(method, name)))
        return Reading(values, faults)


@cache
def web_api() -> WebApi:
    """Give the specification of the Web API."""
    return WebApi(_load("slack_web_openapi_v2.json"), _load("slack_sdk_signatures.json"))


@cache
def event_types() -> tuple[str, ...]:
    """Give the names of all events, as `type` or `message.<channel type>` names them."""
    topics = _load("slack_events_api_async_v1.json")["topics"]
    names = []
    for topic, described in topics.items():
        page = described["subscribe"]["externalDocs"]["url"]
        names.append(str(page).rpartition("/")[2] or topic.replace(".", "_"))
    return tuple(names)


@cache
def event_wrapper() -> Json:
    """Give the JSON Schema of what is wrapped around every event."""
    return _load("slack_common_event_wrapper_schema.json")


def _load(name: str) -> Json:
    loaded: Json = json.loads((SPECS / name).read_text(encoding="utf-8"))
    return loaded


def _of_openapi(parameters: list[Json]) -> dict[str, Argument]:
    kinds = {"boolean": Kind.BOOLEAN, "integer": Kind.INTEGER, "number": Kind.NUMBER}
    return {
        one["name"]: Argument(
            frozenset({kinds.get(one["type"], Kind.TEXT)}), bool(one.get("required"))
        )
        for one in parameters
        if one["name"] not in _NOT_ARGUMENTS
    }


def _of_sdk(parameters: Mapping[str, Json]) -> dict[str, Argument]:
    return {
        name: Argument(_kinds(str(described["type"])), bool(described["required"]))
        for name, described in parameters.items()
        if name not in _NOT_ARGUMENTS
    }


def _kinds(annotation: str) -> frozenset[Kind]:
    found = set()
    if any(word in annotation for word in ("Dict", "Sequence", "List", "Metadata")):
        found.add(Kind.JSON)
    for word, kind in (("str", Kind.TEXT), ("int", Kind.INTEGER), ("bool", Kind.BOOLEAN)):
        if word in annotation and Kind.JSON not in found:
            found.add(kind)
    return frozenset(found or {Kind.TEXT})


def _joined(older: Argument | None, newer: Argument | None) -> Argument:
    if older is None or newer is None:
        return older or newer or Argument(frozenset(), required=False)
    kinds = {kind for kind in newer.kinds if kind is not Kind.TEXT} or older.kinds | newer.kinds
    return Argument(frozenset(kinds), newer.required)


def _read(given: object, kinds: frozenset[Kind]) -> tuple[Any, bool]:
    """Read a value as the first kind it fits; JSON comes as itself or as a text."""
    for kind in sorted(kinds, key=lambda kind: kind is Kind.TEXT):
        value, fits = _read_as(given, kind)
        if fits:
            return value, True
    return given, False


def _read_as(given: object, kind: Kind) -> tuple[Any, bool]:
    if kind is Kind.TEXT:
        return given, isinstance(given, str)
    if kind is Kind.JSON:
        value = _told(given)
        plain = isinstance(given, str) and not given.startswith(("[", "{"))
        return value, isinstance(value, dict | list) or plain
    if kind is Kind.BOOLEAN:
        said = {"1": True, "true": True, "0": False, "false": False}
        value = said.get(given.lower()) if isinstance(given, str) else given
        return value, isinstance(value, bool) or value in (0, 1)
    number = _told(given)
    whole = isinstance(number, int) and not isinstance(number, bool)
    return (given if kind is Kind.NUMBER else number), whole or (
        kind is Kind.NUMBER and isinstance(number, float)
    )


def _told(given: object) -> object:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError:
        return given


def _missing(method: str, name: str) -> str:
    if name == "channel":
        return "channel_not_found"
    if method == "users.info":
        return "user_not_found"
    return "invalid_arguments"
