"""The conversation itself: greeting, yes and no, repeating, starting over, bad words."""

from __future__ import annotations

from rasa_sdk.events import ActiveLoop, SlotSet

from actions import routes, words
from actions.action import BotAction
from actions.effects import hand_over, leave_form
from actions.labels import Labels
from actions.order_status import Today, answer
from actions.people import pass_on
from actions.scene import Scene
from actions.shop import Shop
from actions.turn import Event


class ActionGreet(BotAction):
    """Greets by name when the name is known."""

    name = "action_greet"

    async def act(self, scene: Scene) -> list[Event]:
        """Says hello and what the bot is for."""
        scene.say("utter_greet", name=scene.turn.comma_name)
        return []


class ActionAffirm(BotAction):
    """A yes accepts what was offered in the turn before; otherwise asks what is wanted."""

    name = "action_affirm"

    async def act(self, scene: Scene) -> list[Event]:
        """Hands over when a person was offered."""
        if scene.turn.offered_before == "human":
            return pass_on(scene, reason=scene.slot("topic") or "ask_human")
        if scene.turn.form is None:
            scene.say("utter_affirm")
        return []


class ActionDeny(BotAction):
    """A no leaves the open form, or declines what was offered."""

    name = "action_deny"

    async def act(self, scene: Scene) -> list[Event]:
        """Says that it is left at that."""
        in_form = scene.turn.form is not None
        scene.say("utter_cancelled" if in_form else "utter_deny")
        return leave_form()


class ActionRepeat(BotAction):
    """Says the last answer again, buttons included; effects are never repeated.

    Who has come from another channel is told in a line what it was about.
    """

    name = "action_repeat"

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    async def act(self, scene: Scene) -> list[Event]:
        """Repeats; in a form it says nothing, because the form asks its question again."""
        topic = scene.slot("topic")
        if scene.turn.moved and topic in self._labels:
            scene.say("utter_recap", topic=self._labels.of(topic, scene.turn.language))
        if scene.turn.form is not None:
            return []
        for said in scene.turn.said_before:
            scene.say_again(said)
        if not scene.turn.said_before:
            scene.say("utter_nothing_to_repeat")
        offered = scene.turn.offered_before
        return [SlotSet("offer", offered)] if offered else []


class ActionStartOver(BotAction):
    """Forgets the open form and what the conversation was about."""

    name = "action_start_over"

    async def act(self, scene: Scene) -> list[Event]:
        """Says that we begin again."""
        scene.say("utter_started_over")
        names = ("order_number", "product", "topic", "team", "fallback_count", "agenda")
        return [*leave_form(), *(SlotSet(name, None) for name in names)]


class ActionAbuse(BotAction):
    """Answers bad words calmly once; the second time a person takes over."""

    name = "action_abuse"

    async def act(self, scene: Scene) -> list[Event]:
        """Counts over the conversation; a hand-off begins the count anew."""
        if not scene.slot("abuse_count"):
            scene.say("utter_abuse")
            return [SlotSet("abuse_count", 1)]
        scene.say("utter_abuse_hand_over")
        events = hand_over(scene, team=scene.team, reason="abuse")
        return [*events, SlotSet("abuse_count", 0)]


class ActionInform(BotAction):
    """Uses a bare detail: an order number is answered, a file goes to a person."""

    name = "action_inform"

    def __init__(self, shop: Shop, today: Today) -> None:
        self._shop = shop
        self._today = today

    async def act(self, scene: Scene) -> list[Event]:
        """Answers for an order number; otherwise asks what the detail is for."""
        if scene.turn.has_attachment and not scene.turn.words:
            scene.say("utter_attachment")
            team = routes.SUPPORT
            return hand_over(scene, team=team, reason="attachment")
        number = words.order_number(scene.turn.words) or words.order_number(
            scene.turn.entity("order_number")
        )
        if number is None:
            if scene.turn.form is None:
                scene.say("utter_inform")
            return []
        events = await answer(scene, self._shop, self._today(), number)
        missing = SlotSet("order_number", None) in events
        asked_again = [ActiveLoop("order_form"), SlotSet("requested_slot", None)]
        return events + (asked_again if missing and scene.turn.form is None else [])
