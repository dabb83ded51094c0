"""Reads a platform's JSON, which may be bent: gives the value, or nothing if it is something else.

Platforms add fields and kinds at any time; a field that nobody needs must never lose a message.
What one platform alone has is read in `connectors.<platform>.fields`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

Json = Mapping[str, object]

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


def snake(name: str) -> str:
    """Make a short name for the accounting of whatever a platform called it."""
    return _NO_NAME.sub("_", name[:80].lower())[:40].strip("_") or "nameless"


def digest(value: object) -> str:
    """Give 32 characters that tell one payload from another; the same payload gives the same."""
    if not isinstance(value, bytes):
        try:
            value = json.dumps(value, sort_keys=True, default=repr).encode("utf-8", "replace")
        except (TypeError, ValueError, RecursionError):
            value = repr(type(value)).encode()
    return hashlib.sha256(value).hexdigest()[:32]
