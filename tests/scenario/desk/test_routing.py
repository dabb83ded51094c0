"""Hand-offs find somebody who is there; nobody waits unnoticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from nitka.domain.customer import Language, Profile
from nitka.domain.handoff import Alarm, Handoff
from nitka.domain.message import Button
from nitka.domain.thread import Owner, Team
from nitka.domain.turn import Reply, TurnRequest, TurnResult
from nitka.engine.scripted import answer, echo
from nitka.errors import EngineUnavailable
from nitka.service.route import Route
from tests.scenario.conftest import PLAN
from tests.scenario.desk.conftest import Desk
from tests.scenario.desk.test_api import handed_over


async def arrive(desk: Desk, name: str, **changes: Any) -> None:
    """Somebody opens his desk."""
    account = await desk.hire(name, **changes)
    await stay(desk, str(account.email))


async def stay(desk: Desk, *emails: str) -> None:
    async with desk.house.store.begin() as uow:
        for email in emails:
            account = await uow.accounts.find(email)
            assert account is not None
            await uow.accounts.seen(account.id, at=desk.clock.now())


def route(desk: Desk) -> Route:
    house = desk.house
    return Route(house.store, plan=PLAN, queue=house.queue, fanout=house.fanout, clock=desk.clock)


async def handoff_of(desk: Desk, customer: UUID) -> Handoff:
    async with desk.house.store.begin() as uow:
        return (await uow.handoffs.of(customer))[0]


async def test_a_hand_off_is_offered_by_language_and_load_and_goes_on(desk: Desk) -> None:
    """Who speaks the language first; an offer that is not taken, or is declined, goes on."""
    await arrive(desk, "olga", languages=(Language.RU,))
    await arrive(desk, "piotr", languages=(Language.PL,))
    await arrive(desk, "sam", teams=(Team.SALES,))
    customer, handoff = await handed_over(desk)
    async with desk.house.store.begin() as uow:
        await uow.customers.speak(customer, Language.PL, fixed=True)
    await route(desk).look()
    assert (await handoff_of(desk, customer)).offered_to == "piotr@nitka.test"
    piotr = desk.browser()
    await piotr.sign_in("piotr@nitka.test")
    await piotr.post(f"/handoffs/{handoff}/decline")
    await route(desk).look()
    assert (await handoff_of(desk, customer)).offered_to == "olga@nitka.test"
    desk.clock.ahead = timedelta(seconds=31)
    await stay(desk, "olga@nitka.test", "piotr@nitka.test")
    await route(desk).look()
    assert (await handoff_of(desk, customer)).offered_to == "piotr@nitka.test"


async def test_who_has_been_idle_longest_gets_the_next(desk: Desk) -> None:
    """And nobody more than he can take."""
    await arrive(desk, "olga", capacity=1)
    await arrive(desk, "piotr", capacity=1)
    offered = []
    for visitor in ("ann", "bob", "cid"):
        customer, handoff = await handed_over(desk, visitor)
        await route(desk).look()
        to = (await handoff_of(desk, customer)).offered_to
        offered.append(to)
        if to:
            browser = desk.browser()
            await browser.sign_in(to)
            assert (await browser.post(f"/handoffs/{handoff}/take")).status_code == 200
    assert set(offered[:2]) == {"olga@nitka.test", "piotr@nitka.test"}
    assert offered[2] is None
    assert "number 1 in the queue" in (await desk.house.texts(customer))[-1]


async def test_a_customer_is_told_once_that_nobody_is_there(desk: Desk) -> None:
    """Who is away, or gone, is nobody; he keeps the bot by a word."""
    await arrive(desk, "olga", available=False)
    customer, _ = await handed_over(desk)
    for _ in range(3):
        await route(desk).look()
        desk.clock.ahead += timedelta(seconds=31)
    told = [t for t in await desk.house.texts(customer) if "Nobody of the team" in t]
    assert len(told) == 1


MONDAY_NIGHT = datetime(2031, 6, 2, 22, 0, tzinfo=UTC)  # Warsaw: Tuesday, midnight
SATURDAY = datetime(2031, 6, 7, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "language", "zone", "words"),
    [
        (MONDAY_NIGHT, Language.EN, None, "we are back today from 9:00 (Europe/Warsaw)"),
        (MONDAY_NIGHT, Language.EN, "Europe/London", "we are back tomorrow from 8:00."),
        (MONDAY_NIGHT, Language.RU, "Asia/Tokyo", "мы снова будем сегодня с 16:00."),
        (SATURDAY, Language.PL, "Europe/Warsaw", "wracamy w poniedziałek, 9 czerwca, od 9:00."),
    ],
)
async def test_outside_the_hours_a_customer_is_told_when_somebody_is_back(
    desk: Desk, now: datetime, language: Language, zone: str | None, words: str
) -> None:
    """In his language, in his own time where it is known, else in the firm's, which is named."""
    desk.clock.ahead = now - datetime.now(UTC)
    profile = Profile(time_zone=zone)
    await desk.house.say("hello", profile=profile)
    customer, _ = await handed_over(desk)
    async with desk.house.store.begin() as uow:
        await uow.customers.speak(customer, language, fixed=True)
    await route(desk).look()
    assert words in (await desk.house.texts(customer))[-1]


async def test_who_waits_in_vain_is_called_back(desk: Desk) -> None:
    """By a button; his number is asked for and kept, and he has the bot again."""
    customer, _ = await handed_over(desk)
    await route(desk).look()
    await desk.house.say("Call me back")
    await desk.house.answer(customer)
    assert "Which number" in (await desk.house.texts(customer))[-1]
    await desk.house.say("+48 600 100 200, after five")
    await desk.house.answer(customer)
    assert "call you back on +48 600 100 200" in (await desk.house.texts(customer))[-1]
    handoff = await handoff_of(desk, customer)
    assert (handoff.reason, handoff.state) == ("callback", "waiting")
    assert handoff.facts["call"] == "+48 600 100 200, after five"
    desk.house.engine.script = echo
    await desk.house.say("and the kettle?")
    await desk.house.answer(customer)
    assert (await desk.house.texts(customer))[-1].endswith("and the kettle?")


async def test_who_waits_has_the_bot_back_by_a_button(desk: Desk) -> None:
    """He keeps his place."""
    customer, _ = await handed_over(desk)
    await route(desk).look()
    await desk.house.say("Go on with the bot")
    await desk.house.answer(customer)
    assert "The bot is with you again" in (await desk.house.texts(customer))[-1]
    assert (await handoff_of(desk, customer)).state == "waiting"


async def test_who_waits_still_has_answers_to_plain_questions(desk: Desk) -> None:
    """The bot answers aside: he keeps his place, and the dialogue is as it was left."""
    customer, _ = await handed_over(desk)
    async with desk.house.store.begin() as uow:
        before = await uow.threads.get(customer)
    button = (Button("Order", "/order_status"),)
    desk.house.engine.asides = lambda request: replace(
        answer(), replies=(Reply(f"Until six. ({request.state})", button),)
    )
    await desk.house.say("till when are you open?")
    await desk.house.answer(customer)
    assert (await desk.house.texts(customer))[-1] == "bot: Until six. (None)"
    async with desk.house.store.begin() as uow:
        after = await uow.threads.get(customer)
        offer = await uow.messages.last_offer(customer, before=after.seq + 1)
    assert (after.owner, after.turn) == (Owner.NOBODY, before.turn)
    assert offer is None, "a button would be pressed in vain"
    assert (await handoff_of(desk, customer)).state == "waiting"
    assert await desk.house.unexplained() == 0


async def test_who_waits_is_told_that_his_words_are_kept(desk: Desk) -> None:
    """Once, and whenever he asks for a person again; a broken engine changes nothing."""
    customer, _ = await handed_over(desk)
    understood = iter(["inform", "ask_human", "thanks"])
    desk.house.engine.asides = lambda _: replace(
        answer(), understanding={"intent": next(understood)}
    )
    told = []
    for words in ("it is the blue one", "is anybody there?", "thanks"):
        await desk.house.say(words)
        await desk.house.answer(customer)
        texts = await desk.house.texts(customer)
        told.append(sum("added this to your request" in text for text in texts))
    assert told == [1, 2, 2]
    desk.house.engine.faults.append(EngineUnavailable("away"))
    await desk.house.say("still the blue one")
    await desk.house.answer(customer)
    assert await desk.house.unexplained() == 0
    assert (await handoff_of(desk, customer)).state == "waiting"


async def test_who_asks_to_be_called_back_in_his_own_words_is(desk: Desk) -> None:
    """As by the button."""
    customer, _ = await handed_over(desk)
    desk.house.engine.asides = lambda _: replace(answer(), understanding={"intent": "callback"})
    await desk.house.say("could somebody ring me instead")
    await desk.house.answer(customer)
    assert "Which number" in (await desk.house.texts(customer))[-1]
    assert (await handoff_of(desk, customer)).reason == "callback"


@pytest.mark.parametrize("words", ["Until six.", ""], ids=["answered", "left"])
async def test_an_answer_aside_is_too_late_once_somebody_came(desk: Desk, words: str) -> None:
    """It becomes a draft."""
    await desk.hire("olga")
    olga = desk.browser()
    await olga.sign_in("olga@nitka.test")
    customer, handoff = await handed_over(desk)

    async def turn(request: TurnRequest) -> TurnResult:
        assert (await olga.post(f"/handoffs/{handoff}/take")).status_code == 200
        assert request.aside
        return answer(words) if words else answer()

    desk.house.engine.turn = turn  # type: ignore[method-assign]
    await desk.house.say("till when are you open?")
    await desk.house.answer(customer)
    said = await desk.house.texts(customer)
    assert "bot: Until six." not in said
    async with desk.house.store.begin() as uow:
        drafts = await uow.handoffs.drafts(customer)
    assert drafts == ([words] if words else [])
    assert await desk.house.unexplained() == 0


async def test_a_hand_off_says_the_mood_and_what_came_before(desk: Desk) -> None:
    """From what was understood: the worst counts, small talk does not."""
    understood = iter(["greet", "price", "abuse", "stock", "price", "thanks"])

    def understands(request: TurnRequest) -> TurnResult:
        return replace(echo(request), understanding={"intent": next(understood)})

    desk.house.engine.script = understands
    for number in range(6):
        received = await desk.house.say(f"this is line {number}" if number else "hello")
        await desk.house.answer(received.customer_id)
    customer, _ = await handed_over(desk)
    facts = (await handoff_of(desk, customer)).facts
    assert facts["mood"] == "angry"
    assert facts["answered"] == ["price", "stock"]
    assert facts["said_before"] == ["this is line 4", "this is line 5"]


async def test_the_clocks_warn_and_escalate_until_somebody_answers(desk: Desk) -> None:
    """For the first answer and for every next one."""
    await arrive(desk, "olga")
    olga = desk.browser()
    await olga.sign_in("olga@nitka.test")
    customer, handoff = await handed_over(desk)
    await olga.post(f"/handoffs/{handoff}/take")
    alarms = []
    for minutes in (0, 2, 5):
        desk.clock.ahead = timedelta(minutes=minutes, seconds=1)
        await route(desk).look()
        alarms.append((await handoff_of(desk, customer)).alarm)
    assert alarms == [Alarm.NONE, Alarm.WARNED, Alarm.ESCALATED]
    async with desk.house.store.begin() as uow:
        seen = (await uow.threads.get(customer)).seq
    await olga.post(f"/handoffs/{handoff}/messages", {"text": "Here I am", "seen": seen})
    answered = await handoff_of(desk, customer)
    assert (answered.alarm, answered.waiting_since) == (Alarm.NONE, None)
    await desk.house.say("and now?")
    await desk.house.answer(customer)
    assert (await handoff_of(desk, customer)).waiting_since is not None


async def test_nobody_is_overlooked_behind_many(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many hand-offs are open before it, each is looked at."""
    monkeypatch.setattr("nitka.service.route._AT_ONCE", 2)
    await arrive(desk, "olga", capacity=10)
    customers = [(await handed_over(desk, f"v{number}"))[0] for number in range(5)]
    await route(desk).look()
    offered = [(await handoff_of(desk, customer)).offered_to for customer in customers]
    assert offered == ["olga@nitka.test"] * 5
