"""What every action is: a name that the domain uses, and what it does with one turn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.scene import Scene
from actions.turn import Event


class BotAction(ABC):
    """An action of the bot: says responses, emits effects, returns Rasa events."""

    name: ClassVar[str]

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any] | None,  # noqa: ARG002 - part of Rasa's protocol
    ) -> list[Event]:
        """Runs the action as Rasa calls it."""
        return await self.act(Scene.of(tracker, dispatcher))

    @abstractmethod
    async def act(self, scene: Scene) -> list[Event]:
        """Does it; form checks return nothing for what does not answer their question."""
