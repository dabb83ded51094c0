"""One thread over several channels, in the chat: lines of the others, joins, and a real Telegram.

What the service would say is told to the socket by the test; a whole Telegram stands by in one.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.chat import Chat
from tests.browser.conftest import Visit
from tests.browser.elsewhere import Service, sheet_of
from tests.browser.house import House, whole_house
from tests.browser.test_access import violations
from tests.platforms.telegram.server import TelegramServer, telegram_server


def _line(seq: int, author: str, channel: str, text: str, **more: Any) -> dict[str, Any]:
    at = datetime(2026, 1, 5, 10, seq, tzinfo=UTC).isoformat()
    facts = {"seq": seq, "id": f"l{seq}", "author": author, "channel": channel, "text": text}
    return {"type": "message", "at": at, **facts, **more}


ARCHIVE = {
    "kind": "file",
    "name": "my data.zip",
    "type": "application/zip",
    "size": 48_213,
    "url": "/api/webchat/files/none",
}
JOINED = [
    _line(1, "customer", "telegram", "Where is my parcel?"),
    _line(2, "bot", "telegram", "On its way: it comes tomorrow."),
    _line(3, "customer", "slack", "Can I speak to somebody?"),
    _line(4, "agent", "slack", "Of course. How can I help?", name="Anna"),
    _line(5, "customer", "web", "All of what you keep, please."),
    _line(6, "bot", "web", "Here is everything we keep.", attachments=[ARCHIVE]),
    _line(7, "system", "web", "The conversation was exported.", attachments=[ARCHIVE]),
]


class Server:
    """The other end of the chat's socket, in this test's hands; without a service behind it."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self._socket: WebSocketRoute | None = None

    async def stand_in(self, page: Page) -> None:
        """Take every socket that `page` opens after it is loaded again."""
        await page.route_web_socket("**/api/webchat/socket", self._take)

    def say(self, frame: dict[str, Any]) -> None:
        """Send one frame."""
        assert self._socket is not None
        self._socket.send(json.dumps(frame))

    def join(self, lines: list[dict[str, Any]]) -> None:
        """Join the thread with another, as the service does."""
        self.lines = lines
        self.say({"type": "reset", "seq": len(lines)})

    def heard(self, kind: str) -> list[dict[str, Any]]:
        """Give the frames of a kind that came."""
        return [frame for frame in self.said if frame["type"] == kind]

    def _take(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(lambda raw: self._hear(json.loads(raw)))

    def _hear(self, frame: dict[str, Any]) -> None:
        self.said.append(frame)
        if frame["type"] == "hello":
            self.say({"type": "welcome", "seq": len(self.lines)})
            for line in self.lines[frame["after"] :]:
                self.say(line)


async def _held(visit: Visit, **how: Any) -> tuple[Chat, Server]:
    """Open a chat whose socket is in the test's hands, with both channels on."""
    chat, server = await visit(opened=False, **how), Server()
    await Service().stand_in(chat.page)
    await server.stand_in(chat.page)
    await chat.reload()
    return chat, server


async def test_lines_of_other_channels_say_where_they_were_said(visit: Visit) -> None:
    """The customer's, the bot's and the agent's alike; those of the web say nothing."""
    chat, server = await _held(visit)
    server.join(JOINED)
    marks = chat.page.locator("article.message").filter(has=chat.page.locator(".channel"))
    await expect(chat.page.locator("article.message")).to_have_count(len(JOINED))
    await expect(marks).to_have_count(4)
    for at, name in enumerate(["Telegram", "Telegram", "Slack", "Slack"]):
        await expect(marks.nth(at).locator(".channel")).to_have_text(f"via {name}")
        await expect(marks.nth(at).locator(".channel .icon")).to_be_visible()
    assert await violations(chat.page) == []


async def test_files_of_the_bot_and_of_notices_can_be_downloaded(visit: Visit) -> None:
    """An archive is a card with its name and size, and a link that saves it."""
    chat, server = await _held(visit)
    server.join(JOINED)
    for author in ("bot", "system"):
        link = chat.page.locator(f"article.{author} a.file").last
        await expect(link).to_have_accessible_name("Download file my data.zip 47 kB")
        await expect(link).to_have_attribute("download", "my data.zip")
        await expect(link).to_contain_text("my data.zip")


async def test_a_join_shows_the_whole_thread_and_keeps_what_is_unsent(visit: Visit) -> None:
    """The sheet gives way to the thread; what has no ack yet goes once more, and stands once."""
    chat, server = await _held(visit)
    await chat.say("written before the join")
    await chat.page.locator("button.elsewhere").click()
    await expect(sheet_of(chat).locator(".qr")).to_be_visible()
    server.join(JOINED)
    await expect(sheet_of(chat)).to_be_hidden()
    await expect(chat.page.locator("button.elsewhere")).to_be_focused()
    await expect(chat.page.locator("article.message")).to_have_count(len(JOINED) + 1)
    assert server.heard("hello")[-1]["after"] == 0
    first, second = server.heard("message")
    assert first == second
    seq = len(JOINED) + 1
    server.say({"type": "ack", "id": first["id"], "seq": seq})
    server.say(_line(seq, "customer", "web", first["text"]) | {"id": first["id"]})
    await expect(chat.page.locator("article.customer.stored")).to_have_count(4)
    await expect(chat.page.locator("article.message")).to_have_count(seq)


@pytest.fixture(scope="module")
async def telegram() -> AsyncIterator[TelegramServer]:
    """A Telegram of our own."""
    async with telegram_server(speed=10) as server:
        server.methods.limits.speed = 1  # our pace is the real one
        yield server


@pytest.fixture(scope="module")
async def house_with_telegram(
    telegram: TelegramServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """A whole Nitka with Telegram on, that waits for updates."""
    told = {"NITKA_TELEGRAM_TOKEN": telegram.token, "NITKA_TELEGRAM_API": telegram.url}
    context = whole_house(tmp_path_factory.mktemp("with-telegram"), told)
    running = await asyncio.to_thread(context.__enter__)
    try:
        await telegram.until(lambda: telegram.polled)
        yield running
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)


async def test_one_talk_on_the_web_and_in_telegram(
    visit: Visit, house_with_telegram: House, telegram: TelegramServer
) -> None:
    """The link that is shown joins the two for real: the thread goes on there and shows here."""
    anna = telegram.person(501)
    chat = await visit(f"{house_with_telegram.url}/")
    await chat.ask("Hi", ".")
    await chat.page.get_by_role("button", name="Continue in Telegram").click()
    link = await sheet_of(chat).get_by_role("link", name="Open Telegram").get_attribute("href")
    assert link is not None
    found = re.fullmatch(r"https://t\.me/\w+\?start=([2-9A-Z]{10})", link)
    assert found is not None, link
    anna.start(found[1])
    await telegram.until(lambda: any("Connected" in text for text in anna.texts))
    await expect(sheet_of(chat)).to_be_hidden()
    anna.say("Can I pay in cash?")
    here = chat.mine.filter(has_text="Can I pay in cash?")
    await expect(here).to_have_count(1)
    await expect(here).to_contain_text("via Telegram")
    assert (await chat.texts("customer"))[0] == "Hi"
    assert telegram.violations == []
