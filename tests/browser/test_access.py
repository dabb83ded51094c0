"""For everybody: by keyboard alone, for screen readers, on any screen, light and dark."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from playwright.async_api import Page, expect

from nitka.settings import ROOT
from tests.browser.chat import Chat
from tests.browser.conftest import Visit

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_INSIDE = """(node) => {
    const box = node.getBoundingClientRect();
    return box.left >= -1 && box.top >= -1 && box.width > 0 && box.height > 0
        && box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1;
}"""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


async def violations(page: Page) -> list[str]:
    """Run axe-core on the page, shadow roots included; give its serious findings with places."""
    await page.evaluate(_axe())
    found: dict[str, Any] = await page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", _RULES
    )
    return [
        f"{item['id']}: {node['target']}: {node['failureSummary']}"
        for item in found["violations"]
        if item["impact"] in ("serious", "critical")
        for node in item["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_axe_finds_nothing_serious(visit: Visit, scheme: str, phone: bool) -> None:
    """Neither on the demo page nor in the open chat with a talk, a choice and a refused file."""
    chat = await visit(phone=phone, color_scheme=scheme, opened=False)
    assert await violations(chat.page) == []
    await chat.open()
    assert await violations(chat.page) == []
    await chat.ask("where is my order https://example.com", ".")
    await chat.ask("Hi", ".")
    await chat.page.locator("input[type=file]").set_input_files(
        {"name": "a.exe", "mimeType": "", "buffer": b"MZ"}
    )
    await expect(chat.notice).to_be_visible()
    await chat.field.fill("something")
    assert await violations(chat.page) == []


@pytest.mark.parametrize("language", ["ru", "pl"])
async def test_axe_finds_nothing_serious_in_other_languages(visit: Visit, language: str) -> None:
    """The page and the chat name their language, and every control has a name in it."""
    chat = await visit(f"/?lang={language}")
    await chat.say("Hi")
    await chat.hears(".")
    await expect(chat.page.locator("html")).to_have_attribute("lang", language)
    await expect(chat.page.locator(".nitka")).to_have_attribute("lang", language)
    assert await violations(chat.page) == []


async def test_everything_can_be_done_by_keyboard(visit: Visit) -> None:
    """Open, write, choose, read back, close: without a pointer, and focus is never lost."""
    chat = await visit(opened=False)
    keys = chat.page.keyboard
    await keys.press("Shift+Tab")  # from the top, backwards: the launcher is the page's last stop
    await expect(chat.launcher).to_be_focused()
    await keys.press("Enter")
    await expect(chat.field).to_be_focused()
    await keys.type("Hi")
    await keys.press("Shift+Enter")
    await keys.type("there")
    await keys.press("Enter")
    await chat.hears(".")
    assert await chat.texts("customer") == ["Hi\nthere"]
    await expect(chat.field).to_be_focused()
    await _back_to(chat, "Talk to a person")
    await keys.press("Enter")
    await chat.hears("passing our conversation")
    await expect(chat.field).to_be_focused()
    await keys.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()


async def _back_to(chat: Chat, name: str) -> None:
    """Press Shift+Tab until a button of that name is focused."""
    wanted = chat.choice(name)
    for _ in range(12):
        await chat.page.keyboard.press("Shift+Tab")
        if await wanted.evaluate("node => node === node.getRootNode().activeElement"):
            return
    raise AssertionError(f"{name!r} is not reached by Shift+Tab")


async def test_on_a_phone_focus_stays_in_the_open_chat(visit: Visit) -> None:
    """There the chat is a page of its own: Tab never lands behind it, and the page stands still."""
    chat = await visit(phone=True)
    await expect(chat.panel).to_have_attribute("aria-modal", "true")
    for _ in range(12):
        await chat.page.keyboard.press("Tab")
        assert await chat.page.evaluate("document.activeElement.localName") == "nitka-chat"
    await chat.page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()


@pytest.mark.parametrize(
    ("width", "height"),
    [(320, 568), (390, 844), (844, 390), (768, 1024), (1280, 800), (1920, 1080), (640, 400)],
)
@pytest.mark.parametrize("language", ["en", "ru", "pl"])
async def test_it_fits_any_screen(visit: Visit, width: int, height: int, language: str) -> None:
    """Nothing of the chat leaves the screen, and the page never scrolls sideways."""
    size = {"width": width, "height": height}
    chat = await visit(f"/?lang={language}", viewport=size, has_touch=width < 900, opened=False)
    assert await chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await chat.launcher.evaluate(_INSIDE)
    await chat.open()
    await chat.say("w" * 300)
    await chat.delivered(1)
    for part in (chat.panel, chat.field, chat.page.locator(".send"), chat.page.locator(".close")):
        assert await part.evaluate(_INSIDE), await part.get_attribute("class")
    log = chat.page.locator(".log")
    assert await log.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert await log.evaluate("node => node.clientHeight > 60")


async def test_text_may_be_twice_as_large(visit: Visit) -> None:
    """At 200% zoom the chat still fits and can be written in."""
    half = {"width": 640, "height": 400}
    chat = await visit(viewport=half, device_scale_factor=2)
    await chat.ask("Hi", ".")
    assert await chat.field.evaluate(_INSIDE)
