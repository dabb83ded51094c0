"""What is kept of a customer, as he is told, and what was erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Kept:
    """How much is kept of one customer, over all his channels."""

    messages: int
    files: int
    handoffs: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased, by subject, and the files whose bytes are still to go."""

    counts: Mapping[str, int]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """That something was erased, without a word of whom: `files` are the ids of bytes that are
    still to go; `told_id` is the bare customer who is told so, and goes too."""

    id: UUID
    at: datetime
    counts: Mapping[str, int]
    files: tuple[str, ...]
    told_id: UUID | None
    told_until: datetime | None
