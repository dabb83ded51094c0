"""Works on dialogue states without an engine: a state is a list of Rasa's events.

What is added at the end is what a tracker does when it comes; so setting a slot and taking over
another conversation's turns need no engine. How states are kept short is the engine's affair
(bot/engine/state.py), and done at the next turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_VERSION = 1
_REQUESTED = "requested_slot"
_NO_MEMORY = "session_started_metadata"
_FORGET = ("restart", "reset_slots")

Body = Mapping[str, object]


class RasaStates:
    """`ports.Dialogues` on the JSON of docs/engine.md."""

    def remember(self, body: Body | None, facts: Mapping[str, object]) -> Body:
        at = max((event.get("timestamp") or 0.0 for event in _events(body)), default=0.0)
        told = [
            {"event": "slot", "name": name, "value": value, "timestamp": at}
            for name, value in facts.items()
        ]
        return self.replay(body, told)

    def reopen(self, body: Body | None, form: str, *, asks: str) -> Body:
        at = max((event.get("timestamp") or 0.0 for event in _events(body)), default=0.0)
        loop = {"event": "active_loop", "name": form, "timestamp": at}
        return self.remember(self.replay(body, [loop]), {_REQUESTED: asks})

    def replay(self, body: Body | None, events: Sequence[Mapping[str, object]]) -> Body:
        return {"version": _VERSION, **(body or {}), "events": [*_events(body), *events]}

    def slots(self, body: Body | None) -> Mapping[str, object]:
        found: dict[str, object] = {}
        for event in _events(body):
            if event.get("event") in _FORGET:
                found.clear()
            elif event.get("event") == "slot":
                found[str(event.get("name"))] = event.get("value")
        return {n: value for n, value in found.items() if value is not None and n != _NO_MEMORY}

    def asks(self, body: Body | None) -> str | None:
        asked = self.slots(body).get(_REQUESTED)
        return str(asked) if asked is not None else None


def _events(body: Body | None) -> Sequence[Mapping[str, Any]]:
    events = (body or {}).get("events")
    return events if isinstance(events, list) else []
