"""The desk in pictures: customers of a real bot ask for people, and Marta has her desk open."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from playwright.async_api import Browser, Page, expect

from tests.browser.chat import Chat
from tests.browser.house import House

SITE_KEY = "the demo shop signs with this key"
_PASSWORD = "orbit walnut seven lamp"  # noqa: S105 - of an account that lives for a minute
_DESK = {"width": 1280, "height": 800}
_PHONE = {"width": 390, "height": 780}


@dataclass(frozen=True)
class _Customer:
    """Somebody whom the site knows; the last thing said asks for a person."""

    name: str
    language: str
    said: Sequence[str]
    asks: str


_CUSTOMERS = (
    _Customer(
        "Ola Nowak",
        "pl",
        ["dzień dobry, gdzie jest moja paczka? czekam już tydzień"],
        "wolę porozmawiać z człowiekiem",
    ),
    _Customer(
        "Пётр Ильин",
        "ru",
        ["а есть скидка если возьму две кофемолки"],
        "позовите менеджера пожалуйста",
    ),
    _Customer(
        "Emily Ward",
        "en",
        ["hi, the grinder came with a cracked lid"],
        "can i talk to a person",
    ),
)


async def photograph_desk(browser: Browser, house: House) -> dict[str, bytes]:
    """Give the desk's pictures by their files' names."""
    for customer in _CUSTOMERS:
        await _hands_over(browser, house.url, customer)
    told = house.nitka("staff", "add", "--email", "marta@example.com", "--name", "Marta")
    link = re.findall(r"http\S+", told)[0]
    marta = await _page(browser)
    await marta.goto(link)
    await marta.get_by_label("New password").fill(_PASSWORD)
    await marta.get_by_role("button", name="Set password and sign in").click()
    await marta.get_by_role("button", name="Waiting", exact=True).click()
    await _open(marta, "Ola Nowak")
    await marta.get_by_role("main").get_by_role("button", name="Take", exact=True).click()
    await expect(marta.locator(".thread .title")).to_contain_text("You have this conversation")
    await marta.get_by_role("button", name="All", exact=True).click()
    await marta.keyboard.press("n")
    await marta.get_by_role("textbox", name="Note").fill("The carrier has it in Łódź since Monday.")
    await marta.keyboard.press("Control+Enter")
    await expect(marta.locator(".line.internal")).to_have_count(1)
    await marta.keyboard.press("Escape")
    await marta.keyboard.press("r")
    await marta.get_by_role("textbox", name="Reply", exact=True).fill(
        "Dzień dobry, już sprawdzam u przewoźnika."
    )
    pictures = {"desk-light.png": await _shot(marta)}
    kept = await marta.context.storage_state()
    dark = await _page(browser, storage_state=kept, color_scheme="dark")
    await dark.goto(f"{house.url}/desk")
    await _open(dark, "Ola Nowak")
    await expect(dark.locator(".line.internal")).to_have_count(1)
    pictures["desk-dark.png"] = await _shot(dark)
    phone = await _page(browser, phone=True, storage_state=kept)
    await phone.goto(f"{house.url}/desk")
    await phone.get_by_role("button", name="All", exact=True).click()
    await expect(phone.locator(".row")).to_have_count(len(_CUSTOMERS))
    pictures["desk-phone.png"] = await _shot(phone)
    night = await _page(browser, phone=True, storage_state=kept, color_scheme="dark")
    await night.goto(f"{house.url}/desk")
    await _open(night, "Ola Nowak")
    await expect(night.locator(".line.internal")).to_have_count(1)
    pictures["desk-phone-dark.png"] = await _shot(night)
    return pictures


async def _hands_over(browser: Browser, url: str, customer: _Customer) -> None:
    """A customer talks with the bot until it passes him on."""
    page = await _page(browser)
    chat = Chat(page)
    await chat.visit(f"{url}/?lang={customer.language}")
    claims = {"sub": customer.name, "name": customer.name, "exp": int(time.time()) + 600}
    await page.evaluate("jwt => window.Nitka.identify(jwt)", jwt.encode(claims, SITE_KEY))
    await chat.open()
    for text in customer.said:
        await chat.ask(text, ".")
    await chat.say(customer.asks)
    await expect(page.locator("article.system").first).to_be_visible()
    await expect(chat.typing).to_be_hidden()
    await page.context.close()


async def _open(page: Page, name: str) -> None:
    await page.get_by_role("button", name="All", exact=True).click()
    await page.locator(".row", has_text=name).click()


async def _page(browser: Browser, *, phone: bool = False, **options: Any) -> Page:
    settled: dict[str, Any] = {
        "viewport": _PHONE if phone else _DESK,
        "device_scale_factor": 1.5 if phone else 1,
        "is_mobile": phone,
        "has_touch": phone,
        "locale": "en-GB",
        "reduced_motion": "reduce",
        **options,
    }
    context = await browser.new_context(**settled)
    return await context.new_page()


async def _shot(page: Page) -> bytes:
    offer = page.get_by_role("alertdialog").get_by_role("button", name="Not me")
    if await offer.count():
        await offer.dispatch_event("click")
        await expect(offer).to_have_count(0)
    return await page.screenshot(animations="disabled")
