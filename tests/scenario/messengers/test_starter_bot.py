"""The starter bot's whole conversation on both messengers, with the trained model, in each mode."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.platforms.slack.people import Person as SlackPerson
from tests.platforms.telegram.people import Person as TelegramPerson
from tests.scenario.messengers.house import Nitka


@dataclass(frozen=True)
class Talk:
    """What somebody says in his language, and by which words he knows the bot's."""

    language: str
    hello: str
    where: str
    human: str
    alphabet: str


TALKS = [
    Talk("en", "hello", "where is my order", "I want to talk to a person", r"Hello"),
    Talk("ru", "здравствуйте", "где мой заказ", "позовите человека", r"[а-яё]{3}"),
    Talk(
        "pl",
        "dzień dobry",
        "gdzie jest moje zamówienie",
        "chcę rozmawiać z człowiekiem",
        r"[ąćęłńóśźż]",
    ),
]


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.language)
async def test_on_telegram(nitka: Nitka, engine_url: str, talk: Talk) -> None:
    """Greeting, form, button, order, hand-off, all by Telegram's own means."""
    nitka.turns.real = engine_url
    person = nitka.telegram.person(nitka.number(), language=talk.language)
    await hold(nitka, person, talk, until=nitka.telegram.until)


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk.language)
async def test_on_slack(nitka: Nitka, engine_url: str, talk: Talk) -> None:
    """The same by Slack's."""
    nitka.turns.real = engine_url
    person = nitka.slack.person(nitka.slack_id(), locale=f"{talk.language}-XX")
    await hold(nitka, person, talk, until=nitka.slack.until)


async def hold(
    nitka: Nitka,
    person: TelegramPerson | SlackPerson,
    talk: Talk,
    *,
    until: Callable[..., Awaitable[None]],
) -> None:
    """Hold the conversation and look at what came of it."""

    async def said(turns: int) -> list[str]:
        """Wait until so many turns are answered and everything is out; give the bot's texts."""

        async def answered() -> bool:
            return len(nitka.turns.asked) >= turns and await nitka.settled()

        await until(answered, seconds=120)
        return person.texts

    person.say(talk.hello)
    assert re.search(talk.alphabet, (await said(1))[-1])
    person.say(talk.where)
    await said(2)
    titles = [button["text"] for button in person.chat.from_bot[-1].buttons]
    assert titles, "the form offers a way out"
    first = titles[0] if isinstance(titles[0], str) else titles[0]["text"]
    person.press(first)
    asked = len(await said(3))
    person.say(talk.where)
    await said(4)
    person.say("NT-10001")
    told = await said(5)
    assert "NT-10001" in " ".join(told[asked:])
    person.say(talk.human)
    await said(6)
    rows = await nitka.rows(
        "SELECT t.owner, c.language, h.state FROM addresses a"
        " JOIN customers c ON c.id = a.customer_id JOIN threads t USING (customer_id)"
        " JOIN handoffs h USING (customer_id) WHERE a.native_id = %s",
        str(person.id),
    )
    assert rows == [{"owner": "nobody", "language": talk.language, "state": "waiting"}]
