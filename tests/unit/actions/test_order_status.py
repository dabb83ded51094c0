"""Where an order is: numbers right and wrong, side questions, late parcels, a shop that is down."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import date, timedelta
from typing import Any

import pytest

from actions.order_status import ActionOrderStatus, ValidateOrderForm
from actions.scripted import ScriptedShop
from actions.shop import GuardedShop, Order

ASKED = {"requested_slot": "order_number"}


class SlowShop(ScriptedShop):
    """A shop that never answers."""

    async def find_order(self, number: str) -> Order | None:
        await asyncio.Event().wait()
        raise AssertionError


class BrokenShop(ScriptedShop):
    """A shop that fails."""

    async def find_order(self, number: str) -> Order | None:
        raise ConnectionResetError


@pytest.mark.parametrize(
    "text",
    [
        "NT-10001",
        "nt10001",
        "nt 10001",
        "НТ-10001",
        "it is 10001",
        "№10001",
        "#10001.",
        "NT – 10001",
    ],
)
async def test_a_number_is_taken_however_it_is_written(
    run: Any, shop: ScriptedShop, text: str
) -> None:
    """Letters may be missing, small, or typed on a Cyrillic keyboard."""
    ran = await run(ValidateOrderForm(shop), text, slots=ASKED, form="order_form")
    assert ran.slot("order_number") == "NT-10001"
    assert ran.said == []


async def test_a_wrong_number_is_said_and_counted(run: Any, shop: ScriptedShop) -> None:
    """The form asks again because the slot stays empty."""
    ran = await run(ValidateOrderForm(shop), "NT-99999", slots=ASKED, form="order_form")
    assert ran.said == ["utter_order_not_found"]
    assert ran.slot("order_number") is None
    assert ran.slot("order_tried") == ["NT-99999"]


async def test_the_third_wrong_number_brings_in_a_human(run: Any, shop: ScriptedShop) -> None:
    """The human sees all that was tried."""
    slots = {**ASKED, "order_tried": ["NT-99999", "12"]}
    ran = await run(ValidateOrderForm(shop), "777", slots=slots, form="order_form")
    assert ran.effects[0]["reason"] == "order_not_found"
    assert ran.effects[0]["tried"] == ["NT-99999", "12", "777"]
    assert "order_number" not in ran.effects[0]
    assert ran.left_form


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how much is the mug?", "price"),
        ("is it above 200 zł?", "price"),
        ("hi", "greet"),
        ("no", "deny"),
        ("give me a human", "ask_human"),
        ("/ask_human", "ask_human"),
    ],
)
async def test_a_side_question_is_left_to_its_rule(
    run: Any, shop: ScriptedShop, text: str, intent: str
) -> None:
    """The form declines by returning nothing, and says nothing."""
    ran = await run(ValidateOrderForm(shop), text, intent=intent, slots=ASKED, form="order_form")
    assert ran.events == []
    assert ran.messages == []


async def test_a_message_is_not_heard_twice(run: Any, shop: ScriptedShop) -> None:
    """After a side question was answered the form is only asked to ask again."""
    ran = await run(
        ValidateOrderForm(shop), "abc", slots=ASKED, form="order_form", now=["action_greet"]
    )
    assert ran.events == []


async def test_a_phone_number_is_no_order_number(run: Any, shop: ScriptedShop) -> None:
    """It is not looked up, and not quoted as an order that does not exist."""
    ran = await run(
        ValidateOrderForm(shop),
        "my phone is +48 555 010 201",
        entities={"phone": "+48555010201"},
        slots=ASKED,
        form="order_form",
    )
    assert ran.said == ["utter_order_number_unclear"]


@pytest.mark.parametrize("text", ["never mind", "отмена", "не надо", "nieważne", "anuluj"])
async def test_the_form_can_be_called_off(run: Any, shop: ScriptedShop, text: str) -> None:
    """Whatever the model thinks of the words."""
    ran = await run(
        ValidateOrderForm(shop), text, intent="cancel_order", slots=ASKED, form="order_form"
    )
    assert ran.said == ["utter_cancelled"]
    assert ran.left_form


@pytest.mark.parametrize("text", ["I lost it", "не помню номер", "nie mam numeru"])
async def test_no_number_at_hand_is_helped(run: Any, shop: ScriptedShop, text: str) -> None:
    """Where the number stands is said, and no try is counted."""
    ran = await run(ValidateOrderForm(shop), text, slots=ASKED, form="order_form")
    assert ran.said == ["utter_order_number_unknown"]


async def test_the_last_order_is_known(run: Any, shop: ScriptedShop) -> None:
    """A new question without a number is about the order last spoken of."""
    ran = await run(
        ValidateOrderForm(shop),
        "when will it come",
        intent="order_status",
        slots={"order_number": "nt 10001"},
    )
    assert ran.slot("order_number") == "NT-10001"


async def test_another_order_is_asked_for(run: Any, shop: ScriptedShop) -> None:
    """ "Another" forgets the last number."""
    ran = await run(
        ValidateOrderForm(shop),
        "and my other order?",
        intent="order_status",
        slots={"order_number": "NT-10001"},
    )
    assert ran.slot("order_number") is None


class StubbornShop(ScriptedShop):
    """A shop whose driver does not let itself be cancelled."""

    async def find_order(self, number: str) -> Order | None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()
        return None


@pytest.mark.timeout(20)
@pytest.mark.parametrize("broken", [SlowShop, BrokenShop, StubbornShop])
async def test_a_shop_that_is_down_is_said_so(
    run: Any, broken: type[ScriptedShop], today: date
) -> None:
    """A human is offered; the form does not hold the customer."""
    shop = GuardedShop(broken(), limit=timedelta(milliseconds=20))
    ran = await run(ValidateOrderForm(shop), "NT-10001", slots=ASKED, form="order_form")
    assert ran.said == ["utter_shop_unavailable"]
    assert ran.left_form
    assert ran.slot("offer") == "human"
    told = await run(
        ActionOrderStatus(shop, lambda: today), "x", slots={"order_number": "NT-10001"}
    )
    assert told.said == ["utter_shop_unavailable"]


@pytest.mark.parametrize(
    ("number", "topic", "said", "reason"),
    [
        ("NT-10001", "order_status", ["utter_order_shipped"], None),
        ("NT-10009", "order_status", ["utter_order_overdue"], None),
        ("NT-10004", "order_status", ["utter_order_delayed"], None),
        ("NT-10001", "parcel_late", ["utter_order_shipped", "utter_order_not_late"], None),
        ("NT-10004", "parcel_late", ["utter_order_late_hand_over"], "parcel_late"),
        ("NT-10009", "parcel_late", ["utter_order_late_hand_over"], "parcel_late"),
        ("NT-10002", "parcel_late", ["utter_order_lost_hand_over"], "parcel_late"),
    ],
)
async def test_the_answer_follows_state_and_topic(
    run: Any,
    shop: ScriptedShop,
    today: date,
    number: str,
    topic: str,
    said: list[str],
    reason: str | None,
) -> None:
    """Only a parcel that was called late, and is, goes to a human unasked."""
    slots = {"order_number": number, "topic": topic}
    ran = await run(ActionOrderStatus(shop, lambda: today), "x", slots=slots)
    assert ran.said == said
    assert [effect["reason"] for effect in ran.effects] == ([reason] if reason else [])


async def test_dates_are_in_the_customers_language(
    run: Any, shop: ScriptedShop, today: date
) -> None:
    """Day and month as people write them."""
    slots = {"order_number": "NT-10001", "language": "pl"}
    ran = await run(ActionOrderStatus(shop, lambda: today), "x", slots=slots)
    assert ran.messages[0]["expected"] == "24 listopada"


async def test_a_form_left_without_a_number_says_nothing(
    run: Any, shop: ScriptedShop, today: date
) -> None:
    """The cancellation has been said already."""
    ran = await run(ActionOrderStatus(shop, lambda: today), "never mind")
    assert ran.messages == []
