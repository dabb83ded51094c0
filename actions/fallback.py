"""When the bot is not sure: it asks once what is meant, and then brings in a person."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions.action import BotAction
from actions.effects import hand_over
from actions.labels import Labels
from actions.scene import Scene
from actions.turn import Event

OFFERED = 2
"""Likely wishes that are offered as buttons."""


class ActionFallback(BotAction):
    """Asks with buttons at the first unclear message; hands over at the second in a row."""

    name = "action_fallback"

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    async def act(self, scene: Scene) -> list[Event]:
        """Asks, or hands over to the team of the likeliest wish.

        "In a row" is read off the conversation: an understood message in between, or a
        hand-off, begins the count anew.
        """
        again = scene.slot("fallback_count") == 1 and self.name in scene.turn.ran_before
        if again:
            scene.say("utter_fallback_hand_over")
            return hand_over(scene, team=scene.team, reason="fallback")
        self._ask(scene)
        return [SlotSet("fallback_count", 1)]

    def _ask(self, scene: Scene) -> None:
        likely = [intent for intent in scene.turn.ranking if intent in self._labels][:OFFERED]
        if not likely:
            scene.say("utter_fallback_open")
            return
        offered = likely if "ask_human" in likely else [*likely, "ask_human"]
        buttons = [
            {"title": self._labels.of(intent, scene.turn.language), "payload": f"/{intent}"}
            for intent in offered
        ]
        scene.say("utter_fallback", buttons=buttons)
