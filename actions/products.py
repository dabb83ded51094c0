"""Products, prices and stock from the catalogue; a product is asked for only when none is named."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rasa_sdk.events import ActiveLoop, SlotSet

from actions import routes, words
from actions.action import BotAction
from actions.catalogue_words import names_something
from actions.effects import hand_over, leave_form
from actions.labels import Labels
from actions.scene import Scene
from actions.shop import Product, Shop, ShopUnavailable
from actions.turn import SURE, Event, Turn
from actions.wording import day, price

SLOT = "product_query"
SHOWN = 3
"""Products offered as buttons when several fit."""
_ASKED = ("product_question", "price", "stock", "product_advice")


class ValidateProductForm(BotAction):
    """Decides whether a message names a product, calls the question off, or is a side question."""

    name = "validate_product_form"

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def act(self, scene: Scene) -> list[Event]:
        """Takes the customer's words as the product; returns nothing for a side question."""
        turn = scene.turn
        if turn.asked_for != SLOT or not turn.is_heard_now or turn.is_button:
            return []
        if words.is_never_mind(turn.words):
            scene.say("utter_cancelled")
            return leave_form()
        if turn.intent in routes.ASIDE and turn.confidence >= SURE:
            return []
        if turn.intent in (*_ASKED, "inform", "nlu_fallback"):
            return [SlotSet(SLOT, turn.text if names_something(turn.text) else None)]
        return [SlotSet(SLOT, turn.text)] if await self._is_known(turn) else []

    async def _is_known(self, turn: Turn) -> bool:
        try:
            return bool(await self._shop.search_products(turn.text, turn.language))
        except ShopUnavailable:
            return False


class ActionProductAnswer(BotAction):
    """Answers what a product is, what it costs and whether it is there."""

    name = "action_product_answer"

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def act(self, scene: Scene) -> list[Event]:
        """Says the product meant; asks which one when the message names none."""
        if "product_form" in scene.turn.ran_now and scene.slot(SLOT) is None:
            return []
        team = scene.turn.team or routes.SALES
        events = [SlotSet("team", team), SlotSet(SLOT, None), SlotSet("offer", None)]
        if scene.turn.intent in _ASKED:
            events.append(SlotSet("topic", scene.turn.intent))
        try:
            found = await self._find(scene)
        except ShopUnavailable:
            scene.say("utter_shop_unavailable")
            return [*events, SlotSet("offer", "human")]
        if found is None:
            return events + _ask_which(scene)
        if not found:
            scene.say("utter_product_not_found")
            return [*events, SlotSet("offer", "human")]
        if len(found) > 1:
            scene.say("utter_products_found", buttons=buttons(found))
            return events
        say(scene, found[0], scene.turn.language)
        return [*events, SlotSet("product", found[0].sku)]

    async def _find(self, scene: Scene) -> Sequence[Product] | None:
        """The products meant; None when the message names none and none is known."""
        query = scene.slot(SLOT)
        if query is None and not scene.turn.is_button and names_something(scene.turn.text):
            query = scene.turn.text
        if query is not None:
            return await self._shop.search_products(query, scene.turn.language)
        sku = scene.turn.entity("product") if scene.turn.is_button else scene.slot("product")
        if sku is None:
            return None
        product = await self._shop.find_product(sku, scene.turn.language)
        return [product] if product else []


class ActionProductAdvice(BotAction):
    """Shows what may suit; sales advises when the catalogue has no answer."""

    name = "action_product_advice"

    def __init__(self, shop: Shop, labels: Labels) -> None:
        self._shop = shop
        self._labels = labels

    async def act(self, scene: Scene) -> list[Event]:
        """Shows up to three products with a button to a person, or hands over to sales."""
        topic = [SlotSet("topic", "product_advice"), SlotSet("team", routes.SALES)]
        try:
            found = await self._shop.search_products(scene.turn.words, scene.turn.language)
        except ShopUnavailable:
            found = []
        if found:
            person = {
                "title": self._labels.of("ask_human", scene.turn.language),
                "payload": "/ask_human",
            }
            scene.say("utter_product_advice", buttons=[*buttons(found), person])
            only = [SlotSet("product", found[0].sku)] if len(found) == 1 else []
            return [*topic, *only, SlotSet("offer", "human")]
        scene.say("utter_product_advice_hand_over")
        scene.say("utter_hand_over_sales")
        team = routes.SALES
        return topic + hand_over(scene, team=team, reason="product_advice")


def say(scene: Scene, product: Product, language: str) -> None:
    """Says what a product is, costs, and when it can be had."""
    sold_out = product.stock <= 0
    scene.say(
        "utter_product_sold_out" if sold_out else "utter_product_available",
        product=product.name,
        price=price(product, language),
        about=product.about,
        stock=str(product.stock),
        days=str(product.delivery_days),
        restock=day(product.restock_on, language),
    )


def buttons(found: Sequence[Product]) -> list[dict[str, str]]:
    """Returns a button for each of the first three products."""
    return [
        {"title": product.name, "payload": f"/price{json.dumps({'product': product.sku})}"}
        for product in found[:SHOWN]
    ]


def _ask_which(scene: Scene) -> list[Event]:
    """Opens the product form, or, in another form's midst, only says what is needed."""
    if scene.turn.form is None:
        return [ActiveLoop("product_form"), SlotSet("requested_slot", None)]
    scene.say("utter_which_product")
    return []
