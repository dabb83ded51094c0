"""The turn an action works in: what the customer just said, and what was asked before.

Owns the reading of Rasa's tracker; no other module looks into events or metadata.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from actions import words

Event = dict[str, Any]
DEFAULT_LANGUAGE = "en"
SURE = 0.6
"""Confidence from which a side question is believed against a form that waits for free text."""


@dataclass(frozen=True)
class Turn:
    """One message of the customer, with what an action may want to know about it."""

    id: str
    customer: str
    language: str
    text: str
    intent: str
    confidence: float
    ranking: tuple[str, ...] = ()
    entities: dict[str, list[Any]] = field(default_factory=dict)
    is_button: bool = False
    has_attachment: bool = False
    team: str | None = None
    """The team that the plan leads this message to; None for the bot's own matters and others."""
    also: tuple[dict[str, str], ...] = ()
    """What the customer wants besides, by `name` and `text`, and must not be forgotten."""
    name: str | None = None
    form: str | None = None
    asked_for: str | None = None
    is_heard_now: bool = True
    """False when a form is only asked to ask again, after a side question was answered."""
    ran_now: tuple[str, ...] = ()
    """Actions that have run in this turn."""
    ran_before: tuple[str, ...] = ()
    """Actions that ran in the turn before."""
    offered_before: str | None = None
    """What the bot offered in the turn before, and a "yes" would accept: `human`."""
    moved: bool = False
    """The message before came by another channel."""
    said_before: tuple[Event, ...] = ()
    """What the bot said in the turn before, oldest first: `text` and `buttons`."""

    def entity(self, name: str) -> str | None:
        """Returns the first value of an entity in this message, as text."""
        values = self.entities.get(name)
        return str(values[0]) if values else None

    @property
    def words(self) -> str:
        """The customer's own words; a pressed button has none."""
        return "" if self.is_button else self.text

    @property
    def comma_name(self) -> str:
        """The customer's first name behind a comma, or nothing: for ``Hello{name}!``."""
        first = (self.name or "").split()[:1]
        return f", {first[0]}" if first and words.is_name(first[0]) else ""


def read(tracker: Tracker) -> Turn:
    """Returns the present turn of a tracker."""
    message = tracker.latest_message or {}
    metadata = message.get("metadata") or {}
    intent = message.get("intent") or {}
    text = message.get("text") or ""
    now, before = _last_two_turns(tracker.events)
    entities: dict[str, list[Any]] = {}
    for entity in message.get("entities") or []:
        entities.setdefault(entity["entity"], []).append(entity["value"])
    return Turn(
        id=metadata.get("turn_id") or message.get("message_id") or tracker.sender_id,
        customer=tracker.sender_id,
        language=tracker.get_slot("language") or metadata.get("language") or DEFAULT_LANGUAGE,
        text=text,
        intent=intent.get("name") or "nlu_fallback",
        confidence=float(intent.get("confidence") or 0.0),
        ranking=tuple(row["name"] for row in message.get("intent_ranking") or []),
        entities=entities,
        is_button=text.startswith("/") and text[1:].startswith(intent.get("name") or "?"),
        has_attachment=bool(metadata.get("attachments")),
        team=(metadata.get("route") or {}).get("team"),
        also=tuple(tracker.get_slot("agenda") or ()),
        name=(metadata.get("profile") or {}).get("name"),
        form=(tracker.active_loop or {}).get("name"),
        asked_for=tracker.get_slot("requested_slot"),
        is_heard_now=_is_heard_now(now),
        ran_now=_actions(now),
        ran_before=_actions(before),
        offered_before=_offered(before),
        moved=_moved(tracker.events),
        said_before=tuple(_said(before)),
    )


def _last_two_turns(events: list[Event]) -> tuple[list[Event], list[Event]]:
    starts = [i for i, event in enumerate(events) if event.get("event") == "user"]
    if not starts:
        return [], list(events)
    first = starts[-2] + 1 if len(starts) > 1 else 0
    return events[starts[-1] + 1 :], events[first : starts[-1]]


def _actions(events: list[Event]) -> tuple[str, ...]:
    return tuple(
        event["name"]
        for event in events
        if event.get("event") == "action" and event.get("name") not in {None, "action_listen"}
    )


def _is_heard_now(now: list[Event]) -> bool:
    """A form's check runs as the last action of the list; anything before it has answered."""
    return len([name for name in _actions(now) if name.startswith(("action_", "utter_"))]) == 0


def _moved(events: list[Event]) -> bool:
    channels = [e.get("input_channel") for e in events if e.get("event") == "user"]
    return len(channels) > 1 and None not in channels[-2:] and channels[-1] != channels[-2]


def _offered(events: list[Event]) -> str | None:
    offers = [e["value"] for e in events if e.get("event") == "slot" and e.get("name") == "offer"]
    return offers[-1] if offers else None


def _said(events: list[Event]) -> list[Event]:
    return [
        {"text": event["text"], "buttons": (event.get("data") or {}).get("buttons") or []}
        for event in events
        if event.get("event") == "bot" and event.get("text")
    ]
