"""Bends payloads at random: what no specification foresees and every receiver must survive."""

from __future__ import annotations

import copy
import random
from typing import Any

_ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    "",
    "x" * 5000,
    "\x00",
    "\ud800",
    [],
    {},
    [[]],
    {"id": {"id": []}},
)


def bent(payload: Any, drawn: random.Random) -> Any:
    """Give a copy of a payload with one to three things in it changed, gone, doubled or moved."""
    result = copy.deepcopy(payload)
    for _ in range(drawn.randint(1, 3)):
        places = list(_places(result))
        if not places:
            break
        holder, key = drawn.choice(places)
        _bend(holder, key, drawn)
    return result


def _bend(holder: Any, key: Any, drawn: random.Random) -> None:
    how = drawn.randrange(5)
    if how == 0:
        del holder[key]
    elif how == 1 and isinstance(holder, dict):
        holder[f"new_{key}"] = holder.pop(key)
    elif how == 2:
        holder[key] = [holder[key], holder[key]]
    elif how == 3 and isinstance(holder[key], str | int):
        holder[key] = str(holder[key]) if isinstance(holder[key], int) else len(holder[key])
    else:
        holder[key] = copy.deepcopy(drawn.choice(_ODD))


def _places(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        inner: list[tuple[Any, Any]] = [(value, key) for key in value]
        return inner + [place for one in value.values() for place in _places(one)]
    if isinstance(value, list):
        inner = [(value, index) for index in range(len(value))]
        return inner + [place for one in value for place in _places(one)]
    return []
