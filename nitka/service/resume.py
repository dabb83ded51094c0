"""Which question the bot takes up again when people hand it a thread.

A form that people interrupted is asked again, unless they have put right just what it asks for:
then it is answered where its end is an answer, and left where its end would be people once more.
The names are the bot's (bot/domain/forms.yml).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from nitka.domain.handoff import Handoff, Reopened
from nitka.ports import Dialogues

REPEAT = "/repeat"  # asks the open question again, with a recap where the channel has changed
_ORDER = "/order_status"
_ORDER_TOPICS = ("order_status", "parcel_late")
_PRODUCT_TOPICS = ("product_question", "price", "stock")
_SKU = re.compile(r"[A-Z0-9]+-[A-Z0-9]+")
_FILLED_BY = {
    "order_number": "order_number",
    "order_reference": "order_number",
    "product_query": "product",
    "complaint_text": "complaint_text",
}


@dataclass(frozen=True, slots=True)
class Resumed:
    """What the bot is asked, as a payload. `form` is to be open with the question for `asks`, and
    `facts` are to be remembered besides."""

    payload: str
    form: str | None = None
    asks: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def resumed(handoff: Handoff, slots: Mapping[str, object], asks: str | None) -> Resumed | None:
    """Give what the bot goes on with; None: with nothing of its own.

    `slots` are what it remembers with the corrections, `asks` the question that is open now.
    """
    form, topic = handoff.facts.get("form"), str(slots.get("topic") or "")
    wanted = asks or handoff.facts.get("asked_for")
    corrected = handoff.corrected.get(_FILLED_BY.get(str(wanted), ""))
    if wanted == "order_number" or (form is None and asks is None and topic in _ORDER_TOPICS):
        return Resumed(_ORDER)
    if wanted == "product_query" and corrected:
        return _product(topic if topic in _PRODUCT_TOPICS else _PRODUCT_TOPICS[0], str(corrected))
    if asks is not None:
        return Resumed(REPEAT)
    if form is None or wanted not in _FILLED_BY or corrected:
        return None
    return Resumed(REPEAT, str(form), str(wanted))


def reopened(
    dialogues: Dialogues, body: Mapping[str, object] | None, again: Reopened
) -> Mapping[str, object]:
    """Give a dialogue's state with a form open once more, and what is to be remembered for it."""
    state = dialogues.remember(body, again.facts)
    if again.form and again.asks:
        state = dialogues.reopen(state, again.form, asks=again.asks)
    return state


def _product(topic: str, product: str) -> Resumed:
    """Name a product by its SKU as a button does, else by its words as the form does."""
    if _SKU.fullmatch(product):
        return Resumed(f"/{topic}{json.dumps({'product': product})}")
    return Resumed(f"/{topic}", facts={"product_query": product})
