"""Products, complaints, people, fallback, language and small talk, each by its rules."""

from __future__ import annotations

from typing import Any

import pytest

from actions.complaint import ActionOpenComplaint, ValidateComplaintForm
from actions.conversation import (
    ActionAbuse,
    ActionAffirm,
    ActionDeny,
    ActionGreet,
    ActionInform,
    ActionRepeat,
    ActionStartOver,
)
from actions.fallback import ActionFallback
from actions.labels import Labels
from actions.language import ActionChangeLanguage, ActionConfirmLanguage
from actions.people import ActionAskHuman, ActionHandOver, ValidateSupportForm
from actions.products import ActionProductAdvice, ActionProductAnswer, ValidateProductForm
from actions.scripted import ScriptedShop
from actions.shop import Complaint, GuardedShop, Product


class DownShop(ScriptedShop):
    """A shop of which every call fails."""

    async def search_products(self, text: str, language: str) -> list[Product]:
        raise OSError

    async def open_complaint(self, complaint: Complaint) -> str:
        raise OSError


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("how much is the enamel kettle", "utter_product_available"),
        ("is the blender in stock?", "utter_product_sold_out"),
        ("how much is a kettle", "utter_products_found"),
        ("how much is a bicycle", "utter_product_not_found"),
    ],
)
async def test_a_product_is_answered_from_the_catalogue(
    run: Any, shop: ScriptedShop, text: str, said: str
) -> None:
    """One is told, several are offered, none is said so."""
    ran = await run(ActionProductAnswer(shop), text, intent="price")
    assert ran.said == [said]
    assert ran.slot("team") == "sales"


async def test_several_products_are_buttons(run: Any, shop: ScriptedShop) -> None:
    """Each carries its SKU."""
    ran = await run(ActionProductAnswer(shop), "kettle price", intent="price")
    assert [b["payload"] for b in ran.messages[0]["buttons"]] == [
        '/price{"product": "KET-01"}',
        '/price{"product": "KET-02"}',
    ]


async def test_a_question_without_a_product_opens_the_form(run: Any, shop: ScriptedShop) -> None:
    """Nothing is said: the form asks."""
    ran = await run(ActionProductAnswer(shop), "how much is it?", intent="price")
    assert ran.said == []
    assert {"event": "active_loop", "timestamp": None, "name": "product_form"} in ran.events


async def test_a_product_question_never_takes_another_forms_place(
    run: Any, shop: ScriptedShop
) -> None:
    """In mid-form it is answered in a sentence, and the other form asks again."""
    ran = await run(ActionProductAnswer(shop), "price?", intent="price", form="order_form")
    assert ran.said == ["utter_which_product"]
    assert not any(e["event"] == "active_loop" for e in ran.events)


async def test_the_last_product_is_remembered(run: Any, shop: ScriptedShop) -> None:
    """ "Is it in stock?" means the one spoken of."""
    ran = await run(
        ActionProductAnswer(shop), "is it in stock?", intent="stock", slots={"product": "BLE-01"}
    )
    assert ran.said == ["utter_product_sold_out"]


async def test_a_catalogue_that_is_down_is_said_so(run: Any) -> None:
    """A human is offered."""
    ran = await run(ActionProductAnswer(GuardedShop(DownShop())), "kettle", intent="price")
    assert ran.said == ["utter_shop_unavailable"]
    assert ran.slot("offer") == "human"


async def test_the_product_form_takes_words_but_no_side_question(
    run: Any, shop: ScriptedShop
) -> None:
    """What the catalogue knows is a product, whatever the model thinks."""
    form = {"slots": {"requested_slot": "product_query"}, "form": "product_form"}
    check = ValidateProductForm(shop)
    assert (await run(check, "the blender", intent="nlu_fallback", **form)).slot(
        "product_query"
    ) == "the blender"
    assert (await run(check, "blender", intent="warranty", **form)).slot(
        "product_query"
    ) == "blender"
    assert (await run(check, "where is my order", intent="order_status", **form)).events == []
    assert (await run(check, "are you a bot", intent="bot_challenge", **form)).events == []


async def test_advice_hands_over_when_the_catalogue_is_silent(run: Any, shop: ScriptedShop) -> None:
    """Sales advises."""
    advice = ActionProductAdvice(shop, Labels.load())
    ran = await run(advice, "what to give my mother?", intent="product_advice")
    assert ran.effects[0]["team"] == "sales"
    ran = await run(advice, "which kettle is better", intent="product_advice")
    assert ran.effects == []


async def test_a_repeated_turn_opens_one_complaint(run: Any, shop: ScriptedShop) -> None:
    """The turn's id is the key."""
    slots = {"complaint_text": "broken, order NT-10002"}
    first = await run(ActionOpenComplaint(shop), "x", slots=slots)
    again = await run(ActionOpenComplaint(shop), "x", slots=slots)
    assert first.effects == again.effects
    assert first.effects[0]["order_number"] == "NT-10002"
    assert list(shop.complaints) == ["turn-1"]


async def test_a_complaint_reaches_a_human_though_the_shop_is_down(run: Any) -> None:
    """With the words, without a number."""
    shop = GuardedShop(DownShop())
    ran = await run(ActionOpenComplaint(shop), "x", slots={"complaint_text": "all broken"})
    assert ran.said == ["utter_complaint_noted"]
    assert ran.effects[0]["text"] == "all broken"
    assert "complaint" not in ran.effects[0]


async def test_the_complaint_is_the_first_long_message(run: Any) -> None:
    """A short one only opens the question."""
    check = ValidateComplaintForm()
    assert (await run(check, "I want to complain", intent="complaint")).slot(
        "complaint_text"
    ) is None
    story = "I want to complain because the courier broke my cup and laughed"
    assert (await run(check, story, intent="complaint")).slot("complaint_text") == story


async def test_the_support_form_asks_once(run: Any) -> None:
    """Any answer but a side question ends it."""
    form = {"slots": {"requested_slot": "order_reference"}, "form": "support_form"}
    check = ValidateSupportForm()
    assert (await run(check, "it was in May", **form)).slot("order_reference") == "none"
    assert (await run(check, "/deny", intent="deny", **form)).slot("order_reference") == "none"
    assert (await run(check, "no", intent="deny", **form)).slot("order_reference") == "none"
    assert (await run(check, "10002", **form)).slot("order_reference") == "NT-10002"
    assert (await run(check, "hello", intent="greet", **form)).events == []
    assert (await run(check, "never mind", intent="deny", **form)).left_form


async def test_the_form_hands_over_by_its_topic(run: Any) -> None:
    """The reason is the wish it began with, not the last message's."""
    ran = await run(
        ActionHandOver(),
        "NT-10002",
        slots={"topic": "return_item", "order_reference": "NT-10002"},
        now=["support_form"],
    )
    assert ran.said == ["utter_hand_over_support"]
    assert ran.effects[0]["reason"] == "return_item"
    assert ran.effects[0]["order_number"] == "NT-10002"


async def test_urgent_wishes_go_to_support_whatever_was_spoken_of(run: Any) -> None:
    """Their own calm words have been said: no second sentence."""
    for intent in ("legal_threat", "data_request", "distress"):
        ran = await run(ActionHandOver(), "x", intent=intent, slots={"team": "sales"})
        assert ran.said == []
        assert ran.effects[0]["team"] == "support"


async def test_a_human_is_of_the_conversations_team(run: Any) -> None:
    """Support when there is none; what is known goes along."""
    assert (await run(ActionAskHuman(), "human")).effects[0]["team"] == "support"
    ran = await run(
        ActionAskHuman(),
        "human",
        slots={"team": "sales", "product": "KET-01", "phone": "+48 1"},
        form="product_form",
    )
    effect = ran.effects[0]
    assert (effect["team"], effect["product"], effect["phone"], effect["form"]) == (
        "sales",
        "KET-01",
        "+48 1",
        "product_form",
    )
    assert ran.left_form


async def test_fallback_asks_once_then_hands_over(run: Any) -> None:
    """In a row only: a turn in between begins the count anew."""
    fallback = ActionFallback(Labels.load())
    ranking = ["nlu_fallback", "greet", "refund_status", "invoice", "price"]
    first = await run(fallback, "hm", intent="nlu_fallback", ranking=ranking)
    assert [b["payload"] for b in first.messages[0]["buttons"]] == [
        "/refund_status",
        "/invoice",
        "/ask_human",
    ]
    assert first.slot("fallback_count") == 1
    asked = {"slots": {"fallback_count": 1}, "intent": "nlu_fallback", "ranking": ranking}
    before = [{"event": "action", "name": "action_fallback"}]
    again = await run(fallback, "hm", before=before, **asked)
    assert again.effects[0]["reason"] == "fallback"
    between = await run(
        fallback, "hm", before=[{"event": "action", "name": "utter_thanks"}], **asked
    )
    assert between.effects == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("can we speak English?", "en"),
        ("можно по-русски", "ru"),
        ("po rosyjsku proszę", "ru"),
        ("mówcie po polsku", "pl"),
        ("по-польски пожалуйста", "pl"),
        ("switch language", None),
        ("english or polish?", None),
    ],
)
async def test_the_wanted_language_is_read(run: Any, text: str, language: str | None) -> None:
    """One named language is switched to; otherwise the customer is asked."""
    switched = await run(ActionChangeLanguage(), text, intent="change_language")
    confirmed = await run(ActionConfirmLanguage(), text, intent="change_language")
    if language is None:
        assert switched.events == []
        assert confirmed.said == ["utter_ask_language"]
    else:
        assert switched.effects == [{"kind": "language", "language": language, "fixed": True}]
        assert switched.slot("language") == language
        assert confirmed.said == ["utter_language_changed"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("Anna Nowak", ", Anna"), (None, ""), ("xX_42", ""), ("Жанна-Мария", ", Жанна-Мария")],
)
async def test_a_greeting_uses_a_real_name_only(run: Any, name: str | None, said: str) -> None:
    """Handles are not said to people."""
    ran = await run(ActionGreet(), "hi", intent="greet", metadata={"profile": {"name": name}})
    assert ran.messages[0]["name"] == said


async def test_a_yes_accepts_only_what_was_just_offered(run: Any) -> None:
    """An offer of two turns ago is gone."""
    offered = [{"event": "slot", "name": "offer", "value": "human"}]
    assert (await run(ActionAffirm(), "yes", before=offered)).effects[0]["kind"] == "hand_over"
    stale = await run(ActionAffirm(), "yes", slots={"offer": "human"})
    assert stale.said == ["utter_affirm"]


async def test_a_no_leaves_a_form(run: Any) -> None:
    """Outside a form it declines kindly."""
    assert (await run(ActionDeny(), "no", form="order_form")).said == ["utter_cancelled"]
    assert (await run(ActionDeny(), "no")).said == ["utter_deny"]


async def test_repeating_says_texts_and_buttons_but_no_effects(run: Any) -> None:
    """In a form the form repeats itself."""
    button = {"title": "T", "payload": "/help"}
    before = [
        {"event": "bot", "text": "One", "data": {"buttons": [button]}},
        {"event": "bot", "text": None, "data": {"custom": {"nitka_effect": {}}}},
    ]
    repeat = ActionRepeat(Labels.load())
    ran = await run(repeat, "again", before=before)
    assert [(m["text"], m["buttons"]) for m in ran.messages] == [("One", [button])]
    assert (await run(repeat, "again", before=before, form="order_form")).messages == []


async def test_bad_words_are_answered_once(run: Any) -> None:
    """The second time a human comes, and the count begins anew."""
    first = await run(ActionAbuse(), "x")
    assert (first.said, first.effects) == (["utter_abuse"], [])
    second = await run(ActionAbuse(), "x", slots={"abuse_count": 1})
    assert second.effects[0]["reason"] == "abuse"
    assert second.slot("abuse_count") == 0


async def test_starting_over_forgets(run: Any) -> None:
    """The form, the order, the topic."""
    ran = await run(ActionStartOver(), "x", form="order_form")
    assert ran.left_form
    assert ran.slot("order_number") is None


async def test_a_bare_detail_is_used(run: Any, shop: ScriptedShop, today: Any) -> None:
    """A number is answered, a file goes to a human, anything else is asked about."""
    inform = ActionInform(shop, lambda: today)
    assert (await run(inform, "NT-10001")).said == ["utter_order_shipped"]
    lost = await run(inform, "NT-55555")
    assert lost.said == ["utter_order_not_found"]
    assert any(e["event"] == "active_loop" and e["name"] == "order_form" for e in lost.events)
    file = await run(inform, "", metadata={"attachments": [{"kind": "image", "name": "a.jpg"}]})
    assert file.effects[0]["reason"] == "attachment"
    assert (await run(inform, "my name is Ola")).said == ["utter_inform"]
