"""Every kind of update and event, and bent ones: a 200 and an entry, and nothing is blocked."""

from __future__ import annotations

import random

import pytest

from tests.platforms.bent import bent
from tests.platforms.journal import Json
from tests.platforms.slack.examples import of_every_kind
from tests.platforms.telegram.examples import Examples
from tests.scenario.messengers.house import Nitka

SIZES = [pytest.param(200, id="200"), pytest.param(2000, id="2000", marks=pytest.mark.long)]


async def unexplained(nitka: Nitka) -> int:
    return (await nitka.tally()).unexplained


async def test_every_update_of_the_specification(nitka: Nitka) -> None:
    """Each is taken from the queue and accounted for; a message behind them is answered."""
    before = await nitka.received()
    made = list(Examples().of_every_kind())
    nitka.telegram.updates.allowed = None
    for update in made:
        nitka.telegram.updates.push_raw(update)
    anna = nitka.telegram.person(nitka.number())
    anna.say("still there?")
    await nitka.telegram.until(lambda: anna.texts)
    await nitka.telegram.until(lambda: not nitka.telegram.updates.waiting)
    assert await nitka.received() >= before + len(made) + 1
    assert await unexplained(nitka) == 0


@pytest.mark.parametrize("amount", SIZES)
async def test_bent_updates(nitka: Nitka, amount: int) -> None:
    """Random mutations of every kind block nobody and are all accounted for."""
    drawn, examples = random.Random(amount), list(Examples(random.Random(9)).of_every_kind())
    before = await nitka.received()
    made: list[Json] = []
    for _ in range(amount):
        update = bent(drawn.choice(examples), drawn)
        made.append(nitka.telegram.updates.push_raw(update))
    anna = nitka.telegram.person(nitka.number())
    anna.say("still there?")
    await nitka.telegram.until(lambda: anna.texts, seconds=240)
    await nitka.telegram.until(lambda: not nitka.telegram.updates.waiting, seconds=240)
    if nitka.telegram.webhook.url:
        wrong = {one.status for one in nitka.telegram.webhook.deliveries if one.status != 200}
        assert wrong <= {503, 0, 403}, wrong
    assert await nitka.received() >= before + len({repr(one) for one in made}) // 2
    assert await unexplained(nitka) == 0


async def test_every_event_of_the_specification(nitka: Nitka) -> None:
    """Each Slack event is acknowledged and accounted for; a message behind them is answered."""
    before = await nitka.received()
    carl = nitka.slack.person(nitka.slack_id())
    made = list(of_every_kind(nitka.slack.dispatch, carl))
    handed = await nitka.slack.dispatch.hand_all(made)
    assert all(one.done and one.tries == 1 for one in handed)
    anna = nitka.slack.person(nitka.slack_id())
    anna.say("still there?")
    await nitka.slack.until(lambda: anna.texts)
    assert await nitka.received() >= before + len(made) + 1
    assert await unexplained(nitka) == 0


@pytest.mark.parametrize("amount", SIZES)
async def test_bent_events(nitka: Nitka, amount: int) -> None:
    """Random mutations of Slack's events are acknowledged and accounted for."""
    drawn, carl = random.Random(amount), nitka.slack.person(nitka.slack_id())
    examples = list(of_every_kind(nitka.slack.dispatch, carl))
    before = await nitka.received()
    made = []
    for number in range(amount):
        payload = {**drawn.choice(examples), "event_id": f"Ev{amount:05d}{number:06d}"}
        made.append(bent(payload, drawn))
    handed = await nitka.slack.dispatch.hand_all(made)
    assert [one.reasons for one in handed if not one.done] == []
    anna = nitka.slack.person(nitka.slack_id())
    anna.say("still there?")
    await nitka.slack.until(lambda: anna.texts, seconds=240)
    assert await nitka.received() >= before + amount // 2
    assert await unexplained(nitka) == 0
