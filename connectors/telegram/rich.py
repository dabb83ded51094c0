"""The plain text of a rich message, whatever its blocks are.

https://core.telegram.org/bots/api#richmessage
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.fields import Json
from nitka.domain.text import storable

_DEPTH = 40  # blocks within blocks; more is no message of a person
_INLINE = ("text", "summary", "expression", "alternative_text", "credit")
_BLOCKS = ("blocks", "items", "cells", "caption")


def plain(rich: Json) -> str:
    """Give the text of all blocks, a line each."""
    lines = (line.strip() for block in _list(rich.get("blocks")) for line in _lines(block, 0))
    return "\n".join(line for line in lines if line)


def _lines(block: object, depth: int) -> Iterator[str]:
    if depth > _DEPTH:
        return
    if isinstance(block, list):
        for part in block:
            yield from _lines(part, depth + 1)
    if not isinstance(block, dict):
        return
    yield "".join(
        _inline(block[name], depth) for name in _INLINE if name in block and name != "credit"
    )
    for name in _BLOCKS:
        if name in block:
            yield from _lines(block[name], depth + 1)
    if "credit" in block:
        yield _inline(block["credit"], depth)


def _inline(part: object, depth: int) -> str:
    if isinstance(part, str):
        return storable(part)
    if depth > _DEPTH:
        return ""
    if isinstance(part, list):
        return "".join(_inline(inner, depth + 1) for inner in part)
    if isinstance(part, dict):
        return "".join(_inline(part[name], depth + 1) for name in _INLINE if name in part)
    return ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
