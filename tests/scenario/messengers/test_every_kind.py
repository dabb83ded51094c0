"""Every kind of update and event, and bent ones: a 200 and an entry, and nothing is blocked."""

from __future__ import annotations

import random

import pytest

from tests.platforms.bent import bent
from tests.platforms.journal import Json
from tests.platforms.slack.examples import of_every_kind
from tests.platforms.telegram.examples import Examples
from tests.platforms.telegram.spec import bot_api
from tests.scenario.messengers.house import Nitka

SIZES = [pytest.param(200, id="200"), pytest.param(2000, id="2000", marks=pytest.mark.long)]


async def unexplained(nitka: Nitka) -> int:
    return (await nitka.tally()).unexplained


async def test_every_update_of_the_specification(nitka: Nitka) -> None:
    """Each is taken from the queue and accounted for; a message behind them is answered."""
    before = await nitka.received("telegram")
    made = list(Examples().of_every_kind())
    await push_and_wait(nitka, made)
    assert await nitka.received("telegram") == before + len(made) + 1
    assert await unexplained(nitka) == 0


@pytest.mark.parametrize("amount", SIZES)
async def test_bent_updates(nitka: Nitka, amount: int) -> None:
    """Random mutations of every kind block nobody and are all accounted for."""
    drawn = random.Random(amount)
    examples = Examples(random.Random(amount), number=amount * 1_000_000)
    kinds = bot_api().update_kinds
    before = await nitka.received("telegram")
    made = [
        bent(examples.update(drawn.choice(kinds), full=drawn.random() < 0.7), drawn)
        for _ in range(amount)
    ]
    await push_and_wait(nitka, made)
    assert await nitka.received("telegram") >= before + amount + 1
    assert await unexplained(nitka) == 0


async def push_and_wait(nitka: Nitka, updates: list[Json]) -> None:
    """Queue updates and a message behind them, and wait until all are taken and it is answered."""
    posted = len(nitka.telegram.webhook.deliveries)  # 0: a connection that ended, tried again
    for update in updates:
        nitka.telegram.updates.push_raw(update)
    anna = nitka.telegram.person(nitka.number())
    anna.say("still there?")
    await nitka.telegram.until(lambda: anna.texts, seconds=240)
    await nitka.telegram.until(lambda: not nitka.telegram.updates.waiting, seconds=240)
    assert {one.status for one in nitka.telegram.webhook.deliveries[posted:]} <= {0, 200}


async def test_every_event_of_the_specification(nitka: Nitka) -> None:
    """Each Slack event is acknowledged and accounted for; a message behind them is answered."""
    carl = nitka.slack.person(nitka.slack_id())
    await hand_and_check(nitka, list(of_every_kind(nitka.slack.dispatch, carl)))


@pytest.mark.parametrize("amount", SIZES)
async def test_bent_events(nitka: Nitka, amount: int) -> None:
    """Random mutations of Slack's events are acknowledged and accounted for."""
    drawn, carl = random.Random(amount), nitka.slack.person(nitka.slack_id())
    made: list[Json] = []
    while len(made) < amount:
        made += [bent(one, drawn) for one in of_every_kind(nitka.slack.dispatch, carl)]
    await hand_and_check(nitka, made[:amount])


async def hand_and_check(nitka: Nitka, payloads: list[Json]) -> None:
    """Hand events over: each is taken at the first try and stands in the accounting."""
    before, said = await nitka.received("slack"), nitka.slack.dispatch.subscribed
    nitka.slack.dispatch.subscribed = frozenset()  # what the bot says makes no events meanwhile
    handed = await nitka.slack.dispatch.hand_all(payloads, at_once=16)
    nitka.slack.dispatch.subscribed = said
    assert [(one.reasons, one.payload) for one in handed if not one.done] == []
    anna = nitka.slack.person(nitka.slack_id())
    anna.say("still there?")
    await nitka.slack.until(lambda: anna.texts, seconds=240)
    assert await nitka.received("slack") >= before + len(payloads) + 1
    assert await unexplained(nitka) == 0
