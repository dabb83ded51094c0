"""The desk in a real Chromium, on a Nitka between platforms: web, worker, Telegram, Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from pydantic import SecretStr

from nitka.bootstrap import add_staff
from nitka.settings import Settings
from tests.browser.chat import Chat
from tests.browser.conftest import DESK, PHONE
from tests.conftest import Server
from tests.scenario.messengers.conftest import servers_of
from tests.scenario.messengers.house import Nitka, nitka_between_platforms
from tests.support.valkey import Database, emptied

PASSWORD = "orbit walnut seven lamp"


@dataclass
class Staffed:
    """A running Nitka with a desk, and browsers of staff and customers."""

    nitka: Nitka
    chromium: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    async def page(self, *, phone: bool = False, **options: Any) -> Page:
        size = PHONE if phone else DESK
        settled: dict[str, Any] = {
            "viewport": size,
            "locale": "en-GB",
            "reduced_motion": "reduce",
            **options,
        }
        context = await self.chromium.new_context(**settled)
        self.contexts.append(context)
        page = await context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        return page

    async def customer(self, **options: Any) -> Chat:
        """A visitor of the shop with the chat open."""
        chat = Chat(await self.page(**options))
        await chat.visit(f"{self.nitka.url}/")
        await chat.open()
        return chat

    async def invited(self, name: str, role: str = "agent") -> str:
        """Give the link by which somebody sets his password, as `nitka staff add` prints it."""
        settings = Settings(
            home=self.nitka.servers.folder / "home",
            port=self.nitka.port,
            database_url=SecretStr(self.nitka.servers.database_url),
        )
        email = f"{name.lower()}@nitka.test"
        return await add_staff(settings, email=email, name=name, role=role)

    async def at_work(self, name: str, role: str = "agent", **options: Any) -> Page:
        """Somebody follows his invitation and has the desk open."""
        page = await self.page(**options)
        await page.goto(await self.invited(name, role))
        await page.get_by_label("New password").fill(PASSWORD)
        await page.get_by_role("button", name="Set password and sign in").click()
        await expect(page.get_by_role("navigation")).to_be_visible()
        return page

    def _note(self, message: ConsoleMessage) -> None:
        refused = "status of 4" in message.text  # a refusal that the desk shows is no trouble
        if message.type in ("error", "warning") and not refused:
            self.troubles.append(message.text)


@pytest.fixture(scope="package")
async def running_nitka(
    postgres: Server,
    valkey: Server,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Nitka]:
    """One Nitka for the desk's tests."""
    folder = tmp_path_factory.mktemp("desk")
    redis_url = emptied(valkey.url, Database.DESK)
    with servers_of(postgres, redis_url, migrated_template, folder) as servers:
        async with nitka_between_platforms(servers, webhooks=False) as nitka:
            yield nitka


@pytest.fixture
async def staffed(running_nitka: Nitka, chromium: Browser) -> AsyncIterator[Staffed]:
    """The desk; no console has complained at the end."""
    made = Staffed(running_nitka, chromium)
    yield made
    for context in made.contexts:
        await context.close()
    # A desk that is closed counts as there for a while, and would be offered what comes next.
    await running_nitka.rows("UPDATE staff SET available = false RETURNING id")
    running_nitka.turns.real = None
    assert made.troubles == []
