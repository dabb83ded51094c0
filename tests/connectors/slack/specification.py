"""Holds every call against Slack's own specifications: methods, parameters, types, sizes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_SPECS = Path(__file__).parents[2] / "platforms" / "specs"
_ESCAPED = re.compile(r"&(?!amp;|lt;|gt;)")


@cache
def _specs() -> tuple[dict[str, dict[str, str]], dict[str, set[str]]]:
    """Give the types of each method's parameters, and those that must be there."""
    types: dict[str, dict[str, str]] = {}
    required: dict[str, set[str]] = {}
    document = json.loads((_SPECS / "slack_web_openapi_v2.json").read_text(encoding="utf-8"))
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["name"] != "token":
                    types.setdefault(path, {})[parameter["name"]] = parameter["type"]
                    if parameter.get("required"):
                        required.setdefault(path, set()).add(parameter["name"])
    signatures = json.loads((_SPECS / "slack_sdk_signatures.json").read_text(encoding="utf-8"))
    for path, method in signatures["methods"].items():
        for name, parameter in method["parameters"].items():
            if name == "app_token":
                continue
            types.setdefault(path, {}).setdefault(name, parameter["type"])
            if parameter["required"]:
                required.setdefault(path, set()).add(name)
        types.setdefault(path, {})
    return types, required


def violations(method: str, parameters: Mapping[str, object]) -> list[str]:
    """Give everything that is wrong with a call."""
    types, required = _specs()
    path = f"/{method}"
    if path not in types:
        return [f"{method}: no such method"]
    faults = [f"{method}: {name} is missing" for name in required.get(path, set()) - {*parameters}]
    for name, value in parameters.items():
        expected = types[path].get(name)
        if expected is None:
            faults.append(f"{method}: no such parameter {name}")
        elif not _fits(value, expected):
            faults.append(f"{method}: {name} is {value!r}, not {expected}")
    if method == "chat.postMessage":
        faults += _message(parameters)
    return faults


def _fits(value: object, expected: str) -> bool:
    kind = expected.lower()
    if "bool" in kind:
        return value in (True, False, "1", "0", "true", "false")
    if kind in ("integer", "int") or "[int]" in kind:
        return str(value).isdigit()
    if kind == "number":
        return bool(re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(value)))
    if kind in ("string", "str") or kind == "optional[str]":
        return isinstance(value, str) or _is_json(value)
    return isinstance(value, str | list | dict)


def _is_json(value: object) -> bool:
    """Say whether it is what a JSON body may hold where a form holds JSON as text."""
    return isinstance(value, list | dict)


def _message(parameters: Mapping[str, object]) -> list[str]:
    faults = []
    text, blocks = parameters.get("text"), parameters.get("blocks") or []
    if not isinstance(text, str) or not text.strip():
        faults.append("no_text: a message needs its plain-text fallback")
    elif len(text) > 4000 or _ESCAPED.search(text):
        faults.append("text is too long, or has characters that are not escaped")
    if not isinstance(blocks, list) or len(blocks) > 50:
        return [*faults, "invalid_blocks: more than 50"]
    for block in blocks:
        faults += _block(block)
    actions = [e["action_id"] for b in blocks if b["type"] == "actions" for e in b["elements"]]
    if len(actions) != len(set(actions)):
        faults.append("invalid_blocks: action_id twice")
    metadata = parameters.get("metadata")
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        faults.append("metadata is not as specified")
    return faults


def _block(block: Mapping[str, object]) -> list[str]:
    if block["type"] == "section":
        text = block["text"]
        fits = isinstance(text, dict) and set(text) <= {"type", "text", "verbatim", "emoji"}
        if not fits or not 0 < len(text["text"]) <= 3000:  # type: ignore[index]  # seen above
            return ["invalid_blocks: section"]
        return []
    elements = block.get("elements")
    if block["type"] != "actions" or not isinstance(elements, list) or not elements:
        return [f"invalid_blocks: {block['type']}"]
    faults = ["invalid_blocks: more than 25 elements"] if len(elements) > 25 else []
    for element in elements:
        title, value = element["text"], element["value"]
        fits = title["type"] == "plain_text" and 0 < len(title["text"]) <= 75
        if element["type"] != "button" or not fits or len(value) > 2000:
            faults.append(f"invalid_blocks: button {element}")
        if len(element["action_id"]) > 255:
            faults.append("invalid_blocks: action_id")
    return faults
