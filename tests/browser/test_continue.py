"""Going on elsewhere: the sheet with the code, and leaving for good.

What the service would say with Telegram and Slack on is put into its real answers on the way.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import Visit
from tests.browser.elsewhere import CODE, LINK, Service, sheet_of
from tests.browser.test_access import violations

TITLE = "Continue in Telegram or Slack"


async def _opened(visit: Visit, service: Service, **how: Any) -> Chat:
    """Open the chat and the sheet in it."""
    chat = await visit(opened=False, **how)
    await service.stand_in(chat.page)
    await chat.open()
    await chat.page.locator("button.elsewhere").click()
    await expect(sheet_of(chat)).to_be_visible()
    return chat


async def test_the_talk_can_go_on_in_telegram_or_slack(visit: Visit) -> None:
    """A link, a code to scan, the words for Slack and how long they are good; one code for all."""
    service = Service()
    chat = await _opened(visit, service)
    sheet = sheet_of(chat)
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
    await sheet_of(allowed).get_by_role("button", name="Copy").click()
    await expect(sheet_of(allowed).get_by_role("status")).to_have_text("Copied")
    assert await allowed.page.evaluate("navigator.clipboard.readText()") == f"link {CODE}"
    forbidden = await _opened(visit, Service())
    await forbidden.page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
    )
    await sheet_of(forbidden).get_by_role("button", name="Copy").click()
    await expect(sheet_of(forbidden).get_by_role("status")).to_contain_text("copy them by hand")


async def test_an_expired_code_is_made_anew(visit: Visit) -> None:
    """It is taken off the sheet, this is said, and one press makes another."""
    service = Service(minutes=0.05)
    chat = await _opened(visit, service)
    sheet = sheet_of(chat)
    await expect(sheet.get_by_role("status")).to_have_text("The code has expired.")
    await expect(sheet.locator(".qr")).to_have_count(0)
    service.minutes = 10
    await sheet.get_by_role("button", name="Make a new code").click()
    await expect(sheet.locator(".qr")).to_be_visible()
    assert len(service.tokens) == 2


async def test_too_many_codes_are_refused_kindly(visit: Visit) -> None:
    """When the next one can be made is said, and until then nothing can be pressed in vain."""
    chat = await _opened(visit, Service(status=429, headers={"Retry-After": "120"}), losses=True)
    await expect(sheet_of(chat).locator(".left")).to_contain_text("can be made in 2 min")
    await expect(sheet_of(chat).get_by_role("button", name="Make a new code")).to_be_hidden()
    await expect(sheet_of(chat).get_by_role("textbox")).to_be_visible()


async def test_one_channel_is_offered_alone(visit: Visit) -> None:
    """Nothing is said of a channel that the service does not have."""
    chat = await _opened(visit, Service(channels=["telegram"]))
    await expect(sheet_of(chat).get_by_role("heading", level=3)).to_have_text(
        "Continue in Telegram"
    )
    await expect(sheet_of(chat).locator(".qr")).to_be_visible()
    await expect(sheet_of(chat)).not_to_contain_text("Slack")


async def test_a_code_from_elsewhere_is_sent_as_a_line(visit: Visit) -> None:
    """Without other channels no code is asked for; one that is typed or pasted is said."""
    service = Service(channels=[])
    chat = await _opened(visit, service)
    sheet = sheet_of(chat)
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
    await expect(sheet_of(chat).get_by_role("heading", level=3)).to_be_focused()
    await expect(opener).to_have_attribute("aria-expanded", "true")
    await chat.page.keyboard.press("Tab")
    await expect(sheet_of(chat).get_by_role("link", name="Open Telegram")).to_be_focused()
    await chat.page.keyboard.press("Escape")
    await expect(sheet_of(chat)).to_be_hidden()
    await expect(chat.panel).to_be_visible()
    await expect(opener).to_be_focused()
    await chat.page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_axe_finds_nothing_serious_on_thesheet(
    visit: Visit, scheme: str, phone: bool
) -> None:
    """With a code, with a refused one typed, and in a thread of three channels."""
    chat = await _opened(visit, Service(), phone=phone, color_scheme=scheme)
    await expect(sheet_of(chat).locator(".qr")).to_be_visible()
    assert await violations(chat.page) == []
    await sheet_of(chat).get_by_role("textbox").fill("?")
    await sheet_of(chat).get_by_role("textbox").press("Enter")
    await expect(sheet_of(chat).get_by_role("alert")).not_to_be_empty()
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
    await expect(sheet_of(chat).locator(".qr")).to_be_visible()
    assert await sheet_of(chat).evaluate("node => node.scrollWidth <= node.clientWidth")
    assert await sheet_of(chat).evaluate("node => node.clientHeight > 60")


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
