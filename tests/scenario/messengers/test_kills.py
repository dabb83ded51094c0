"""Kills (-9) of web and worker in the middle of it all: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.conftest import Server
from tests.platforms.telegram.people import Person as TelegramPerson
from tests.scenario.messengers.conftest import servers_of
from tests.scenario.messengers.house import Nitka, nitka_between_platforms
from tests.support.valkey import Database, emptied

TURNS = 5
KILLS = 3
IN_FLIGHT = 2.0  # seconds before a kill in which a send may not have been written down


@pytest.fixture
async def own(
    postgres: Server,
    valkey: Server,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Nitka]:
    """A Nitka of the test's own, called by webhooks, to be killed."""
    folder = tmp_path_factory.mktemp("killed")
    redis_url = emptied(valkey.url, Database.KILLED)
    with servers_of(postgres, redis_url, migrated_template, folder) as servers:
        async with nitka_between_platforms(servers, webhooks=True) as nitka:
            nitka.slack.dispatch.speed = 3  # a restart is shorter than the last of its pauses
            yield nitka


async def kill_and_restart(nitka: Nitka, *, amount: int) -> list[float]:
    """Kill and restart worker and web by turns, spread over so many answers on Slack.

    Gives the times of the worker's deaths.
    """
    deaths, posted = [], nitka.slack.journal.of
    for number in range(2 * KILLS):
        after = amount * (number + 1) // (2 * KILLS + 2)
        await nitka.slack.until(lambda so=after: len(posted("chat.postMessage")) >= so, seconds=240)
        part = nitka.web if number % 2 else nitka.worker
        part.process.kill()
        if part is nitka.worker:
            deaths.append(time.monotonic())
        await asyncio.to_thread(part.restart)
    return deaths


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("amount", [50, 500])
async def test_kills_during_many_messages(own: Nitka, amount: int) -> None:
    """Every message stands once in its thread and is answered once, in order.

    Slack is asked whether a message had arrived, so nothing doubles there. Telegram cannot be
    asked: what was under way to it at the very moment of a kill may come twice, and nothing else.
    """
    people = [own.telegram.person(own.number()) for _ in range(amount // TURNS)]
    users = [own.slack.person(own.slack_id()) for _ in range(amount // TURNS)]
    killing = asyncio.ensure_future(kill_and_restart(own, amount=amount))
    for turn in range(TURNS):
        for person, user in zip(people, users, strict=True):
            person.say(f"m{turn}")
            user.say(f"m{turn}")
            await own.telegram.until(lambda: len(own.telegram.updates.waiting) < 20, seconds=240)
    await own.telegram.until(lambda: not own.telegram.updates.waiting, seconds=240)
    await own.slack.until(
        lambda: all(one.done or one.given_up for one in own.slack.dispatch.deliveries), seconds=240
    )
    assert not [one for one in own.slack.dispatch.deliveries if one.given_up]
    deaths = await killing

    def all_said() -> bool:
        texts = [person.texts for person in people] + [user.texts for user in users]
        return all(len(set(one)) >= TURNS for one in texts)

    await own.telegram.until(all_said, seconds=240)
    await own.telegram.until(own.settled, seconds=60)
    for user in users:
        said = await own.thread(user.id)
        assert user.texts == [line[5:] for line in said if line.startswith("bot: ")]
        assert len(user.texts) == TURNS
    for person in people:
        assert list(dict.fromkeys(person.texts)) == [f"{n + 1}: m{n}" for n in range(TURNS)]
        assert not unexcused(person, deaths)
    assert (await own.tally()).unexplained == 0
    own.assert_as_specified()


def unexcused(person: TelegramPerson, deaths: list[float]) -> list[str]:
    """Give the texts that came twice although the worker did not die while they were sent."""
    calls = person.server.journal.of("sendMessage", status=200)
    mine = [call for call in calls if str(call.given.get("chat_id")) == str(person.id)]
    doubled = [text for text, times in Counter(person.texts).items() if times > 1]
    return [
        text
        for text in doubled
        if not any(
            0 <= death - call.at <= IN_FLIGHT
            for death in deaths
            for call in mine
            if call.given["text"] == text
        )
    ]


@pytest.mark.timeout(300)
async def test_kills_while_two_are_joined(own: Nitka) -> None:
    """A worker that dies at any moment of a join leaves two or one, and in the end one."""
    pairs = []
    for number in range(KILLS):
        anna = own.telegram.person(own.number())
        anna.say("before")
        await own.telegram.until(lambda who=anna: who.texts, seconds=120)
        anna.say("link")
        await own.telegram.until(lambda who=anna: "link " in who.texts[-1], seconds=120)
        code = re.search(r"link ([2-9A-Z]{10})", anna.texts[-1])
        assert code is not None
        slack = own.slack.person(own.slack_id())
        slack.say(f"link {code[1]}")
        await asyncio.sleep(number * 0.03)  # another moment each time
        own.worker.process.kill()
        await asyncio.to_thread(own.worker.restart)
        pairs.append((anna, slack))
    for anna, slack in pairs:
        await own.slack.until(lambda who=slack: who.texts, seconds=120)
        await own.slack.until(own.settled, seconds=120)
        assert [text for text in slack.texts if text.startswith("Connected")] == slack.texts[:1]
        found = await own.rows(
            "SELECT count(DISTINCT a.customer_id) AS customers, count(DISTINCT l.id) AS links"
            " FROM addresses a LEFT JOIN links l"
            " ON a.home_id IN (l.customer_id, l.other_id) WHERE a.native_id = ANY(%s)",
            [str(anna.id), slack.id],
        )
        assert found == [{"customers": 1, "links": 1}]
    assert (await own.tally()).unexplained == 0
