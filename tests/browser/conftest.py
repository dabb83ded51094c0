"""A real Chromium on the demo shop of a whole, really running Nitka.

- `house`: `nitka up` with everything it has, once for the session
- `visit`: opens the demo shop as a new visitor; at the test's end no page's console has complained
- `orders`, `shipped`: the demo shop's orders; the number of one that is on its way
- `chromium`: the browser, for tests that need a context of their own
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.browser.chat import Chat
from tests.browser.find_chromium import find
from tests.browser.house import House, whole_house

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
LOST = re.compile(r"net::ERR_|WebSocket (connection|is closed)|Failed to load resource")
"""What a browser itself says when a server or the network is away."""

expect.set_options(timeout=30_000)


class Visit(Protocol):
    """Opens the demo shop for a new visitor, or in another tab of a known one."""

    async def __call__(
        self,
        path: str = "/",
        *,
        phone: bool = False,
        beside: Chat | None = None,
        opened: bool = True,
        losses: bool = False,
        **context: Any,
    ) -> Chat:
        """`path` may be a whole address; `losses`: this test takes the server or network away."""


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One running Nitka for the session."""
    with whole_house(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture(scope="session")
def orders(house: House) -> list[dict[str, str]]:
    """The demo shop's orders: `number`, `email`, `phone`, `state`."""
    return house.orders()


@pytest.fixture(scope="session")
def shipped(orders: list[dict[str, str]]) -> str:
    """The number of an order that is on its way."""
    return next(order["number"] for order in orders if order["state"] == "shipped")


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for the session."""
    path = find()
    assert path is not None, "no Chromium or Chrome found: `make setup` installs one"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path)
        yield browser
        await browser.close()


@pytest.fixture
async def visit(chromium: Browser, house: House) -> AsyncIterator[Visit]:
    """Opens the demo shop; whatever a test did, no console has complained of anything."""
    contexts: list[BrowserContext] = []
    chats: list[tuple[Chat, bool]] = []

    async def go(
        path: str = "/",
        *,
        phone: bool = False,
        beside: Chat | None = None,
        opened: bool = True,
        losses: bool = False,
        **context: Any,
    ) -> Chat:
        if beside is None:
            made = await chromium.new_context(**_options(phone, context))
            contexts.append(made)
        else:
            made = beside.page.context
        chat = Chat(await made.new_page())
        chats.append((chat, losses))
        await chat.visit(path if path.startswith("http") else f"{house.url}{path}")
        if opened:
            await chat.open()
        return chat

    yield go
    for chat, losses in chats:
        left = [said for said in chat.troubles if not (losses and LOST.search(said))]
        assert left == [], "the console complained"
    for context in contexts:
        await context.close()


def _options(phone: bool, context: dict[str, Any]) -> dict[str, Any]:
    touch = {"is_mobile": True, "has_touch": True} if phone else {}
    size = PHONE if phone else DESK
    return {"viewport": size, "locale": "en-GB", "reduced_motion": "reduce", **touch, **context}
