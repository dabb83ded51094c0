"""What an action wants the service to do: effects, which never reach the customer."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import ActiveLoop, SlotSet

from actions import words
from actions.scene import Scene
from actions.turn import Event

TEXT_LIMIT = 500
"""Characters of the customer's words that a hand-off carries; the thread has them all."""


def hand_over(
    scene: Scene,
    *,
    team: str,
    reason: str,
    **facts: Any,
) -> list[Event]:
    """Asks the service to give the thread to a team, and returns the events that tidy up.

    The team gets what is known (order number, product, contact, the form that was open, the
    customer's words, what else was wanted) and the given facts, without those that are None.
    """
    known = {
        "order_number": words.order_number(scene.first("order_number")),
        "product": scene.slot("product"),
        "email": scene.first("email"),
        "phone": scene.first("phone"),
        "form": scene.turn.form,
        "asked_for": scene.turn.asked_for,
        "tried": scene.slot("order_tried"),
        "text": scene.turn.words[:TEXT_LIMIT] or None,
        "also": [f"{wish['name']}: {wish['text']}"[:TEXT_LIMIT] for wish in scene.turn.also]
        or None,
    }
    if scene.turn.also:
        scene.say("utter_also_passed_on")
    effect = {"kind": "hand_over", "team": team, "reason": reason, **known, **facts}
    scene.want(effect)
    nothing_left = [SlotSet("agenda", None)] if scene.turn.also else []
    return [*leave_form(), SlotSet("team", team), SlotSet("fallback_count", 0), *nothing_left]


def leave_form() -> list[Event]:
    """Returns the events that end whatever form is open and forget its half answers."""
    names = ("requested_slot", "order_tried", "order_reference", "product_query")
    forgotten = [SlotSet(name, None) for name in (*names, "complaint_text", "offer")]
    return [ActiveLoop(None), *forgotten]
