"""Handing the conversation to a person: on request, by topic, and after the support form."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions import routes, words
from actions.action import BotAction
from actions.effects import hand_over, leave_form
from actions.scene import Scene
from actions.turn import SURE, Event, Turn

SLOT = "order_reference"
NO_NUMBER = "none"
_ASIDE = routes.ASIDE - {"deny"} | {"delivery_terms", "payment_options"}
"""Here "no" means that there is no number."""


class ValidateSupportForm(BotAction):
    """Asks for the order number once: any answer but a side question ends the form."""

    name = "validate_support_form"

    async def act(self, scene: Scene) -> list[Event]:
        """Takes a number, or that there is none; returns nothing for a side question."""
        written = words.order_number(scene.turn.words) or words.order_number(
            scene.turn.entity("order_number")
        )
        if scene.turn.asked_for != SLOT:
            value = scene.slot("order_number")
            known = words.order_number(str(value)) if value else None
            topic = [
                SlotSet("topic", scene.turn.intent),
                SlotSet("team", scene.turn.team or routes.SUPPORT),
            ]
            return [*topic, *_reference(written or known)]
        if not scene.turn.is_heard_now or (written is None and _is_aside(scene.turn)):
            return []
        if written:
            return _reference(written)
        if words.is_never_mind(scene.turn.words) and not words.has_no_number(scene.turn.words):
            scene.say("utter_cancelled")
            return leave_form()
        return [SlotSet(SLOT, NO_NUMBER)]


class ActionHandOver(BotAction):
    """Hands over to the team of the topic, with the wish as the reason."""

    name = "action_hand_over"

    async def act(self, scene: Scene) -> list[Event]:
        """Says who takes over and asks the service to do it; silent when the form was left."""
        after_form = "support_form" in scene.turn.ran_now
        reference = scene.slot(SLOT)
        if after_form and reference is None:
            return []
        topic = scene.slot("topic")
        reason = str(topic) if after_form and topic else scene.turn.intent
        team = scene.team
        if after_form and scene.slot("team"):
            team = scene.slot("team")
        elif reason in routes.URGENT:
            team = routes.SUPPORT
        if reason not in routes.URGENT and reason not in {"callback", "appointment"}:
            scene.say(f"utter_hand_over_{team}")
        facts = {"order_number": reference} if reference not in {None, NO_NUMBER} else {}
        events = hand_over(scene, team=team, reason=reason, **facts)
        return [*events, SlotSet("topic", reason)]


class ActionAskHuman(BotAction):
    """Brings in a person without a question: the team of the topic, else support."""

    name = "action_ask_human"

    async def act(self, scene: Scene) -> list[Event]:
        """Says so and hands over with what is known, a half-filled form included."""
        return pass_on(scene, reason="ask_human")


def pass_on(scene: Scene, *, reason: str) -> list[Event]:
    """Says that a colleague takes over, and hands over to the team of the conversation."""
    team = scene.team
    scene.say("utter_ask_human", name=scene.turn.comma_name)
    topic = scene.slot("topic")
    return hand_over(scene, team=team, reason=reason, topic=topic)


def _is_aside(turn: Turn) -> bool:
    if turn.is_button:
        return turn.intent != "deny"
    return turn.intent in _ASIDE and turn.confidence >= SURE


def _reference(number: str | None) -> list[Event]:
    if number is None:
        return [SlotSet(SLOT, None)]
    return [SlotSet(SLOT, number), SlotSet("order_number", number)]
