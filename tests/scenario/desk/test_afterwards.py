"""After a hand-back: how it was, reminders, calls at a wished time. Each once, and in its place."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from nitka.domain.handoff import Handoff
from nitka.domain.message import Author, Message, MessageState
from nitka.domain.staff import Role
from nitka.domain.turn import Effect
from nitka.engine.scripted import answer, echo
from nitka.ports import Line
from tests.scenario.conftest import House
from tests.scenario.desk.conftest import Browser, Desk
from tests.scenario.desk.test_api import handed_over
from tests.scenario.desk.test_routing import route, stay
from tests.scenario.test_identity import code_for

BACK = {"outcome": "sent a new one"}


@dataclass
class After:
    """A customer whose hand-off has been answered and handed back by Olga."""

    desk: Desk
    olga: Browser
    customer: UUID
    handoff: str

    async def lines(self) -> list[Message]:
        house = self.desk.house
        found = await house.front.lines(self.customer, after=0)
        return list(found)

    async def asked(self) -> int:
        return sum("how well did our colleague" in line.text for line in await self.lines())

    async def later(self, **ahead: float) -> None:
        """So much later, what is due is done."""
        self.desk.clock.ahead = timedelta(**ahead)
        await self.desk.house.follow_ups.look()

    async def says(self, text: str, **more: Any) -> str:
        """The customer says something; give the last line of his thread then."""
        self.desk.house.engine.script = echo
        await self.desk.house.say(text, **more)
        await self.desk.house.answer(self.customer)
        return (await self.lines())[-1].text

    async def case(self) -> Handoff:
        async with self.desk.house.store.begin() as uow:
            found = await uow.cases.get(UUID(self.handoff))
        assert found is not None
        return found

    async def shown(self) -> Any:
        """What Olga sees of the customer; after days she has to sign in again."""
        path = f"/customers/{self.customer}"
        if (await self.olga.get(path)).status_code == 401:
            await self.olga.sign_in("olga@nitka.test")
        return (await self.olga.get(path)).json()


async def handed_back(
    desk: Desk, visitor: str = "ann", olga: Browser | None = None, **back: Any
) -> After:
    olga = olga or await desk.at_work("olga")
    customer, handoff = await handed_over(desk, visitor)
    assert (await olga.post(f"/handoffs/{handoff}/take")).status_code == 200
    async with desk.house.store.begin() as uow:
        seen = (await uow.threads.get(customer)).seq
    reply = {"text": "A new one is on its way.", "seen": seen}
    assert (await olga.post(f"/handoffs/{handoff}/messages", reply)).status_code == 201
    done = await olga.post(f"/handoffs/{handoff}/hand-back", BACK | back)
    assert done.status_code == 200, done.text
    return After(desk, olga, customer, handoff)


def at(**ahead: float) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


async def test_a_customer_says_once_how_it_was(desk: Desk) -> None:
    """A score by its number, then words; staff see both; two workers ask once."""
    after = await handed_back(desk)
    await after.later(minutes=5)
    assert await after.asked() == 0
    desk.clock.ahead = timedelta(minutes=11)
    await asyncio.gather(*(desk.house.follow_ups.look() for _ in range(3)))
    assert await after.asked() == 1
    question = (await after.lines())[-1]
    assert [b.title for b in question.buttons] == ["1 – very poor", "2", "3", "4", "5 – very good"]
    assert (await after.says("5")).startswith("Thank you, that helps us")
    assert (await after.says("Add a few words")).startswith("Please write them")
    assert "noted" in await after.says("Olga was quick.")
    asked = [request.text for request in desk.house.engine.asked]
    assert "Olga was quick." not in asked, "the words are for people, the bot does not answer them"
    case = (await after.shown())["cases"][0]
    assert (case["score"], case["remark"]) == (5, "Olga was quick.")
    assert await after.says("Is the kettle blue?") == "1: Is the kettle blue?"
    await after.later(hours=30)
    assert await after.asked() == 1


async def test_the_question_never_comes_into_a_conversation(desk: Desk) -> None:
    """It is put off while the customer talks, a form is open or people have him; then dropped."""
    after = await handed_back(desk)
    desk.house.engine.script = lambda request: answer("Which order number?", state=FORM)
    await desk.house.say("one more thing")
    await desk.house.answer(after.customer)
    await after.later(minutes=2)
    await after.later(minutes=30)
    assert await after.asked() == 0, "the bot's question is open"
    await after.says("NT-1")
    await after.later(hours=1)
    await after.olga.post(f"/customers/{after.customer}/take-over", {})
    await after.later(hours=2)
    assert await after.asked() == 1, "it was asked before Olga came again, and not since"
    again = await handed_back(desk, "bob", after.olga)
    await after.olga.post(f"/customers/{again.customer}/take-over", {})
    await again.later(hours=3)
    assert await again.asked() == 0, "a person has the thread"
    open_case = (await again.shown())["cases"][0]["id"]
    await after.olga.post(f"/handoffs/{open_case}/hand-back", BACK)
    await again.later(hours=30)
    assert await again.asked() == 0, "too late to ask"


FORM = {
    "events": [
        {"event": "active_loop", "name": "order_form"},
        {"event": "slot", "name": "requested_slot", "value": "order_number"},
    ]
}


async def test_nobody_is_asked_who_was_asked_lately_or_not_answered(desk: Desk) -> None:
    """Once in thirty days; a hand-off without a person's word is no reason to ask."""
    after = await handed_back(desk)
    await after.later(minutes=11)
    again = await handed_back(desk, "ann", after.olga)
    await again.later(minutes=40)
    assert await again.asked() == 1
    customer, handoff = await handed_over(desk, "cid")
    await after.olga.post(f"/handoffs/{handoff}/take")
    await after.olga.post(f"/handoffs/{handoff}/hand-back", BACK)
    quiet = After(desk, after.olga, customer, handoff)
    await quiet.later(hours=2)
    assert await quiet.asked() == 0


@pytest.mark.parametrize("words", ["my order is late", "2 kettles, please", "7", "/rate x 5"])
async def test_any_other_answer_is_an_ordinary_message(desk: Desk, words: str) -> None:
    """The bot gets it whole, and nothing is noted."""
    after = await handed_back(desk)
    await after.later(minutes=11)
    assert (await after.says(words)).endswith(f": {words}")
    assert (await after.case()).score is None
    assert (await after.says("2")).endswith(": 2"), "the question is no longer the last thing said"
    assert (await after.case()).score is None


async def test_a_number_means_a_score_only_right_after_the_question(desk: Desk) -> None:
    """Not when something was said since; a button means it at any time."""
    after = await handed_back(desk)
    await after.later(minutes=11)
    async with desk.house.store.begin() as uow:
        address = (await uow.customers.addresses(after.customer))[0]
        line = (await after.lines())[-1]
        said = Line(Author.SYSTEM, "Size 1 or 2?", MessageState.PENDING, address)
        await uow.messages.add(after.customer, said)
    assert (await after.says("2")).endswith(": 2")
    assert (await after.case()).score is None
    pressed = line.buttons[3]
    await after.says(pressed.title, payload=pressed.payload)
    assert (await after.case()).score == 4


async def test_what_a_customer_said_of_it_is_his_and_follows_him(desk: Desk) -> None:
    """Through a join and the split, into the export, and it is erased with him."""
    house = desk.house
    after = await handed_back(desk, next="reminder", at=at(days=3), words="call the carrier")
    await after.later(minutes=11)
    await after.says("4")
    code = await code_for(house, "ann")
    joining = await house.say(f"/link {code}", visitor="phone")
    await house.answer(joining.customer_id)
    root = (await after.case()).customer_id
    shown = (await after.olga.get(f"/customers/{root}")).json()
    assert (shown["cases"][0]["score"], shown["planned"][0]["words"]) == (4, "call the carrier")
    await house.say("unlink", visitor="ann")
    await house.answer(root)
    back = await after.case()
    assert back.score == 4
    await after.later(days=4)
    export = str(await everything(house, back.customer_id))
    assert "'score': 4" in export
    assert "'kind': 'reminder'" in export
    assert "'reason': 'reminder'" in export
    for inner in ("carrier", BACK["outcome"]):
        assert inner not in export, "what staff tell each other stays inside"
    await house.privacy.erase(back.customer_id, staff="olga")
    async with house.store.begin() as uow:
        assert await uow.follow_ups.due(datetime.now(UTC) + timedelta(days=9), limit=9) == []
        assert await uow.cases.get(UUID(after.handoff)) is None


async def test_what_staff_put_right_survives_a_split(desk: Desk) -> None:
    """The dialogue is told anew with it, on the side whose hand-off it was, and nowhere else."""
    house, olga = desk.house, await desk.at_work("olga")
    customer, handoff = await handed_over(desk)
    await olga.post(f"/handoffs/{handoff}/take")
    code = await code_for(house, "ann")
    joining = await house.say(f"/link {code}", visitor="phone")
    await house.answer(joining.customer_id)
    facts = {"order_number": "NT-10002"}
    back = await olga.post(f"/handoffs/{handoff}/hand-back", BACK | {"facts": facts})
    assert back.status_code == 200
    async with house.store.begin() as uow:
        root = (await uow.threads.current(joining.customer_id)) or pytest.fail("no thread")
    house.engine.script = echo
    await house.say("unlink", visitor="phone")
    await house.answer(root.customer_id)
    async with house.store.begin() as uow:
        ann, phone = [await uow.threads.slots(one) for one in (customer, joining.customer_id)]
    assert ann.get("order_number") == "NT-10002"
    assert "order_number" not in phone


ASKED = {"event": "slot", "name": "requested_slot", "value": "complaint_text"}


@pytest.mark.parametrize("taken", [True, False], ids=["asked again", "not yet asked again"])
async def test_a_form_taken_up_again_survives_a_split(desk: Desk, taken: bool) -> None:
    """Open on the side whose hand-off it was, wherever the customer wrote; nowhere else."""
    house, olga = desk.house, await desk.at_work("olga")
    facts = {"team": "support", "reason": "ask_human"}
    form = {"form": "complaint_form", "asked_for": "complaint_text"}
    effect = Effect("hand_over", facts | form)
    house.engine.script = lambda request: answer("passing on", effects=(effect,))
    ann = (await house.say("a human, please", visitor="ann")).customer_id
    await house.answer(ann)
    joining = await house.say(f"/link {await code_for(house, 'ann')}", visitor="phone")
    await house.answer(joining.customer_id)
    async with house.store.begin() as uow:
        root = await uow.links.root(ann)
        assert root is not None
        (handoff, *_) = await uow.handoffs.of(root)
    await olga.post(f"/handoffs/{handoff.id}/take")
    await house.answer(root)
    back = await olga.post(f"/handoffs/{handoff.id}/hand-back", BACK | {"next": "bot"})
    assert back.status_code == 200
    house.engine.script = lambda request: replace(
        answer("What happened?", state=dict(request.state or {})), events=(ASKED,)
    )
    if taken:
        await house.answer(root)
    (link,) = (await olga.get(f"/customers/{root}/identity")).json()["links"]
    await house.confirm.split(UUID(link["id"]), staff="olga", reason="two people")
    async with house.store.begin() as uow:
        his, other = [await uow.states.of(one) for one in (ann, joining.customer_id)]
    assert his is not None
    assert house.dialogues.asks(his.body) == "complaint_text"
    loops = [one for one in his.body["events"] if one["event"] == "active_loop"]  # type: ignore[attr-defined]
    assert [one["name"] for one in loops] == ["complaint_form"]
    assert other is None or house.dialogues.asks(other.body) is None


async def everything(house: House, customer: UUID) -> Any:
    async with house.store.begin() as uow:
        return await uow.personal.everything(customer, frozenset({customer}))


async def test_a_reminder_comes_back_to_who_planned_it(desk: Desk) -> None:
    """As a hand-off with his words, offered to him first; the bot writes what he wanted said."""
    for name in ("piotr", "ola"):
        await desk.hire(name)
    after = await handed_back(
        desk,
        next="reminder",
        at=at(hours=50),
        words="ask the carrier",
        tell="We are looking into it again today.",
    )
    (planned,) = (await after.shown())["planned"][1:]
    assert (planned["kind"], planned["words"]) == ("reminder", "ask the carrier")
    await after.later(hours=49)
    assert all(one["state"] == "closed" for one in (await after.shown())["cases"])
    desk.clock.ahead = timedelta(hours=51)
    await asyncio.gather(*(desk.house.follow_ups.look() for _ in range(3)))
    shown = await after.shown()
    opened, closed = shown["cases"]
    assert (opened["reason"], opened["state"], closed["state"]) == ("reminder", "waiting", "closed")
    assert opened["facts"]["words"] == "ask the carrier"
    assert shown["owner"] == "bot", "the customer keeps the bot until somebody comes"
    texts = [line.text for line in await after.lines()]
    assert texts.count("We are looking into it again today.") == 1
    await stay(desk, "piotr@nitka.test", "ola@nitka.test", "olga@nitka.test")
    await route(desk).look()
    assert (await after.shown())["cases"][0]["offered_to"] == "olga@nitka.test"
    desk.clock.ahead += timedelta(seconds=31)
    await stay(desk, "piotr@nitka.test", "ola@nitka.test")
    await route(desk).look()
    assert (await after.shown())["cases"][0]["offered_to"] in (
        "piotr@nitka.test",
        "ola@nitka.test",
    )
    taken = await after.olga.post(f"/handoffs/{opened['id']}/take")
    assert taken.json()["agent"] == "olga@nitka.test"


async def test_a_call_at_a_wished_time(desk: Desk) -> None:
    """The customer is told when; the call then waits as a hand-off, unless it is cancelled."""
    after = await handed_back(desk, next="callback", at=at(days=1))
    assert "call you back" in (await after.lines())[-1].text
    assert "tomorrow at" in (await after.lines())[-1].text
    assert "(Europe/Warsaw)" in (await after.lines())[-1].text, "his own time zone is not known"
    await after.later(days=1, minutes=1)
    opened = (await after.shown())["cases"][0]
    assert (opened["reason"], opened["facts"]["for"]) == ("callback", "olga@nitka.test")
    other = await handed_back(desk, "bob", after.olga, next="callback", at=at(days=3))
    planned = {one["kind"]: one["id"] for one in (await other.shown())["planned"]}
    reader = await desk.at_work("dora", Role.DESIGNER)
    call = f"/follow-ups/{planned['callback']}"
    assert (await reader.post(call, method="DELETE")).status_code == 403
    for _ in range(2):
        assert (await after.olga.post(call, method="DELETE")).status_code == 204
    await other.later(days=4)
    assert (await other.shown())["cases"][0]["state"] == "closed"
    unknown = f"/follow-ups/{other.customer}"
    assert (await after.olga.post(unknown, method="DELETE")).status_code == 404


@pytest.mark.parametrize(
    ("back", "code"),
    [
        ({"next": "reminder"}, "invalid_request"),
        ({"next": "reminder", "at": "tomorrow"}, "invalid_request"),
        ({"next": "reminder", "at": "2031-01-01T10:00:00"}, "invalid_request"),
        ({"next": "bot", "at": at(days=1)}, "invalid_request"),
        ({"next": "callback", "words": "no time"}, "invalid_request"),
        ({"next": "reminder", "at": at(days=-1)}, "bad_time"),
        ({"next": "callback", "at": at(days=400)}, "bad_time"),
    ],
)
async def test_a_time_that_cannot_be_is_refused(
    desk: Desk, back: dict[str, Any], code: str
) -> None:
    """And nothing is closed."""
    olga = await desk.at_work("olga")
    _, handoff = await handed_over(desk)
    await olga.post(f"/handoffs/{handoff}/take")
    refused = await olga.post(f"/handoffs/{handoff}/hand-back", BACK | back)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await olga.post(f"/handoffs/{handoff}/hand-back", BACK)).status_code == 200
