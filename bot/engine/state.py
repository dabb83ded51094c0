"""The dialogue state that travels: how a tracker becomes bounded JSON and a tracker again.

The state is a list of Rasa events. As a conversation grows, three exact steps keep it short:

1. **Settle.** Events before the last few turns are replaced by Rasa's own "applied" events
   (without what was reverted, restarted or repeated inside a form). Rasa computes these by a
   left fold, so settling a prefix changes no later result.
2. **Squash.** Between two structural events (user, action, loop …) only the last ``SlotSet``
   per slot and the last event of each other kind can have an effect; earlier ones go.
3. **Cut.** When more than :data:`KEPT_ACTIONS` actions follow a user's message, everything
   before it is replaced by a snapshot: a handful of events that lead a new tracker to the
   same slots, loop with its flags, pause, follow-up action, latest action and messages.

Policies look back at most ``max_history`` (memoization) or the longest rule; both are far
below :data:`KEPT_ACTIONS`, so they predict as if they had the whole conversation. The one
thing that is bounded is how far a customer can go *back* (revert) step by step.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rasa.shared.core.constants import REQUESTED_SLOT, SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    FollowupAction,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from engine.turn import BadTurn

STATE_VERSION = 1
KEPT_ACTIONS = 30
RAW_TURNS = 4
_RANKING = 3
_STAMPS = ("model_id", "assistant_id")
_SQUASHED = (BotUttered, ConversationPaused, ConversationResumed, FollowupAction)


def encode(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Returns the bounded state of ``tracker``: JSON that :func:`decode` reads back exactly."""
    events = compact(list(tracker.events), tracker)
    return {"version": STATE_VERSION, "events": [_slim(event.as_dict()) for event in events]}


def decode(state: Mapping[str, Any], *, customer: str, domain: Domain) -> DialogueStateTracker:
    """Returns the tracker that ``state`` describes, as far as ``domain`` still knows its parts.

    Slots, forms and follow-up actions that the model no longer has are dropped, the rest is
    kept. Raises :class:`BadTurn` (400) for a state that is not ours or is newer than we are.
    """
    version = state.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise BadTurn("bad_state", "`state` has no readable version.")
    if version > STATE_VERSION:
        raise BadTurn(
            "newer_state",
            f"`state` has version {version}; this engine reads up to {STATE_VERSION}.",
        )
    rows = state.get("events")
    if not isinstance(rows, list) or not all(_is_event(row) for row in rows):
        raise BadTurn("bad_state", "`state.events` must be a list of events.")
    try:
        events = _known([read_event(row) for row in rows], domain)
        return DialogueStateTracker.from_events(customer, events, domain.slots, domain=domain)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadTurn("bad_state", f"`state` cannot be read: {error!r}.") from error


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, type[Event]]:
    """Returns Rasa's event classes by name; Rasa itself searches all classes for each event."""
    found: dict[str, type[Event]] = {}
    pending: list[type[Event]] = [Event]
    while pending:
        kind = pending.pop()
        pending.extend(kind.__subclasses__())
        if getattr(kind, "type_name", None) is not None:
            found.setdefault(kind.type_name, kind)
    return found


def read_event(row: dict[str, Any]) -> Event:
    """Returns the event that ``row`` describes.

    Raises ValueError, KeyError, TypeError or AttributeError for what is no event of Rasa's.
    """
    kind = _kinds().get(row["event"])
    event = kind._from_parameters(row) if kind else None
    if event is None:
        raise ValueError(f"unknown event {row['event']!r}")
    if isinstance(event, SlotSet) and not event.key:
        raise ValueError("a slot without a name")
    return event


def _is_event(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("event"), str)


def _known(events: list[Event], domain: Domain) -> list[Event]:
    """Returns ``events`` without slots, forms and follow-ups that ``domain`` does not have."""
    slots = {slot.name: copy.copy(slot) for slot in domain.slots}
    forms = set(domain.form_names)
    actions = set(domain.action_names_or_texts)
    kept: list[Event] = []
    lost_form = False
    for event in events:
        if isinstance(event, SlotSet) and not _fits(event, slots):
            continue
        if isinstance(event, ActiveLoop) and event.name and event.name not in forms:
            lost_form = True
            kept.append(ActiveLoop(None, event.timestamp))
            kept.append(SlotSet(REQUESTED_SLOT, None, event.timestamp))
            continue
        if isinstance(event, ActiveLoop):
            lost_form = False
        elif (
            (isinstance(event, ActionExecuted) and _gone(event.action_name, actions))
            or (isinstance(event, ActionExecutionRejected) and _gone(event.action_name, actions))
            or (isinstance(event, FollowupAction) and event.action_name not in actions)
            or (lost_form and isinstance(event, SlotSet) and event.key == REQUESTED_SLOT)
        ):
            continue
        kept.append(event)
    return kept


def _gone(name: str | None, actions: set[str]) -> bool:
    return name is not None and name not in actions


def _fits(event: SlotSet, slots: Mapping[str, Any]) -> bool:
    slot = slots.get(event.key)
    if slot is None:
        return False
    try:
        slot.value = event.value
        slot.as_feature()
    except (ValueError, TypeError, AttributeError, IndexError):
        return False
    return True


def compact(events: list[Event], tracker: DialogueStateTracker) -> list[Event]:
    """Returns an equivalent, bounded list of ``events`` (see the module's text)."""
    start = _raw_from(events)
    if start == 0:
        return events
    older = tracker.init_copy()
    older.events.extend(events[:start])
    settled = _squash(older.applied_events())
    cut = _cut_at(settled)
    if cut:
        settled = _snapshot(settled[:cut], tracker) + settled[cut:]
    return settled + events[start:]


def _raw_from(events: list[Event]) -> int:
    """Returns the index of the user's message that opens the last RAW_TURNS turns, or 0."""
    seen = 0
    for index in range(len(events) - 1, -1, -1):
        if isinstance(events[index], UserUttered):
            seen += 1
            if seen == RAW_TURNS:
                return index
    return 0


def _squash(events: list[Event]) -> list[Event]:
    kept: list[Event] = []
    latest: dict[tuple[str, str], Event] = {}
    for event in events:
        if isinstance(event, SlotSet):
            key = ("slot", event.key)
        elif isinstance(event, (ConversationPaused, ConversationResumed)):
            key = ("pause", "")
        elif isinstance(event, _SQUASHED):
            key = (event.type_name, "")
        else:
            kept.extend(latest.values())
            latest = {}
            kept.append(event)
            continue
        latest.pop(key, None)
        latest[key] = event
    kept.extend(latest.values())
    return kept


def _cut_at(events: list[Event]) -> int:
    """Returns the index of the last user's message with KEPT_ACTIONS actions after it, or 0."""
    actions = 0
    for index in range(len(events) - 1, 0, -1):
        if isinstance(events[index], ActionExecuted):
            actions += 1
        elif actions >= KEPT_ACTIONS and isinstance(events[index], UserUttered):
            return index
    return 0


def _replay(events: list[Event], like: DialogueStateTracker) -> DialogueStateTracker:
    tracker = like.init_copy()
    for event in events:
        tracker.update(event)
    return tracker


def _snapshot(events: list[Event], like: DialogueStateTracker) -> list[Event]:
    """Returns the few events that lead a new tracker to where ``events`` lead it.

    The loop part is arranged so that Rasa's own test for "is this loop already running, and
    was the customer inside an unhappy path" answers as it does for the whole history.
    """
    tracker = _replay(events, like)
    at = events[-1].timestamp
    head: list[Event] = []
    latest = tracker.latest_message
    loop = tracker.active_loop
    action = tracker.latest_action_name
    if loop is not None and loop.name:
        trigger = _trigger_of(loop.name, events)
        if trigger is not None:
            head.append(trigger)
        head += [ActionExecuted(loop.name, timestamp=at), ActiveLoop(loop.name, at)]
        unhappy = tracker._first_loop_execution_or_unhappy_path(loop.name, tracker.applied_events())
        if unhappy and latest is not None and not latest.is_empty():
            head.append(latest)
        if loop.rejected:
            head.append(ActionExecutionRejected(loop.name, timestamp=at))
        if action and action != loop.name:
            head.append(ActionExecuted(action, timestamp=at))
        if loop.is_interrupted:
            head.append(LoopInterrupted(True, at))
    else:
        if latest is not None and not latest.is_empty():
            head.append(latest)
        if action:
            head.append(ActionExecuted(action, timestamp=at))
    return head + _facts(tracker, at)


def _trigger_of(loop: str, events: list[Event]) -> UserUttered | None:
    """Returns the message that opened the running ``loop``."""
    message = found = None
    for event in events:
        if isinstance(event, UserUttered):
            message = event
        elif isinstance(event, ActiveLoop) and event.name == loop:
            found = message
    return found


def _facts(tracker: DialogueStateTracker, at: float) -> list[Event]:
    """Returns the events that set slots, pause, follow-up action and last bot message."""
    facts: list[Event] = [
        SlotSet(name, slot.value, at)
        for name, slot in tracker.slots.items()
        if slot.has_been_set and name != SESSION_START_METADATA_SLOT
    ]
    said = tracker.latest_bot_utterance
    if said is not None and (said.text or said.data):
        facts.append(said)
    if tracker.is_paused():
        facts.append(ConversationPaused(at))
    if tracker.followup_action:
        facts.append(FollowupAction(tracker.followup_action, at))
    return facts


def _slim(row: dict[str, Any]) -> dict[str, Any]:
    """Returns an event's JSON without what only the current turn needs."""
    row = {k: v for k, v in row.items() if v is not None or k in ("name", "value", "text")}
    metadata = {k: v for k, v in (row.get("metadata") or {}).items() if k not in _STAMPS}
    row.pop("metadata", None)
    if row["event"] == "user":
        parse = row.get("parse_data") or {}
        row["parse_data"] = {
            "intent": parse.get("intent") or {},
            "entities": parse.get("entities") or [],
            "intent_ranking": (parse.get("intent_ranking") or [])[:_RANKING],
        }
    elif row["event"] == "bot":
        row["data"] = {k: v for k, v in (row.get("data") or {}).items() if v}
    if metadata:
        row["metadata"] = metadata
    return row
