"""Conversations over several channels, as data/tests/journeys tells them; the trained model."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml

from tests.platforms.slack.people import Person as SlackPerson
from tests.platforms.telegram.people import Person as TelegramPerson
from tests.scenario.messengers.house import Nitka
from tests.support.webclient import WebClient, visiting

JOURNEYS = Path(__file__).parents[3] / "data" / "tests" / "journeys"
KNOWN = {
    *("who", "at", "says", "presses", "links_from", "hears", "hears_at"),
    *("sees", "sees_not", "customers"),
}
Step = dict[str, Any]


def _load() -> list[Any]:
    return [
        pytest.param(journey, id=journey["name"])
        for path in sorted(JOURNEYS.glob("*.yml"))
        for journey in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


class Seat(Protocol):
    """One person at one channel, as a journey needs him."""

    @property
    def address(self) -> str: ...

    @property
    def told(self) -> Sequence[str]:
        """What the bot and the service have said to him there, in order."""
        ...

    async def say(self, text: str) -> None: ...

    async def press(self, title: str) -> None: ...

    async def use(self, code: str) -> None: ...

    async def code(self) -> str: ...


@dataclass
class AtMessenger:
    """Somebody in Telegram or Slack."""

    person: TelegramPerson | SlackPerson
    nitka: Nitka

    @property
    def address(self) -> str:
        return str(self.person.id)

    @property
    def told(self) -> Sequence[str]:
        return self.person.texts

    async def say(self, text: str) -> None:
        self.person.say(text)

    async def press(self, title: str) -> None:
        self.person.press(title)

    async def use(self, code: str) -> None:
        if isinstance(self.person, TelegramPerson):
            self.person.start(code)
        else:
            self.person.say(f"link {code}")

    async def code(self) -> str:
        """Ask for a code, as `/link` or its bare word gives it."""
        known = len(self.told)
        self.person.say("link")
        await self.nitka.slack.until(lambda: len(self.told) > known, seconds=120)
        await self.nitka.slack.until(self.nitka.settled, seconds=120)
        found = re.search(r"\blink ([2-9A-HJKMNP-Z]{10})\b", self.told[-1])
        assert found, self.told[-1]
        return found[1]


@dataclass
class AtWeb:
    """Somebody with the chat open in a browser. What is said elsewhere is not told to him here."""

    client: WebClient

    @property
    def address(self) -> str:
        return self.client.visitor

    @property
    def told(self) -> Sequence[str]:
        return [
            line.text
            for line in self.client.shown()
            if line.author != "customer" and line.channel == "web"
        ]

    @property
    def shown(self) -> Sequence[str]:
        return [line.text for line in self.client.shown()]

    async def say(self, text: str) -> None:
        said = await self.client.say(text)
        await self.client.until(lambda: said.id in self.client.stored, "the message to be stored")

    async def press(self, title: str) -> None:
        raise AssertionError(f"pressing {title!r} on the web is for the browser tests")

    async def use(self, code: str) -> None:
        await self.say(f"link {code}")

    async def code(self) -> str:
        return (await self.client.invite())["code"]


@dataclass
class Stage:
    """The people of one journey."""

    nitka: Nitka
    language: str
    stack: AsyncExitStack
    seats: dict[tuple[str, str], Seat] = field(default_factory=dict)

    async def seat(self, who: str, channel: str) -> Seat:
        if (who, channel) not in self.seats:
            self.seats[who, channel] = await self._come(channel)
        return self.seats[who, channel]

    async def _come(self, channel: str) -> Seat:
        if channel == "web":
            client = await self.stack.enter_async_context(
                visiting(self.nitka.url, locale=self.language)
            )
            return AtWeb(client)
        if channel == "telegram":
            number = self.nitka.number()
            return AtMessenger(
                self.nitka.telegram.person(number, language=self.language), self.nitka
            )
        locale = f"{self.language}-XX"
        return AtMessenger(
            self.nitka.slack.person(self.nitka.slack_id(), locale=locale), self.nitka
        )

    async def play(self, step: Step) -> None:
        assert step.keys() <= KNOWN, f"unknown keys: {step.keys() - KNOWN}"
        seat = await self.seat(step["who"], step["at"])
        if "links_from" in step:
            code = await (await self.seat(step["who"], step["links_from"])).code()
        heard = {step["at"]: step.get("hears", []), **step.get("hears_at", {})}
        before = {at: len((await self.seat(step["who"], at)).told) for at in heard}
        if "links_from" in step:
            await seat.use(code)
        elif "says" in step:
            await seat.say(step["says"])
        elif "presses" in step:
            await seat.press(step["presses"])
        for at, patterns in heard.items():
            await self._hears(await self.seat(step["who"], at), patterns, before[at])
        await self._check(step, seat)

    async def _hears(self, seat: Seat, patterns: Sequence[str], known: int) -> None:
        def enough() -> bool:
            return len(seat.told) >= known + len(patterns)

        await self._until(enough, lambda: f"{patterns}, but was told {seat.told[known:]}")
        await self.nitka.slack.until(self.nitka.settled, seconds=120)
        told = seat.told[known:]
        assert len(told) == len(patterns), told
        for pattern, text in zip(patterns, told, strict=True):
            assert re.search(pattern, text), (pattern, told)

    async def _until(self, holds: Callable[[], bool], what: Callable[[], str]) -> None:
        try:
            await self.nitka.slack.until(holds, seconds=60)
        except AssertionError as error:
            raise AssertionError(f"expected {what()}") from error

    async def _check(self, step: Step, seat: Seat) -> None:
        if "sees" in step:
            assert isinstance(seat, AtWeb)
            pattern = "(?s)" + ".*?".join(f"(?:{one})" for one in step["sees"]).replace(
                "^", "(?m:^)"
            )

            def seen() -> bool:
                return bool(re.search(pattern, "\n".join(seat.shown)))

            await self._until(seen, lambda: f"{step['sees']} in {seat.shown}")
        shown = seat.shown if isinstance(seat, AtWeb) else seat.told
        for pattern in step.get("sees_not", []):
            assert not any(re.search(pattern, text) for text in shown), (pattern, shown)
        if "customers" in step:
            ids = [one.address for one in self.seats.values()]
            rows = await self.nitka.rows(
                "SELECT count(DISTINCT customer_id) AS n FROM addresses WHERE native_id = ANY(%s)",
                ids,
            )
            assert rows[0]["n"] == step["customers"]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.mark.parametrize("journey", _load())
async def test_a_journey_goes_as_written(
    nitka: Nitka, engine_url: str, stack: AsyncExitStack, journey: dict[str, Any]
) -> None:
    """Step by step, nothing more and nothing less is said, and the thread is one."""
    nitka.turns.real = engine_url
    stage = Stage(nitka, journey["language"], stack)
    for step in journey["steps"]:
        await stage.play(step)
    for seat in stage.seats.values():
        if isinstance(seat, AtWeb):
            assert seat.client.faults == []
    assert (await nitka.tally()).unexplained == 0
