"""The people behind the desk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who answers customers. `key` names him for ever (in the audit, as the owner of a
    thread); `name` is what customers and colleagues read."""

    key: str
    name: str
