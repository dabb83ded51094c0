"""Reads what only Telegram's JSON has, and in Telegram's limits; see `connectors.fields`."""

from __future__ import annotations

from connectors.fields import Json
from nitka.domain.text import storable

_LARGEST = 2**63 - 1


def text(value: Json, name: str) -> str | None:
    """Give a text that is not empty, in a form that every storage takes."""
    found = value.get(name)
    return storable(found) or None if isinstance(found, str) else None


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
