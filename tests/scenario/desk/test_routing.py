"""Hand-offs find somebody who is there; nobody waits unnoticed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from nitka.domain.customer import Language
from nitka.domain.handoff import Alarm, Handoff
from nitka.domain.thread import Team
from nitka.service.route import Route
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
    return Route(house.store, queue=house.queue, fanout=house.fanout, clock=desk.clock)


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
