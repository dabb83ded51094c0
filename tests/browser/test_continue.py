"""Going on elsewhere: the sheet with the code, lines of other channels, and leaving for good.

A whole Telegram stands by in one test. In the others, what the service would say with Telegram
and Slack on is put into its real answers on the way.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, Route, WebSocketRoute, expect

from tests.browser.chat import Chat
from tests.browser.conftest import Visit
from tests.browser.house import House, whole_house
from tests.browser.test_access import violations
from tests.platforms.telegram.server import TelegramServer, telegram_server

CODE = "K7WQX2MPRA"
LINK = f"https://t.me/nitka_bot?start={CODE}"
BOTH = ("telegram", "slack")
TITLE = "Continue in Telegram or Slack"


@dataclass
class Service:
    """What the service answers here: its channels, and one code after the other."""

    channels: Sequence[str] = BOTH
    minutes: float = 10
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)

    async def stand_in(self, page: Page) -> None:
        """Answer for the service from the next request of `page` on."""
        await page.route("**/api/webchat/sessions", self._session)
        await page.route("**/api/webchat/links", self._code)

    async def _session(self, route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(
            response=answer, json={**await answer.json(), "channels": list(self.channels)}
        )

    async def _code(self, route: Route) -> None:
        self.tokens.append(json.loads(route.request.post_data or "{}")["token"])
        body: dict[str, Any] = {
            "code": CODE,
            "expires_at": (datetime.now(UTC) + timedelta(minutes=self.minutes)).isoformat(),
        }
        if "telegram" in self.channels:
            body["telegram"] = LINK
        if "slack" in self.channels:
            body["slack"] = f"link {CODE}"
        if self.status != 201:
            body = {"code": "too_many_requests", "status": self.status}
        await route.fulfill(status=self.status, json=body, headers=self.headers)


async def _opened(visit: Visit, service: Service, **how: Any) -> Chat:
    """Open the chat and the sheet in it."""
    chat = await visit(opened=False, **how)
    await service.stand_in(chat.page)
    await chat.open()
    await chat.page.locator("button.elsewhere").click()
    await expect(_sheet(chat)).to_be_visible()
    return chat


def _sheet(chat: Chat) -> Any:
    return chat.page.locator("section.sheet")


async def test_the_talk_can_go_on_in_telegram_or_slack(visit: Visit) -> None:
    """A link, a code to scan, the words for Slack and how long they are good; one code for all."""
    service = Service()
    chat = await _opened(visit, service)
    sheet = _sheet(chat)
    await expect(sheet.get_by_role("heading", name=TITLE)).to_be_focused()
    await expect(sheet.get_by_role("link", name="Open Telegram")).to_have_attribute("href", LINK)
    await expect(sheet.get_by_role("img", name=re.compile("^QR code"))).to_be_visible()
    await expect(sheet.locator(".words")).to_have_text(f"link {CODE}")
    await expect(sheet.locator(".left")).to_contain_text("works once, for 10 min")
    await expect(sheet.get_by_role("status")).to_contain_text("for 10 min")
    await expect(chat.field).to_be_hidden()
    await sheet.get_by_role("button", name="Back to the chat").click()
    await expect(chat.field).to_be_visible()
    again = chat.page.get_by_role("button", name=TITLE)
    await expect(again).to_be_focused()
    await again.click()
    await expect(sheet.locator(".words")).to_have_text(f"link {CODE}")
    assert len(service.tokens) == 1
    assert service.tokens[0].startswith("nv1")


async def test_the_words_for_slack_can_be_copied(visit: Visit) -> None:
    """One press, and a sentence says so; where the browser forbids it, the words are marked."""
    allowed = await _opened(visit, Service(), permissions=["clipboard-read", "clipboard-write"])
    await _sheet(allowed).get_by_role("button", name="Copy").click()
    await expect(_sheet(allowed).get_by_role("status")).to_have_text("Copied")
    assert await allowed.page.evaluate("navigator.clipboard.readText()") == f"link {CODE}"
    forbidden = await _opened(visit, Service())
    await forbidden.page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
    )
    await _sheet(forbidden).get_by_role("button", name="Copy").click()
    await expect(_sheet(forbidden).get_by_role("status")).to_contain_text("copy them by hand")


async def test_an_expired_code_is_made_anew(visit: Visit) -> None:
    """It is taken off the sheet, this is said, and one press makes another."""
    service = Service(minutes=0.05)
    chat = await _opened(visit, service)
    sheet = _sheet(chat)
    await expect(sheet.get_by_role("status")).to_have_text("The code has expired.")
    await expect(sheet.locator(".qr")).to_have_count(0)
    service.minutes = 10
    await sheet.get_by_role("button", name="Make a new code").click()
    await expect(sheet.locator(".qr")).to_be_visible()
    assert len(service.tokens) == 2


async def test_too_many_codes_are_refused_kindly(visit: Visit) -> None:
    """When the next one can be made is said, and until then nothing can be pressed in vain."""
    chat = await _opened(visit, Service(status=429, headers={"Retry-After": "120"}), losses=True)
    await expect(_sheet(chat).locator(".left")).to_contain_text("can be made in 2 min")
    await expect(_sheet(chat).get_by_role("button", name="Make a new code")).to_be_hidden()
    await expect(_sheet(chat).get_by_role("textbox")).to_be_visible()


async def test_one_channel_is_offered_alone(visit: Visit) -> None:
    """Nothing is said of a channel that the service does not have."""
    chat = await _opened(visit, Service(channels=["telegram"]))
    await expect(_sheet(chat).get_by_role("heading", level=3)).to_have_text("Continue in Telegram")
    await expect(_sheet(chat).locator(".qr")).to_be_visible()
    await expect(_sheet(chat)).not_to_contain_text("Slack")


async def test_a_code_from_elsewhere_is_sent_as_a_line(visit: Visit) -> None:
    """Without other channels no code is asked for; one that is typed or pasted is said."""
    service = Service(channels=[])
    chat = await _opened(visit, service)
    sheet = _sheet(chat)
    await expect(sheet.get_by_role("heading", level=3)).to_have_text(
        "I have a code from Telegram or Slack"
    )
    typed = sheet.get_by_role("textbox", name="I have a code from Telegram or Slack")
    await typed.fill("what code?")
    await typed.press("Enter")
    await expect(sheet.get_by_role("alert")).to_contain_text("does not look like a code")
    await expect(typed).to_be_focused()
    await typed.fill("k7wqx 2mpra")
    await typed.press("Enter")
    await expect(sheet).to_be_hidden()
    await chat.delivered(1)
    assert await chat.texts("customer") == [f"/link {CODE}"]
    assert service.tokens == []


async def test_everything_of_it_can_be_done_by_keyboard(visit: Visit) -> None:
    """From the field to the sheet and back with Tab, Enter and Escape; focus is never lost."""
    chat = await visit(opened=False)
    await Service().stand_in(chat.page)
    await chat.open()
    await expect(chat.field).to_be_focused()
    opener = chat.page.locator("button.elsewhere")
    for _ in range(12):
        await chat.page.keyboard.press("Shift+Tab")
        if await opener.evaluate("node => node === node.getRootNode().activeElement"):
            break
    await chat.page.keyboard.press("Enter")
    await expect(_sheet(chat).get_by_role("heading", level=3)).to_be_focused()
    await expect(opener).to_have_attribute("aria-expanded", "true")
    await chat.page.keyboard.press("Tab")
    await expect(_sheet(chat).get_by_role("link", name="Open Telegram")).to_be_focused()
    await chat.page.keyboard.press("Escape")
    await expect(_sheet(chat)).to_be_hidden()
    await expect(chat.panel).to_be_visible()
    await expect(opener).to_be_focused()
    await chat.page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_axe_finds_nothing_serious_on_the_sheet(
    visit: Visit, scheme: str, phone: bool
) -> None:
    """With a code, with a refused one typed, and in a thread of three channels."""
    chat = await _opened(visit, Service(), phone=phone, color_scheme=scheme)
    await expect(_sheet(chat).locator(".qr")).to_be_visible()
    assert await violations(chat.page) == []
    await _sheet(chat).get_by_role("textbox").fill("?")
    await _sheet(chat).get_by_role("textbox").press("Enter")
    await expect(_sheet(chat).get_by_role("alert")).not_to_be_empty()
    assert await violations(chat.page) == []


@pytest.mark.parametrize("language", ["en", "ru", "pl"])
@pytest.mark.parametrize("size", [(320, 568), (390, 844), (844, 390), (1280, 800)])
async def test_the_sheet_fits_any_screen(
    visit: Visit, language: str, size: tuple[int, int]
) -> None:
    """It scrolls down where it must, never sideways."""
    width, height = size
    chat = await _opened(
        visit,
        Service(),
        path=f"/?lang={language}",
        viewport={"width": width, "height": height},
        has_touch=width < 900,
    )
    await expect(_sheet(chat).locator(".qr")).to_be_visible()
    assert await _sheet(chat).evaluate("node => node.scrollWidth <= node.clientWidth")
    assert await _sheet(chat).evaluate("node => node.clientHeight > 60")


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
    await expect(_sheet(chat).locator(".qr")).to_be_visible()
    server.join(JOINED)
    await expect(_sheet(chat)).to_be_hidden()
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


async def test_a_refused_identity_costs_nobody_the_chat(visit: Visit) -> None:
    """The page hears why; the visitor goes on, with the thread he had."""
    chat = await visit(losses=True)
    await chat.ask("Hi", ".")
    refusal = await chat.page.evaluate(
        """() => new Promise(resolve => {
            addEventListener("nitka:identity-refused", ({ detail }) => resolve(detail));
            Nitka.identify("not.a.jwt");
        })"""
    )
    assert refusal["code"].startswith("identity_")
    assert refusal["message"]
    await chat.ask("Hello again", ".")
    assert (await chat.texts("customer")) == ["Hi", "Hello again"]
    assert [said for said in chat.troubles if "identity was refused" in said] != []
    chat.troubles.clear()


async def test_signing_out_leaves_nothing_to_the_next_person(visit: Visit) -> None:
    """Neither thread nor half a sentence nor code, in no tab of this browser."""
    chat = await visit()
    beside = await visit(beside=chat)
    await chat.ask("My order, please", ".")
    await expect(beside.mine).to_have_count(1)
    await beside.field.fill("half a secret")
    await chat.field.fill("another secret")
    await chat.page.evaluate("Nitka.logout()")
    for tab in (chat, beside):
        await expect(tab.page.locator("article.message")).to_have_count(0)
        await expect(tab.field).to_have_value("")
    await beside.ask("Hi", ".")
    assert await beside.texts("customer") == ["Hi"]
    await beside.reload()
    assert "secret" not in json.dumps(await chat.page.evaluate("({ ...localStorage })"))
    await expect(beside.mine).to_have_count(1)


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
    link = await _sheet(chat).get_by_role("link", name="Open Telegram").get_attribute("href")
    assert link is not None
    found = re.fullmatch(r"https://t\.me/\w+\?start=([2-9A-Z]{10})", link)
    assert found is not None, link
    anna.start(found[1])
    await telegram.until(lambda: any("Connected" in text for text in anna.texts))
    await expect(_sheet(chat)).to_be_hidden()
    anna.say("Can I pay in cash?")
    here = chat.mine.filter(has_text="Can I pay in cash?")
    await expect(here).to_have_count(1)
    await expect(here).to_contain_text("via Telegram")
    assert (await chat.texts("customer"))[0] == "Hi"
    assert telegram.violations == []
