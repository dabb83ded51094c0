"""Reads what only Slack's JSON has, and in Slack's limits; see `connectors.fields`."""

from __future__ import annotations

import re

from connectors.fields import Json
from nitka.domain.text import storable

_LARGEST = 2**53
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_TS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")


def text(value: Json, name: str) -> str:
    """Give a text in a form that every storage takes, empty if there is none."""
    found = value.get(name)
    return storable(found) if isinstance(found, str) else ""


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
