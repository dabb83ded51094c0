"""The custom actions of the small test bot; some of them go wrong on purpose."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import AllSlotsReset, FollowupAction, Restarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

STATES = {"en": "on its way", "ru": "в пути", "pl": "w drodze"}


def effect(dispatcher: CollectingDispatcher, **facts: Any) -> None:
    """Adds an effect for the service."""
    dispatcher.utter_message(json_message={"nitka_effect": facts})


class ValidateOrderForm(FormValidationAction):
    """Refuses order numbers that begin with 9."""

    def name(self) -> str:
        return "validate_order_form"

    def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, Any]:
        """Drops a number that does not exist."""
        value = value[0] if isinstance(value, list) else value
        return {"order_number": None if str(value).startswith("NT-9") else value}


class OrderStatus(Action):
    """Tells the order's state and forgets the number."""

    def name(self) -> str:
        return "action_order_status"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[Any]:
        state = STATES[tracker.get_slot("language")]
        number = tracker.get_slot("order_number")
        dispatcher.utter_message(response="utter_order", order_number=number, state=state)
        times = (tracker.get_slot("times") or 0) + 1
        return [
            SlotSet("order_number", None),
            SlotSet("contact", None),
            SlotSet("times", times),
            SlotSet("vip", times % 2 == 0),
        ]


class HandOver(Action):
    """Hands over to the support team."""

    def name(self) -> str:
        return "action_hand_over"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[Any]:
        dispatcher.utter_message(response="utter_handed")
        turn = tracker.latest_message["metadata"]["turn_id"]
        effect(dispatcher, kind="hand_over", team="support", reason="asked", turn=turn)
        return []


class Follow(Action):
    """Asks for another action to follow."""

    def name(self) -> str:
        return "action_follow"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[Any]:
        return [FollowupAction("action_second")]


class Second(Action):
    """Follows the one before."""

    def name(self) -> str:
        return "action_second"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[Any]:
        dispatcher.utter_message(response="utter_second")
        return []


class Crash(Action):
    """Always fails."""

    def name(self) -> str:
        return "action_crash"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[Any]:
        raise RuntimeError("on purpose")


class Again(Action):
    """Calls itself for ever."""

    def name(self) -> str:
        return "action_again"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[Any]:
        return [FollowupAction("action_again")]


class Slow(Action):
    """Takes its time."""

    def name(self) -> str:
        return "action_slow"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[Any]:
        await asyncio.sleep(30)
        return []


class ChangeLanguage(Action):
    """Switches to Russian."""

    def name(self) -> str:
        return "action_change_language"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[Any]:
        return [SlotSet("language", "ru")]


class RestartAll(Action):
    """Forgets everything."""

    def name(self) -> str:
        return "action_restart_all"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[Any]:
        return [AllSlotsReset(), Restarted()]
