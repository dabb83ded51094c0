"""The customer page: who is who across channels, decided by people, with real customers."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from nitka.domain.turn import Effect, TurnRequest, TurnResult
from nitka.engine.scripted import answer
from tests.browser.chat import Chat
from tests.browser.desk.conftest import Staffed
from tests.browser.test_access import violations
from tests.platforms.telegram.people import Person

Offers = Callable[[Page], Awaitable[None]]


def knows_by_email(request: TurnRequest) -> TurnResult:
    """A bot that finds an e-mail address in what is said, and brings in people."""
    found = [word.strip(".,") for word in request.text.split() if "@" in word]
    facts = {"team": "support", "reason": "ask_human", "text": request.text}
    effects = (Effect("hand_over", facts),) if "human" in request.text else ()
    said = answer(f"Noted: {request.text}", effects=effects)
    return replace(said, slots={"email": found[0]} if found else {})


async def one_person_twice(staffed: Staffed, email: str) -> tuple[Chat, Person]:
    """Somebody who writes on the web and in Telegram, and says her e-mail address in both."""
    nitka = staffed.nitka
    nitka.turns.script = knows_by_email
    chat = await staffed.customer()
    await chat.ask(f"Hello, my address is {email}", "Noted")
    await chat.ask("The blue kettle leaks.", "Noted")
    telegram = nitka.telegram.person(nitka.number(), name="Ola", language="pl")
    telegram.say(f"I wrote on your site as {email}")
    await nitka.telegram.until(lambda: len(telegram.texts) > 0)
    return chat, telegram


async def page_of(page: Page, words: str) -> Locator:
    """Open the conversation with these words, and its customer's page."""
    await page.get_by_role("button", name="All", exact=True).click()
    await page.locator(".row", has_text=words).first.click()
    await expect(page.locator(".lines .line").first).to_be_visible()
    await page.keyboard.press("c")
    found = page.get_by_role("main", name="Customer page")
    await expect(found.get_by_role("heading", name="Portrait")).to_be_visible()
    return found


async def join(page: Page) -> None:
    """Compare the open customer with the one who is suggested, and join the two."""
    await page.get_by_role("button", name="Look closer").first.click()
    dialog = page.get_by_role("dialog", name="The same person?")
    await expect(dialog.locator(".side")).to_have_count(2)
    await expect(dialog.get_by_role("button", name="Join them")).to_be_disabled()
    await dialog.get_by_label("Why are they the same?").fill("She told me so on the phone.")
    await dialog.get_by_role("button", name="Join them").click()
    await expect(dialog).to_have_count(0)


async def test_a_suggestion_is_compared_joined_and_separated_again(staffed: Staffed) -> None:
    """Both histories stand in one thread while they are joined, and each in its own after."""
    olga, piotr = await staffed.at_work("Olena"), await staffed.at_work("Pawel")
    _, telegram = await one_person_twice(staffed, "kettle@example.com")
    card = await page_of(olga, "The blue kettle leaks.")
    assert "#/customer/" in olga.url
    await piotr.get_by_role("button", name="All", exact=True).click()
    await piotr.locator(".row", has_text="I wrote on your site as kettle").first.click()
    await expect(card.get_by_text("the same e-mail")).to_be_visible()
    await card.get_by_role("button", name="Look closer").click()
    dialog = olga.get_by_role("dialog", name="The same person?")
    await expect(dialog.get_by_role("region", name="Ola")).to_contain_text("I wrote on your site")
    await expect(dialog).not_to_contain_text(str(telegram.id))
    await olga.keyboard.press("Escape")
    await join(olga)
    await expect(card).to_contain_text("She told me so on the phone.")
    await expect(card).to_contain_text("Confirmed by staff")
    await expect(piotr.locator(".lines")).to_contain_text("The blue kettle leaks.")
    await card.get_by_role("textbox", name="Note", exact=True).fill("Sends a new one, @pawel")
    await card.get_by_role("button", name="Add the note").click()
    await expect(card.locator(".noted")).to_contain_text("Sends a new one")
    await expect(piotr.locator(".line.internal")).to_contain_text("Sends a new one")
    await card.get_by_role("button", name="Conversation").click()
    await expect(olga.locator(".lines")).to_contain_text("The blue kettle leaks.")
    await expect(olga.locator(".lines")).to_contain_text("I wrote on your site as kettle")
    assert "#/customer/" not in olga.url
    await olga.go_forward()
    await card.get_by_role("button", name="Separate…").click()
    parting = olga.get_by_role("dialog", name="Separate again")
    await expect(parting).to_contain_text("Messages that leave: 4. That stay: 3.")
    await parting.get_by_label("Why are they not the same?").fill("Two sisters.")
    await parting.get_by_role("button", name="Separate", exact=True).click()
    await expect(card.get_by_text("Nobody was joined with this customer.")).to_be_visible()
    await olga.go_back()
    for page in (olga, piotr):
        lines = page.locator(".lines")
        await expect(lines).not_to_contain_text("The blue kettle leaks.")
        await expect(lines).to_contain_text("I wrote on your site as kettle")
    await olga.locator(".row", has_text="The blue kettle leaks.").click()
    await expect(olga.locator(".lines")).to_contain_text("The blue kettle leaks.")
    await expect(olga.locator(".lines")).not_to_contain_text("Sends a new one")


async def dismiss(page: Page, shown: Locator, why: str) -> None:
    """Say that who is suggested there is somebody else."""
    await shown.get_by_role("button", name="Not the same person…").click()
    dialog = page.get_by_role("dialog", name="Not the same person?")
    await dialog.get_by_label("Why?").fill(why)
    await dialog.get_by_role("button", name="Not the same person", exact=True).click()
    await expect(dialog).to_have_count(0)


async def test_a_suggestion_is_dismissed_for_everybody_and_taken_back(staffed: Staffed) -> None:
    """A colleague's page loses it at once, as does the panel beside the thread; and has it back."""
    olga, piotr = await staffed.at_work("Ludmila"), await staffed.at_work("Patryk")
    await one_person_twice(staffed, "dismissed@example.com")
    card = await page_of(olga, "as dismissed@example.com")
    seen = await page_of(piotr, "as dismissed@example.com")
    await expect(seen.get_by_role("button", name="Look closer")).to_be_visible()
    await olga.get_by_role("button", name="Look closer").first.click()
    await dismiss(olga, olga.get_by_role("dialog", name="The same person?"), "Two sisters.")
    joins = card.get_by_role("region", name="Joined")
    for shown in (joins, seen.get_by_role("region", name="Joined")):
        await expect(shown).to_contain_text("Said to be somebody else")
        await expect(shown).to_contain_text("Ludmila")
        await expect(shown).to_contain_text("Two sisters.")
    await expect(seen.get_by_text("Nobody that we know of.")).to_be_visible()
    await card.get_by_role("button", name="Conversation").click()
    panel = olga.get_by_role("complementary", name="Customer")
    await expect(panel.get_by_role("heading", name="Channels")).to_be_visible()
    await expect(panel.get_by_role("button", name="Look closer")).to_have_count(0)
    await seen.get_by_role("button", name="Suggest again").click()
    await expect(panel.get_by_role("button", name="Look closer")).to_be_visible()
    await expect(seen.get_by_text("Said to be somebody else")).to_have_count(0)


async def test_a_customer_is_saved_as_a_file_and_erased(staffed: Staffed, tmp_path: Path) -> None:
    """The archive is a real one; who looks is told that he is gone, and nobody finds him."""
    boss = await staffed.at_work("Bogna", "supervisor")
    agent = await staffed.at_work("Adam")
    await one_person_twice(staffed, "erase@example.com")
    card = await page_of(boss, "as erase@example.com")
    await page_of(agent, "as erase@example.com")
    await expect(agent.get_by_role("button", name="Export")).to_have_count(0)
    await expect(agent.get_by_role("button", name="Erase…")).to_have_count(0)
    async with boss.expect_download() as waiting:
        await card.get_by_role("button", name="Export").click()
    download = await waiting.value
    assert download.suggested_filename.startswith("nitka-export-")
    await download.save_as(tmp_path / "export.zip")
    with zipfile.ZipFile(tmp_path / "export.zip") as packed:
        told = json.loads(packed.read("data.json"))
    assert "I wrote on your site as erase@example.com" in str(told["messages"])
    await card.get_by_role("button", name="Erase…").click()
    dialog = boss.get_by_role("dialog", name="Erase")
    number = boss.url.rsplit("/", 1)[1][:8]
    await dialog.get_by_role("textbox").fill("00000000")
    await expect(dialog.get_by_role("button", name="Erase for good")).to_be_disabled()
    await dialog.get_by_role("textbox").fill(number)
    await dialog.get_by_role("button", name="Erase for good").click()
    await expect(dialog.get_by_role("status")).to_contain_text("has been erased")
    await expect(dialog).to_contain_text("Receipt")
    await expect(agent.get_by_role("alert")).to_contain_text("This customer has been erased.")
    await expect(agent.get_by_role("main", name="Customer page")).to_have_count(0)
    assert "#/customer/" not in agent.url
    await boss.keyboard.press("Escape")
    await boss.get_by_role("searchbox").fill("erase@example.com")
    found = boss.locator(".rows .row", has_text="as erase@example.com")
    await expect(boss.locator(".rows .row").first).to_be_visible()
    await expect(found).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_axe_finds_nothing_serious_on_the_page(
    staffed: Staffed, scheme: str, phone: bool, tmp_path: Path
) -> None:
    """The page and its dialogs; opened by its link, which needs no more than signing in."""
    name = {"light": ("Marta", "Irena"), "dark": ("Jan", "Zuzanna")}[scheme][phone]
    email = f"ola.of.{name.lower()}@example.com"
    page = await staffed.at_work(name, "admin", phone=phone, color_scheme=scheme)
    await one_person_twice(staffed, email)
    card = await page_of(page, f"as {email}")
    await page.reload()
    await expect(card.get_by_role("heading", name="Portrait")).to_be_visible()
    await card.get_by_label("Add a tag").fill("wholesale")
    await page.keyboard.press("Enter")
    await expect(card.get_by_text("wholesale")).to_be_visible()
    await page.get_by_role("button", name="Look closer").click()
    await expect(page.locator(".side")).to_have_count(2)
    assert await violations(page) == []
    await page.screenshot(path=tmp_path / "join.png")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Not the same person…").first.click()
    await expect(page.get_by_role("dialog", name="Not the same person?")).to_be_visible()
    assert await violations(page) == []
    await page.screenshot(path=tmp_path / "dismiss.png")
    await page.keyboard.press("Escape")
    await dismiss(page, card, "Her sister uses the same address.")
    again = card.get_by_role("button", name="Suggest again")
    await again.scroll_into_view_if_needed()
    assert await violations(page) == []
    await page.screenshot(path=tmp_path / "dismissed.png")
    await again.click()
    await join(page)
    await expect(card.get_by_role("button", name="Separate…")).to_be_visible()
    note = card.get_by_role("textbox", name="Note", exact=True)
    await note.fill("Buys for a café; call before noon.")
    await note.press("Control+Enter")
    await expect(card.locator(".noted .text")).to_be_visible()
    assert await violations(page) == []
    await card.evaluate("node => { node.scrollTo(0, 0); document.activeElement.blur(); }")
    await page.screenshot(path=tmp_path / "customer.png")
    for button, dialog in (("Separate…", "Separate again"), ("Erase…", "Erase")):
        await card.get_by_role("button", name=button).click()
        await expect(page.get_by_role("dialog", name=dialog)).to_be_visible()
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog", name=dialog)).to_have_count(0)
