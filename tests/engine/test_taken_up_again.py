"""The trained bot goes on after a hand-back: the form it was in is asked again, nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from nitka.domain.handoff import SETTLED, Handoff, HandoffState
from nitka.domain.thread import Team
from nitka.engine.states import RasaStates
from nitka.service.resume import resumed
from tests.engine.test_conversations import Customer

STATES = RasaStates()


def handed_back(
    customer: Customer, effect: dict[str, Any], corrected: dict[str, object]
) -> str | None:
    """Do to the state what a hand-back does; give the payload that the bot goes on with."""
    state = STATES.remember(customer.state, {**SETTLED, **corrected})
    handoff = Handoff(
        uuid4(),
        uuid4(),
        Team.SUPPORT,
        effect["reason"],
        effect,
        HandoffState.CLOSED,
        datetime.now(UTC),
        corrected=corrected,
    )
    again = resumed(handoff, STATES.slots(state), STATES.asks(state))
    if again and again.facts:
        state = STATES.remember(state, again.facts)
    if again and again.form and again.asks:
        state = STATES.reopen(state, again.form, asks=again.asks)
    customer.state = dict(state)
    return again.payload if again else None


@pytest.mark.parametrize(
    ("begins", "corrected", "asks", "says"),
    [
        ("where is my order?", {}, "order_number", "number"),
        ("where is my order?", {"order_number": "NT-10002"}, None, "NT-10002"),
        ("how much does it cost?", {}, "product_query", "product"),
        ("how much does it cost?", {"product": "TOA-01"}, None, "Toaster"),
        ("how much does it cost?", {"product": "the toaster"}, None, "Toaster"),
        ("I want to complain", {}, "complaint_text", ""),
        ("I want to return an item", {}, "order_reference", "number"),
    ],
)
def test_a_form_is_taken_up_again(
    engine_url: str, begins: str, corrected: dict[str, object], asks: str | None, says: str
) -> None:
    """Its question once more, or, with what staff put right, its answer; people are not called."""
    customer = Customer("web", "en", {"name": None})
    with httpx.Client(base_url=engine_url, timeout=60) as client:
        customer.says(client, {"user": begins})
        (effect,) = customer.says(client, {"payload": "/ask_human"})["effects"]
        assert effect["form"]
        payload = handed_back(customer, effect, corrected)
        assert payload is not None
        again = customer.says(client, {"payload": payload})
    assert [one["kind"] for one in again["effects"]] == []
    assert STATES.asks(customer.state) == asks
    said = " ".join(one["text"] for one in again["messages"])
    assert says in said


@pytest.mark.parametrize(
    ("begins", "corrected"),
    [
        ("I want to complain", {"complaint_text": "the lid was broken"}),
        ("I want to return an item", {"order_number": "NT-10002"}),
    ],
)
def test_a_form_that_would_end_with_people_is_left_when_it_is_filled(
    engine_url: str, begins: str, corrected: dict[str, object]
) -> None:
    """They have just dealt with it."""
    customer = Customer("web", "en", {"name": None})
    with httpx.Client(base_url=engine_url, timeout=60) as client:
        customer.says(client, {"user": begins})
        (effect,) = customer.says(client, {"payload": "/ask_human"})["effects"]
    assert handed_back(customer, effect, corrected) is None


def test_the_form_goes_on_to_its_end(engine_url: str) -> None:
    """The answer to the question that was asked again counts as one to the first would."""
    customer = Customer("web", "en", {"name": None})
    with httpx.Client(base_url=engine_url, timeout=60) as client:
        customer.says(client, {"user": "I want to return an item"})
        (effect,) = customer.says(client, {"payload": "/ask_human"})["effects"]
        payload = handed_back(customer, effect, {})
        customer.says(client, {"payload": payload})
        ended = customer.says(client, {"user": "NT-10002"})
    (effect,) = ended["effects"]
    assert (effect["reason"], effect["order_number"]) == ("return_item", "NT-10002")
