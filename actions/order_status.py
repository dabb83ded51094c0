"""Where an order is: the form's check of the number, and the answer by state.

By a number alone only state and dates are said: never the buyer, the address or the items.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from rasa_sdk.events import SlotSet

from actions import routes, words
from actions.action import BotAction
from actions.effects import hand_over, leave_form
from actions.scene import Scene
from actions.shop import Order, OrderState, Shop, ShopUnavailable
from actions.turn import SURE, Event, Turn
from actions.wording import day

SLOT = "order_number"
TRIES = 3
"""Wrong numbers after which a person takes over."""
_TOPICS = ("order_status", "parcel_late")
_UNCLEAR = frozenset({"nlu_fallback", "inform"})
_MAY_BE_A_NUMBER = frozenset({*_UNCLEAR, *_TOPICS, "affirm", "out_of_scope"})
"""Wishes beside which digits are taken for an attempt at an order number."""
Today = Callable[[], date]


class ValidateOrderForm(BotAction):
    """Decides what a message means to ``order_form``: a number, a wrong one, or a side question."""

    name = "validate_order_form"

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def act(self, scene: Scene) -> list[Event]:
        """Checks a number against the shop; returns nothing for a side question."""
        starting = scene.turn.asked_for != SLOT
        if not starting and not scene.turn.is_heard_now:
            return []
        written = _written(scene.turn)
        if starting:
            return await self._start(scene, written)
        if written is not None:
            return await self._check(scene, written)
        return self._no_number(scene)

    async def _start(
        self,
        scene: Scene,
        written: str | None,
    ) -> list[Event]:
        topic = scene.turn.intent if scene.turn.intent in _TOPICS else _TOPICS[0]
        events = [SlotSet("topic", topic), SlotSet("team", scene.turn.team or routes.SUPPORT)]
        known = words.order_number(scene.first(SLOT))
        if written is None and (known is None or words.means_another(scene.turn.words)):
            return [*events, SlotSet(SLOT, None)]
        if written is None:
            return [*events, SlotSet(SLOT, known)]
        return events + await self._check(scene, written)

    async def _check(self, scene: Scene, written: str) -> list[Event]:
        number = words.order_number(written)
        try:
            found = number is not None and await self._shop.find_order(number) is not None
        except ShopUnavailable:
            scene.say("utter_shop_unavailable")
            return [*leave_form(), SlotSet(SLOT, None), SlotSet("offer", "human")]
        if found:
            return [SlotSet(SLOT, number), SlotSet("order_tried", None)]
        return _wrong(scene, written, response="utter_order_not_found")

    def _no_number(self, scene: Scene) -> list[Event]:
        if scene.turn.intent in {"deny", "ask_human"} and scene.turn.is_button:
            return []
        if words.has_no_number(scene.turn.words):
            scene.say("utter_order_number_unknown")
            return [SlotSet(SLOT, None)]
        if words.is_never_mind(scene.turn.words):
            scene.say("utter_cancelled")
            return [*leave_form(), SlotSet(SLOT, None)]
        if scene.turn.intent in _UNCLEAR:
            tried = scene.turn.words[:40] or scene.turn.intent
            return _wrong(scene, tried, response="utter_order_number_unclear")
        if scene.turn.intent in (*_TOPICS, "affirm"):
            return [SlotSet(SLOT, None)]
        return []


class ActionOrderStatus(BotAction):
    """Says where the order in the slot is; a parcel that really is late goes to support."""

    name = "action_order_status"

    def __init__(self, shop: Shop, today: Today) -> None:
        self._shop = shop
        self._today = today

    async def act(self, scene: Scene) -> list[Event]:
        """Answers for the order; silent when the form ended without one."""
        number = words.order_number(scene.first(SLOT))
        if number is None:
            return []
        return await answer(scene, self._shop, self._today(), number)


async def answer(
    scene: Scene,
    shop: Shop,
    today: date,
    number: str,
) -> list[Event]:
    """Says the state and dates of an order by its number, and returns what is remembered."""
    try:
        order = await shop.find_order(number)
    except ShopUnavailable:
        scene.say("utter_shop_unavailable")
        return [SlotSet("offer", "human"), SlotSet("team", routes.SUPPORT)]
    if order is None:
        scene.say("utter_order_not_found", tried=number)
        return [SlotSet(SLOT, None)]
    dates = _dates(order, scene.turn.language)
    remembered = [SlotSet(SLOT, number), SlotSet("team", routes.SUPPORT)]
    if scene.slot("topic") == "parcel_late":
        lost = order.state is OrderState.DELIVERED
        if lost or order.is_late(today):
            reply = "utter_order_lost_hand_over" if lost else "utter_order_late_hand_over"
            scene.say(reply, **dates)
            facts = {"order_number": number, "order_state": order.state.value}
            due = order.expected_on.isoformat() if order.expected_on else None
            return remembered + hand_over(
                scene,
                team=routes.SUPPORT,
                reason="parcel_late",
                expected_on=due,
                **facts,
            )
    return remembered + _say_state(scene, order, today, dates)


def _say_state(
    scene: Scene,
    order: Order,
    today: date,
    dates: dict[str, Any],
) -> list[Event]:
    late = order.is_late(today)
    overdue = order.is_overdue(today)
    reply = "utter_order_overdue" if overdue else f"utter_order_{order.state.value}"
    scene.say(reply, **dates)
    on_its_way = order.state in {OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED}
    if scene.slot("topic") == "parcel_late" and on_its_way and not late:
        scene.say("utter_order_not_late", **dates)
    return [SlotSet("offer", "human" if late else None)]


def _dates(order: Order, language: str) -> dict[str, Any]:
    return {
        "number": order.number,
        "placed": day(order.placed_on, language),
        "paid": day(order.paid_on, language),
        "shipped": day(order.shipped_on, language),
        "expected": day(order.expected_on, language),
        "delivered": day(order.delivered_on, language),
        "closed": day(order.closed_on, language),
    }


def _written(turn: Turn) -> str | None:
    """The number, or what looks like an attempt at one, in this message."""
    value = turn.entity(SLOT)
    if turn.is_button:
        return value
    number = words.order_number(turn.text) or value
    another = any(turn.entity(name) for name in ("phone", "email", "date", "amount"))
    if number or another or (turn.intent not in _MAY_BE_A_NUMBER and turn.confidence >= SURE):
        return number
    return words.number_attempt(turn.text)


def _wrong(scene: Scene, tried: str, *, response: str) -> list[Event]:
    all_tried = [*(scene.slot("order_tried") or []), tried]
    if len(all_tried) < TRIES:
        scene.say(response, tried=tried)
        return [SlotSet(SLOT, None), SlotSet("order_tried", all_tried)]
    scene.say("utter_order_not_found_hand_over")
    given = {"tried": all_tried, "order_number": None}
    events = hand_over(scene, team=routes.SUPPORT, reason="order_not_found", **given)
    return [*events, SlotSet(SLOT, None)]
