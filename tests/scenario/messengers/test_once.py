"""Whatever a platform repeats, shuffles, loses or refuses: once each, in order, nothing lost."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from tests.platforms.faults import Kind
from tests.platforms.journal import Json
from tests.platforms.telegram.people import Person as TelegramPerson
from tests.scenario.messengers.house import Nitka
from tests.scenario.messengers.modes import called_only

SIZES = [pytest.param(60, id="60"), pytest.param(500, id="500", marks=pytest.mark.long)]


def five_times_shuffled(updates: Sequence[Json]) -> list[Json]:
    copies = [update for update in updates for _ in range(5)]
    random.Random(5).shuffle(copies)
    return copies


async def check_thread(nitka: Nitka, native_id: object, texts: list[str], said: set[str]) -> None:
    """Everything said stands once in the thread, is answered once, and went out in this order."""
    lines = await nitka.thread(native_id)
    own = [line.removeprefix("customer: ") for line in lines if line.startswith("customer: ")]
    assert sorted(own) == sorted(said)
    assert texts == [f"{number}: {text}" for number, text in enumerate(own, start=1)]


@called_only
@pytest.mark.parametrize("amount", SIZES)
async def test_five_duplicates_of_every_telegram_webhook_shuffled(
    called: Nitka, amount: int
) -> None:
    """So many messages, so many answers, in order for each customer."""
    people = [called.telegram.person(called.number()) for _ in range(amount // 5)]
    updates, url = [], called.telegram.webhook.url
    called.telegram.webhook.url = ""  # nothing goes by itself
    for turn in range(5):
        updates += [person.say(f"{turn} of {person.id}") for person in people]
    called.telegram.updates.waiting.clear()
    called.telegram.webhook.url = url
    statuses = await called.telegram.webhook.post_all(five_times_shuffled(updates))
    assert set(statuses) <= {0, 200}  # 0: a connection that ended
    await called.telegram.until(
        lambda: all(len(person.texts) >= 5 for person in people), seconds=240
    )
    await called.telegram.until(called.settled)
    for person in people:
        said = {f"{turn} of {person.id}" for turn in range(5)}
        await check_thread(called, person.id, person.texts, said)


@called_only
@pytest.mark.parametrize("amount", SIZES)
async def test_five_duplicates_of_every_slack_event_shuffled(called: Nitka, amount: int) -> None:
    """The same in Slack, by `event_id`."""
    slack = called.slack
    people = [slack.person(called.slack_id()) for _ in range(amount // 5)]
    door, slack.dispatch.subscribed = slack.dispatch.subscribed, frozenset()
    payloads = []
    for turn in range(5):
        for person in people:
            posted = person.say(f"{turn} of {person.id}")
            event = {**posted.message, "channel": person.chat.id, "channel_type": "im"}
            event["event_ts"] = posted.ts
            payloads.append(slack.dispatch.wrapped(slack.home, event))
    slack.dispatch.subscribed = door
    handed = await slack.dispatch.hand_all(five_times_shuffled(payloads), at_once=16)
    done = {one.payload["event_id"] for one in handed if one.done}
    assert done == {payload["event_id"] for payload in payloads}
    await slack.until(lambda: all(len(person.texts) >= 5 for person in people), seconds=240)
    await slack.until(called.settled)
    for person in people:
        said = {f"{turn} of {person.id}" for turn in range(5)}
        await check_thread(called, person.id, person.texts, said)


async def test_a_burst_of_one_person_is_answered_in_order(nitka: Nitka) -> None:
    """Twelve messages at once: the platforms' limits delay the answers and lose none."""
    anna = nitka.telegram.person(nitka.number())
    bert = nitka.slack.person(nitka.slack_id())
    for number in range(12):
        anna.say(f"m{number}")
        bert.say(f"m{number}")
    await nitka.telegram.until(lambda: len(anna.texts) == 12, seconds=120)
    await nitka.slack.until(lambda: len(bert.texts) == 12, seconds=120)
    assert anna.texts == [f"{number + 1}: m{number}" for number in range(12)]
    await check_thread(nitka, bert.id, bert.texts, {f"m{number}" for number in range(12)})


async def test_a_lost_answer_of_slack_does_not_double_the_message(nitka: Nitka) -> None:
    """Slack took it and its answer never came: it is looked up, not sent again."""
    anna = nitka.slack.person(nitka.slack_id())
    for kind in (Kind.LOST, Kind.GARBAGE):
        nitka.slack.faults.plan(
            "chat.postMessage", kind, matches=lambda given: given.get("channel") == anna.chat.id
        )
    anna.say("one")
    await nitka.slack.until(nitka.settled)
    anna.say("two")
    await nitka.slack.until(lambda: len(anna.texts) >= 2)
    await nitka.slack.until(nitka.settled)
    assert anna.texts == ["1: one", "2: two"]
    assert {kind for _, kind in nitka.slack.faults.happened} >= {Kind.LOST, Kind.GARBAGE}


async def test_a_lost_answer_in_a_slack_thread_does_not_double_it(nitka: Nitka) -> None:
    """In a thread the look-up asks for its replies."""
    anna = nitka.slack.person(nitka.slack_id())
    place = nitka.slack.channel(f"C0{nitka.number()}", "general", anna)
    nitka.slack.faults.plan(
        "chat.postMessage", Kind.LOST, matches=lambda given: given.get("channel") == place.id
    )
    anna.mention(place, "one")
    await nitka.slack.until(lambda: place.texts)
    await nitka.slack.until(nitka.settled)
    assert place.texts == ["1: one"]


async def test_limits_and_faults_delay_and_lose_nothing(nitka: Nitka) -> None:
    """A 429 is obeyed to the second asked for; 5xx and cut connections are tried again."""
    anna = nitka.telegram.person(nitka.number())
    bert = nitka.slack.person(nitka.slack_id())
    nitka.telegram.faults.plan("sendMessage", Kind.LIMITED, seconds=2)
    nitka.slack.faults.plan("chat.postMessage", Kind.LIMITED, seconds=2)
    nitka.telegram.faults.plan("sendMessage", Kind.STATUS, status=502)
    nitka.slack.faults.plan("chat.postMessage", Kind.STATUS, status=503)
    nitka.telegram.faults.plan("sendMessage", Kind.DROP)
    nitka.slack.faults.plan("chat.postMessage", Kind.DROP)
    anna.say("one")
    bert.say("one")
    await nitka.telegram.until(lambda: anna.texts)
    await nitka.slack.until(lambda: bert.texts)
    await nitka.telegram.until(nitka.settled)
    assert (anna.texts, bert.texts) == (["1: one"], ["1: one"])
    for journal, method in (
        (nitka.telegram.journal, "sendMessage"),
        (nitka.slack.journal, "chat.postMessage"),
    ):
        limited = journal.of(method, status=429)[-1]
        after = next(call for call in journal.of(method) if call.at > limited.at)
        assert after.at - limited.at >= 1.9


async def test_a_blocked_bot_marks_the_address_and_shows_it(nitka: Nitka) -> None:
    """Whoever blocks the bot cannot be reached, and is reached again when he comes back."""
    anna = nitka.telegram.person(nitka.number())
    anna.say("one")
    await nitka.telegram.until(lambda: anna.texts == ["1: one"])

    async def reachable() -> bool:
        found = await nitka.rows(
            "SELECT reachable FROM addresses WHERE native_id = %s", str(anna.id)
        )
        return bool(found[0]["reachable"])

    async def unreachable() -> bool:
        return not await reachable()

    anna.block()
    await nitka.telegram.until(unreachable)
    anna.unblock()
    await nitka.telegram.until(reachable)
    anna.chat.forbids = "Forbidden: bot was blocked by the user"  # and no update says so
    anna.say("two")
    await nitka.telegram.until(unreachable)
    states = await nitka.rows(
        "SELECT m.state FROM messages m JOIN addresses a USING (customer_id)"
        " WHERE a.native_id = %s AND m.author = 'bot' ORDER BY m.seq",
        str(anna.id),
    )
    assert [one["state"] for one in states] == ["sent", "failed"]


async def test_numbers_that_begin_anew_lose_and_double_nothing(nitka: Nitka) -> None:
    """Telegram numbers updates anew at random after a quiet week."""
    anna: TelegramPerson = nitka.telegram.person(nitka.number())
    for turn, lower in enumerate((True, False, True)):
        anna.say(f"m{turn}")
        await nitka.telegram.until(lambda count=turn + 1: len(anna.texts) == count)
        await nitka.telegram.until(lambda: not nitka.telegram.updates.waiting)
        nitka.telegram.updates.restart(lower=lower)
    anna.say("end")
    await nitka.telegram.until(lambda: len(anna.texts) == 4)
    assert anna.texts == ["1: m0", "2: m1", "3: m2", "4: end"]


async def test_connections_that_break_are_made_anew(nitka: Nitka) -> None:
    """Polls and sockets that are cut or renewed, and slow or garbled answers, lose nothing."""
    anna = nitka.telegram.person(nitka.number())
    bert = nitka.slack.person(nitka.slack_id())
    for number, kind in enumerate((Kind.DROP, Kind.LOST, Kind.GARBAGE, Kind.STATUS)):
        nitka.telegram.faults.plan("getUpdates", kind)
        anna.say(f"m{number}")
        bert.say(f"m{number}")
        if number % 2:
            await nitka.slack.socket.renew()
        else:
            await nitka.slack.socket.drop()
        await nitka.telegram.until(lambda count=number + 1: len(anna.texts) == count)
        await nitka.slack.until(lambda count=number + 1: len(bert.texts) == count)
    assert anna.texts == bert.texts == [f"{n + 1}: m{n}" for n in range(4)]
