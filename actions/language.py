"""Switching the language: one action switches, the next says so in the new language."""

from __future__ import annotations

from rasa_sdk.events import SlotSet

from actions import words
from actions.action import BotAction
from actions.scene import Scene
from actions.turn import Event, Turn

_SPOKEN = ("en", "ru", "pl")


class ActionChangeLanguage(BotAction):
    """Switches to the language that is asked for; says nothing yet."""

    name = "action_change_language"

    async def act(self, scene: Scene) -> list[Event]:
        """Emits the ``language`` effect with ``fixed``: the customer chose it."""
        language = _wanted(scene.turn)
        if language is None:
            return []
        effect = {"kind": "language", "language": language, "fixed": True}
        scene.want(effect)
        return [SlotSet("language", language)]


class ActionConfirmLanguage(BotAction):
    """Says that the language is switched, or asks which one is wanted."""

    name = "action_confirm_language"

    async def act(self, scene: Scene) -> list[Event]:
        """Speaks the new language: the slot is set by now."""
        wanted = _wanted(scene.turn)
        scene.say("utter_language_changed" if wanted else "utter_ask_language")
        return []


def _wanted(turn: Turn) -> str | None:
    chosen = turn.entity("language")
    return chosen if chosen in _SPOKEN else words.wanted_language(turn.words)
