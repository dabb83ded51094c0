"""A turn of the dialogue engine as a pure function's argument and result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from nitka.domain.address import Channel
from nitka.domain.customer import Language
from nitka.domain.handoff import Reopened
from nitka.domain.message import Attachment, Button


@dataclass(frozen=True, slots=True)
class DialogueState:
    """The engine's own state of one customer after turn number `turn`; opaque but for `slots`."""

    turn: int
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What is kept of a customer's dialogue: the engine's state, what it remembers, its model."""

    body: Mapping[str, object]
    slots: Mapping[str, object]
    model: str


@dataclass(frozen=True, slots=True)
class DoneTurn:
    """A turn that was taken: whose it is, when, and its new events; or what a hand-back changed:
    `facts` by slot that staff put right, and what was `reopened`."""

    home_id: UUID
    at: datetime
    events: Sequence[Mapping[str, object]]
    facts: Mapping[str, object] = field(default_factory=dict)
    reopened: Reopened | None = None


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """What the engine is asked. `turn_id` is the same whenever the same turn is tried again.

    `aside`: he waits for a person, and the bot is to answer only what it answers meanwhile, by the
    plan; the result's state counts for nothing then.
    """

    turn_id: UUID
    customer_id: UUID
    channel: Channel
    text: str
    payload: str | None
    language: Language | None
    language_fixed: bool
    name: str | None
    attachments: tuple[Attachment, ...]
    state: Mapping[str, object] | None
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One message that the engine wants said."""

    text: str
    buttons: tuple[Button, ...] = ()
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """Something the engine wants done, carried out in the turn's own transaction.

    `kind` is `hand_over` or `language`; `facts` are JSON values.
    """

    kind: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What the engine gave back: words, wishes, new events, and the state to bring next time."""

    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...]
    events: tuple[Mapping[str, object], ...]
    state: Mapping[str, object]
    slots: Mapping[str, object]
    understanding: Mapping[str, object]
    model: str


def first_of(slot: object) -> str | None:
    """Give the first of what a slot holds: one value, or several that were named at once."""
    value = slot[0] if isinstance(slot, list) and slot else slot
    return str(value) if value else None
