"""What an action works with: the customer's turn, what is remembered, and a voice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import routes
from actions.turn import Event, Turn, read


@dataclass(frozen=True)
class Scene:
    """One turn as an action sees it."""

    turn: Turn
    tracker: Tracker
    dispatcher: CollectingDispatcher

    @classmethod
    def of(cls, tracker: Tracker, dispatcher: CollectingDispatcher) -> Scene:
        """Returns the scene of the tracker's present turn."""
        return cls(read(tracker), tracker, dispatcher)

    def slot(self, name: str) -> Any:
        """Returns what is remembered under this name, or None."""
        return self.tracker.get_slot(name)

    def first(self, name: str) -> str | None:
        """Returns what is remembered under this name as text, of several values the first."""
        value = self.slot(name)
        if isinstance(value, list):
            value = value[0] if value else None
        return None if value is None else str(value)

    @property
    def team(self) -> str:
        """The team for this turn: the plan's for the message, else the conversation's."""
        return self.turn.team or self.slot("team") or routes.SUPPORT

    def say(
        self, response: str, *, buttons: list[dict[str, str]] | None = None, **values: Any
    ) -> None:
        """Says a response of ``data/responses`` with these values; buttons go after its own."""
        self.dispatcher.utter_message(response=response, buttons=buttons, **values)

    def say_again(self, said: Event) -> None:
        """Says a message of the turn before once more, as it was."""
        self.dispatcher.utter_message(text=said["text"], buttons=said["buttons"])

    def want(self, effect: dict[str, Any]) -> None:
        """Asks the service for an effect; facts that are None are left out."""
        known = {name: value for name, value in effect.items() if value is not None}
        self.dispatcher.utter_message(json_message={"nitka_effect": known})
