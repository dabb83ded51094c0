"""What staff see of threads: rows of the inbox, hits of a search, canned replies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from nitka.domain.customer import Customer, Language
from nitka.domain.handoff import Handoff
from nitka.domain.message import Message
from nitka.domain.thread import Thread


class View(StrEnum):
    """Which threads an inbox shows."""

    MINE = "mine"
    WAITING = "waiting"
    TEAM = "team"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Row:
    """A thread in the inbox. `handoff` is the one that is open; `unread`: there are lines that
    this staff member has not seen."""

    customer: Customer
    thread: Thread
    last_at: datetime
    last: Message | None
    handoff: Handoff | None
    unread: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the inbox ended: the time and the customer of its last row."""

    at: datetime
    customer_id: UUID


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search has found: people, and lines."""

    customers: tuple[Customer, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Canned:
    """A reply that is written once; its placeholders (`domain.canned`) are filled in."""

    id: UUID
    shortcut: str
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A note that asks for somebody; `customer` is the name of whose thread it stands in."""

    message: Message
    read: bool
    customer: str | None = None
