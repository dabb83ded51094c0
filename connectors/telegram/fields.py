"""Reads JSON that may be bent: every reader gives the value, or None if it is not what it must be.

A platform adds fields and kinds at any time; a field that nobody needs must never lose a message.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

Json = Mapping[str, object]

_LARGEST = 2**63 - 1
_NAME = re.compile(r"[^a-z0-9_]+")
_NOTHING: Json = {}


def obj(value: object, *path: str) -> Json:
    """Give the object at a path of names, or an empty one."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else _NOTHING


def items(value: Json, name: str) -> Sequence[Json]:
    """Give the objects of a list, without whatever else stands in it."""
    found = value.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text(value: Json, name: str) -> str | None:
    """Give a text that is not empty, in a form that every storage takes."""
    found = value.get(name)
    return clean(found) or None if isinstance(found, str) else None


def integer(value: Json, name: str) -> int | None:
    """Give a whole number of at most 64 bits; True and 1.0 are none."""
    found = value.get(name)
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) <= _LARGEST:
        return found
    return None


def number(value: Json, name: str) -> float | None:
    """Give a finite number."""
    found = value.get(name)
    if isinstance(found, float) and abs(found) <= _LARGEST:  # NaN compares as False
        return found
    return integer(value, name)


def clean(given: str) -> str:
    """Take out NUL and replace halves of surrogate pairs, which no storage keeps."""
    return given.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def snake(name: str) -> str:
    """Make a short name for the accounting of whatever a platform called it."""
    return _NAME.sub("_", name.lower())[:40].strip("_") or "nameless"


def digest(value: object) -> str:
    """Give 16 characters that tell one payload from another; the same payload gives the same."""
    if not isinstance(value, bytes):
        try:
            value = json.dumps(value, sort_keys=True, default=repr).encode()
        except (TypeError, ValueError, RecursionError):
            value = type(value).__name__.encode()
    return hashlib.sha256(value).hexdigest()[:16]
