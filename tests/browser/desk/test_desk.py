"""What staff do at the desk, with real customers at the other end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from nitka.domain.turn import Effect, TurnRequest, TurnResult
from nitka.engine.scripted import answer
from tests.browser.chat import Chat
from tests.browser.desk.conftest import PASSWORD, Staffed
from tests.browser.test_access import violations

FACTS = {
    "team": "support",
    "reason": "ask_human",
    "form": "order_form",
    "asked_for": "order_number",
    "text": "Where is my parcel? I have been waiting for a week.",
    "product": "MOKA-3",
}


def hands_over(request: TurnRequest) -> TurnResult:
    """A bot that knows one answer, and brings in people."""
    if "human" in request.text:
        return answer(f"Passing on: {request.text}", effects=(Effect("hand_over", FACTS),))
    if request.payload:
        return answer(f"The bot goes on with {request.payload}")
    return answer(f"You said: {request.text}")


async def waiting(staffed: Staffed, words: str) -> Chat:
    """A customer who has asked for a person."""
    staffed.nitka.turns.script = hands_over
    chat = await staffed.customer()
    await chat.ask(words, ".")
    await chat.ask(f"a human for {words}", "Passing")
    return chat


async def open_row(page: Page, words: str) -> None:
    await page.get_by_role("button", name="Waiting", exact=True).click()
    await page.locator(".row", has_text=words).first.click()


async def take(page: Page) -> None:
    """Take the open conversation; an offer has a button of that name too."""
    thread = page.get_by_role("main", name="Messages")
    await thread.get_by_role("button", name="Take", exact=True).click()


async def test_a_hand_off_is_taken_answered_noted_and_handed_back(staffed: Staffed) -> None:
    """The customer reads what is meant for him, and nothing else; nobody is asked twice."""
    olga, piotr = await staffed.at_work("Olga"), await staffed.at_work("Piotr")
    chat = await waiting(staffed, "the blue one")
    await open_row(olga, "the blue one")
    await expect(olga.locator(".context")).to_contain_text("order number")
    await expect(olga.locator(".context blockquote")).to_contain_text(
        ["the blue one", "waiting for a week"]
    )
    await take(olga)
    await expect(olga.locator(".thread .title")).to_contain_text("You have this conversation")
    await piotr.get_by_role("button", name="All", exact=True).click()
    await piotr.locator(".row", has_text="Olga").first.click()
    await expect(piotr.locator(".thread .title")).to_contain_text("Olga has this conversation")
    field = olga.get_by_role("textbox", name="Reply", exact=True)
    await field.fill("Good morning, I am looking at it.")
    await field.press("Control+Enter")
    said = chat.page.locator("article.agent .text")
    await expect(said).to_have_text(["Good morning, I am looking at it."])
    await olga.keyboard.press("Escape")
    await olga.keyboard.press("n")
    note = olga.get_by_role("textbox", name="Note", exact=True)
    await note.fill("a careful customer, @piotr")
    await note.press("Control+Enter")
    await expect(olga.locator(".line.internal")).to_contain_text("a careful customer")
    await expect(piotr.locator(".line.internal")).to_contain_text("a careful customer")
    await expect(said).to_have_count(1)
    await olga.keyboard.press("Escape")
    await olga.keyboard.press("b")
    await olga.get_by_label("What came of it?").fill("The number was wrong")
    await olga.get_by_label("Value: order_number").fill("NT-10002")
    await olga.get_by_label("The bot speaks first").check()
    await olga.get_by_role("dialog").get_by_role("button", name="Hand back").click()
    await chat.hears("The bot goes on with /order_status")
    await chat.ask("thanks", "You said: thanks")
    gone_on, _ = staffed.nitka.turns.asked[-2:]
    assert "NT-10002" in str(gone_on.state)
    texts = str(await chat.lines())
    assert "careful" not in texts
    assert "The number was wrong" not in texts


_FILES = """() => performance.getEntriesByType("resource")
    .filter((one) => /\\/desk\\/assets\\/.*\\.(js|css)$/.test(one.name))
    .map((one) => [one.encodedBodySize, one.decodedBodySize])"""
_STREAM = """async () => {
    const leaving = new AbortController();
    const answer = await fetch("/api/desk/events", { signal: leaving.signal });
    leaving.abort();
    return [answer.headers.get("content-type"), answer.headers.get("content-encoding")];
}"""


async def test_the_page_comes_compressed_and_the_stream_does_not(staffed: Staffed) -> None:
    """As the build has made it; what is live is never held back by a compressor."""
    page = await staffed.at_work("Kamila")
    sizes = await page.evaluate(_FILES)
    assert len(sizes) >= 2
    assert [pair for pair in sizes if not 0 < pair[0] < pair[1] / 2] == []
    assert await page.evaluate(_STREAM) == ["text/event-stream; charset=utf-8", None]


async def test_a_reply_that_missed_something_is_not_sent(staffed: Staffed) -> None:
    """The newer line is shown, the words stay in the field, and the second try goes out."""
    olga = await staffed.at_work("Ola")
    chat = await waiting(staffed, "stale or not")
    await open_row(olga, "stale or not")
    await take(olga)
    field = olga.get_by_role("textbox", name="Reply", exact=True)
    await field.fill("I will send a new one.")
    await chat.say("It has just arrived!")
    await chat.delivered(3)
    stale = {"text": "I will send a new one.", "seen": 1}
    await olga.route(
        "**/api/desk/handoffs/*/messages",
        lambda route: route.continue_(post_data=stale | {"key": "a-stale-reply"}),
        times=1,
    )
    await field.press("Control+Enter")
    await expect(olga.get_by_role("alert")).to_contain_text("something newer")
    await expect(field).to_have_value("I will send a new one.")
    await expect(olga.locator(".lines")).to_contain_text("It has just arrived!")
    await field.fill("Wonderful!")
    await field.press("Control+Enter")
    said = chat.page.locator("article.agent .text")
    await expect(said).to_have_text(["Wonderful!"])


async def test_drafts_survive_and_the_door_closes(staffed: Staffed) -> None:
    """A reload keeps what was being written; after signing out nothing is shown."""
    page = await staffed.at_work("Ewa")
    await waiting(staffed, "draft, please")
    await open_row(page, "draft, please")
    await take(page)
    await page.get_by_role("textbox", name="Reply", exact=True).fill("half a senten")
    await page.reload()
    await page.locator(".row", has_text="draft, please").first.click()
    await expect(page.get_by_role("textbox", name="Reply", exact=True)).to_have_value(
        "half a senten"
    )
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.get_by_label("E-mail").fill("ewa@nitka.test")
    await page.get_by_label("Password").fill("wrong")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("wrong")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("navigation")).to_be_visible()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_an_offer_finds_who_is_there(staffed: Staffed, phone: bool, tmp_path: Path) -> None:
    """Somebody whose desk is open is asked, and goes on with what he does meanwhile."""
    page = await staffed.at_work(f"Iga{phone}", "supervisor", phone=phone)
    chat = await waiting(staffed, f"offer me {phone}")
    offer = page.get_by_role("alertdialog")
    await expect(offer).to_be_visible()
    await page.get_by_role("button", name="All", exact=True).click()
    assert await violations(page) == []
    await page.screenshot(path=tmp_path / "offer.png")
    await offer.get_by_role("button", name="Take", exact=True).click()
    await expect(page.locator(".thread .title")).to_contain_text("You have this conversation")
    assert chat is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_axe_finds_nothing_serious(
    staffed: Staffed, scheme: str, phone: bool, tmp_path: Path
) -> None:
    """Door, inbox, thread with its customer, dialogs: light and dark, desk and phone."""
    name = f"Axe{scheme}{phone}"
    door = await staffed.page(phone=phone, color_scheme=scheme)
    await door.goto(f"{staffed.nitka.url}/desk")
    await expect(door.get_by_role("button", name="Sign in")).to_be_visible()
    assert await violations(door) == []
    await waiting(staffed, f"axe {scheme} {phone}")
    page = await staffed.at_work(name, "admin", phone=phone, color_scheme=scheme)
    await page.get_by_role("button", name="All", exact=True).click()
    await expect(page.locator(".row").first).to_be_visible()
    assert await violations(page) == []
    await page.screenshot(path=tmp_path / "inbox.png")
    await page.locator(".row").first.click()
    await expect(page.locator(".lines .line").first).to_be_visible()
    assert await violations(page) == []
    for key, dialog in (("?", "Keyboard"), ("Control+k", "Commands")):
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog", name=dialog)).to_be_visible()
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog", name=dialog)).to_have_count(0)
    await page.screenshot(path=tmp_path / "thread.png")


async def test_a_talk_goes_over_two_channels_and_back_to_the_bot(
    staffed: Staffed, engine_url: str
) -> None:
    """The whole way with the trained bot: half a form, a person, Telegram, the bot."""
    nitka = staffed.nitka
    nitka.turns.real = engine_url
    olga = await staffed.at_work("Hania")
    chat = await staffed.customer(locale="pl-PL")
    telegram = nitka.telegram.person(nitka.number())
    await chat.ask("gdzie jest moje zamówienie?", "numer")
    await chat.ask("/human", ".")
    await chat.say("/link")
    code = chat.page.locator("article.system .text", has_text=re.compile("link [2-9A-Z]{10}"))
    found = re.search(r"link ([2-9A-Z]{10})", await code.last.inner_text())
    assert found
    await open_row(olga, "")
    await take(olga)
    context = olga.locator(".context")
    await expect(context.locator(".open-question")).to_contain_text("order number")
    telegram.say(f"link {found[1]}")
    await nitka.telegram.until(lambda: len(telegram.texts) > 0)
    telegram.say("jestem teraz tutaj")
    await expect(olga.locator(".line", has_text="jestem teraz tutaj")).to_contain_text("telegram")
    field = olga.get_by_role("textbox", name="Reply", exact=True)
    await field.fill("Dzień dobry, już sprawdzam.")
    await field.press("Control+Enter")
    await nitka.telegram.until(lambda: "Dzień dobry, już sprawdzam." in telegram.texts)
    await olga.keyboard.press("Escape")
    await olga.keyboard.press("b")
    await olga.get_by_label("What came of it?").fill("znaleziony numer")
    await olga.get_by_label("Value: order_number").fill("NT-10002")
    await olga.get_by_label("The bot speaks first").check()
    await olga.get_by_role("dialog").get_by_role("button", name="Hand back").click()
    await nitka.telegram.until(lambda: "NT-10002" in telegram.texts[-1], seconds=60)
