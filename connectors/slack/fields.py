"""Reads JSON that may be bent: every reader gives the value, or None if it is not what it must be.

Slack adds fields and kinds at any time; a field that nobody needs must never lose a message.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

Json = Mapping[str, object]

_LARGEST = 2**53
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_TS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_NO_NAME = re.compile(r"[^a-z0-9_]+")
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


def text(value: Json, name: str) -> str:
    """Give a text in a form that every storage takes, empty if there is none."""
    found = value.get(name)
    return clean(found) if isinstance(found, str) else ""


def name_of(value: Json, name: str) -> str | None:
    """Give an id of Slack's: letters, digits, `_`, `.` and `-`, at most 64."""
    found = value.get(name)
    return found if isinstance(found, str) and _ID.fullmatch(found) else None


def ts_of(value: Json, name: str) -> str | None:
    """Give a time stamp of Slack's ("1525215129.000001"), which names a message in its channel."""
    found = value.get(name)
    return found if isinstance(found, str) and _TS.fullmatch(found) else None


def integer(value: Json, name: str) -> int | None:
    """Give a whole number from 0 up; True and 1.0 are none."""
    found = value.get(name)
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= _LARGEST:
        return found
    return None


def clean(given: str) -> str:
    """Take out NUL and replace halves of surrogate pairs, which no storage keeps."""
    return given.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def snake(name: str) -> str:
    """Make a short name for the accounting of whatever Slack called it."""
    return _NO_NAME.sub("_", name[:80].lower())[:40].strip("_") or "nameless"


def digest(value: object) -> str:
    """Give 32 characters that tell one payload from another; the same payload gives the same."""
    if not isinstance(value, bytes):
        try:
            value = json.dumps(value, sort_keys=True, default=repr).encode("utf-8", "replace")
        except (TypeError, ValueError, RecursionError):
            value = repr(type(value)).encode()
    return hashlib.sha256(value).hexdigest()[:32]
