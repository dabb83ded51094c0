"""Complaints: heard out in one message, opened in the shop once, handed to support."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions import routes, words
from actions.action import BotAction
from actions.effects import TEXT_LIMIT, hand_over, leave_form
from actions.scene import Scene
from actions.shop import Complaint, Shop, ShopUnavailable
from actions.turn import SURE, Event, Turn

SLOT = "complaint_text"
STORY = 9
"""Words from which a first message is the complaint itself and nothing has to be asked."""
_SHORT = 4


class ValidateComplaintForm(BotAction):
    """Decides whether a message is the complaint, or a side question."""

    name = "validate_complaint_form"

    async def act(self, scene: Scene) -> list[Event]:
        """Takes the story; returns nothing for a side question."""
        turn = scene.turn
        length = len(turn.words.split())
        if turn.asked_for != SLOT:
            topic = [
                SlotSet("topic", "complaint"),
                SlotSet("team", scene.turn.team or routes.SUPPORT),
            ]
            return [*topic, SlotSet(SLOT, turn.words if length >= STORY else None)]
        if not turn.is_heard_now or _is_aside(turn, length):
            return []
        if words.is_never_mind(turn.words):
            scene.say("utter_cancelled")
            return leave_form()
        number = words.order_number(turn.words)
        if number and length < _SHORT:
            scene.say("utter_order_noted", order_number=number)
            return [SlotSet("order_number", number), SlotSet(SLOT, None)]
        if turn.intent == "complaint" and length < _SHORT:
            return [SlotSet(SLOT, None)]
        return [SlotSet(SLOT, turn.words or "[attachment]")]


def _is_aside(turn: Turn, length: int) -> bool:
    if turn.is_button or (not turn.words and not turn.has_attachment):
        return True
    return turn.intent in routes.ASIDE and turn.confidence >= SURE and length < STORY


class ActionOpenComplaint(BotAction):
    """Opens the complaint and hands over; a repeated turn opens the same one."""

    name = "action_open_complaint"

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def act(self, scene: Scene) -> list[Event]:
        """Opens the complaint in the shop, or, when that fails, still hands it to a person."""
        text = scene.slot(SLOT)
        if not text:
            return []
        order = words.order_number(text, bare=False) or words.order_number(
            scene.first("order_number")
        )
        complaint = Complaint(
            key=scene.turn.id, customer=scene.turn.customer, text=text, order_number=order
        )
        try:
            number: str | None = await self._shop.open_complaint(complaint)
            scene.say("utter_complaint_opened", complaint=number)
        except ShopUnavailable:
            number = None
            scene.say("utter_complaint_noted")
        facts = {"complaint": number, "text": text[:TEXT_LIMIT]}
        if order is not None:
            facts["order_number"] = order
        team = scene.slot("team") or routes.SUPPORT
        return hand_over(scene, team=team, reason="complaint", **facts)
