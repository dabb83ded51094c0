"""Turns as tests ask for them, and results as an engine would put them on the wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from nitka.domain.address import Channel
from nitka.domain.turn import TurnRequest, TurnResult

_PLAIN = TurnRequest(
    turn_id=uuid4(),
    customer_id=uuid4(),
    channel=Channel.WEB,
    text="hello",
    payload=None,
    language=None,
    language_fixed=False,
    name=None,
    attachments=(),
    state=None,
)


def turn_request(**changes: Any) -> TurnRequest:
    """Give the request of a new customer's first turn on the web."""
    return replace(_PLAIN, turn_id=uuid4(), **changes)


def wire(result: TurnResult) -> dict[str, Any]:
    """Give a result as the engine's answer says it."""
    return {
        "messages": [
            {
                "text": reply.text,
                "buttons": [{"title": b.title, "payload": b.payload} for b in reply.buttons],
                "image": reply.image,
            }
            for reply in result.replies
        ],
        "effects": [{"kind": effect.kind, **effect.facts} for effect in result.effects],
        "events": list(result.events),
        "state": result.state,
        "slots": result.slots,
        "understanding": result.understanding,
        "model": result.model,
    }
