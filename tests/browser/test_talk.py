"""What a visitor says is answered: in his language, by the really trained bot."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit

ASKS_FOR_NUMBER = {
    "en": r"^Could you give me the order number",
    "ru": r"^Напишите, пожалуйста, номер заказа",
    "pl": r"^Proszę podać numer zamówienia",
}
NOT_FOUND = {
    "en": r"I can't find order NT-99999",
    "ru": r"Заказ NT-99999 не нахожу",
    "pl": r"Nie znajduję zamówienia NT-99999",
}
ON_ITS_WAY = {
    "en": r"^Order {} left us on .* on its way",
    "ru": r"^Заказ {} отправлен .* в пути",
    "pl": r"^Zamówienie {} zostało wysłane .* w drodze",
}
WHERE = {"en": "Where is my order?", "ru": "где мой заказ", "pl": "gdzie jest moja paczka"}


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("Hi", r"^Hello! I'm Nitka Market's assistant"),
        ("где мой заказ", ASKS_FOR_NUMBER["ru"]),
        ("gdzie jest moja paczka", ASKS_FOR_NUMBER["pl"]),
    ],
)
async def test_a_visitor_is_answered_in_the_language_he_writes(
    visit: Visit, said: str, answered: str
) -> None:
    """The language of the words decides, not that of the page, which is English here."""
    chat = await visit()
    await chat.ask(said, answered)


@pytest.mark.parametrize("language", ["en", "ru", "pl"])
async def test_the_order_form_takes_a_right_number_after_a_wrong_one(
    visit: Visit, shipped: str, language: str
) -> None:
    """A number that is no order's is said so and asked for again; the right one is answered."""
    chat = await visit(f"/?lang={language}")
    await chat.ask(WHERE[language], ASKS_FOR_NUMBER[language])
    await chat.ask("NT-99999", NOT_FOUND[language], ASKS_FOR_NUMBER[language])
    await chat.ask(shipped, ON_ITS_WAY[language].format(shipped))
    authors = [author for author, _ in await chat.lines()]
    assert authors == ["customer", "bot", "customer", "bot", "bot", "customer", "bot"]


async def test_a_button_is_an_answer_and_can_be_pressed_once(visit: Visit) -> None:
    """A press says the button's title; what was chosen stays marked, and all of them are closed."""
    chat = await visit()
    await chat.ask("Hi", "^Hello!")
    await chat.choice("Where is my order?").click()
    await chat.hears(ASKS_FOR_NUMBER["en"])
    assert await chat.texts("customer") == ["Hi", "Where is my order?"]
    chosen = chat.page.locator(".choice[data-chosen]")
    await expect(chosen).to_have_text("Where is my order?")
    await expect(chat.choice("Talk to a person")).to_be_disabled()
    await chat.choice("Never mind").click()
    await chat.hears(".")
    await expect(chat.page.locator(".choices .choice:not(:disabled)")).to_have_count(0)


async def test_who_asks_for_a_person_sees_whom_he_waits_for(visit: Visit) -> None:
    """A hand-off is said by the bot and shown in the heading, also after a reload."""
    chat = await visit()
    await expect(chat.owner).to_have_text("You are talking with the bot")
    await chat.ask("Hi", "^Hello!")
    await chat.choice("Talk to a person").click()
    await chat.hears("^Of course.* passing our conversation to a colleague")
    await expect(chat.owner).to_have_text("Waiting for the support team")
    await chat.reload()
    await expect(chat.owner).to_have_text("Waiting for the support team")


async def test_the_page_s_language_is_the_chat_s(visit: Visit) -> None:
    """Switching the page switches every word of the chat, keeps the talk, and is remembered."""
    chat = await visit()
    await chat.ask("Hi", "^Hello!")
    before = await chat.lines()
    for name, words, placeholder in (
        ("PL: polski", "Rozmawiasz z botem", "Napisz wiadomość"),
        ("RU: русский", "Вам отвечает бот", "Напишите сообщение"),
    ):
        await chat.launcher.click()
        await chat.page.get_by_role("button", name=name).click()
        await chat.open()
        await expect(chat.owner).to_have_text(words)
        await expect(chat.field).to_have_attribute("placeholder", placeholder)
        await chat.shows(before)
    await chat.reload()
    await expect(chat.owner).to_have_text("Вам отвечает бот")
    await chat.shows(before)


async def test_the_bot_changes_its_language_when_asked(visit: Visit) -> None:
    """A wish for another language holds from then on, whatever the words are in."""
    chat = await visit()
    await chat.ask("can we speak Russian please?", "^Конечно, продолжим по-русски")
    await chat.ask("hi", "^Здравствуйте")


async def test_markup_is_text(visit: Visit) -> None:
    """HTML in a message is shown as it was written and never becomes part of the page."""
    chat = await visit()
    dialogs: list[str] = []
    chat.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    nasty = "<img src=x onerror=alert(1)><b>bold</b><script>alert(2)</script> NT-99999"
    await chat.ask(nasty, ".")
    await chat.reload()
    assert (await chat.texts("customer")) == [nasty]
    inside = chat.page.locator("article.message").locator("img, b, script")
    await expect(inside).to_have_count(0)
    assert dialogs == []


async def test_links_can_be_followed_safely(visit: Visit) -> None:
    """An address becomes a link to a new tab that knows nothing of this one; scripts never do."""
    chat = await visit()
    await chat.say("see https://example.com/a?b=c and javascript:alert(1)")
    await chat.delivered(1)
    links = chat.mine.get_by_role("link")
    await expect(links).to_have_count(1)
    await expect(links).to_have_attribute("href", "https://example.com/a?b=c")
    await expect(links).to_have_attribute("rel", re.compile("noopener"))


async def test_both_sides_see_that_the_other_writes(visit: Visit) -> None:
    """The bot's typing shows until its answer is there; the visitor's is told to the server."""
    chat = await visit(opened=False)
    frames: list[str] = []
    chat.page.on(
        "websocket",
        lambda socket: socket.on("framesent", lambda frame: frames.append(str(frame))),
    )
    await chat.open()
    await chat.typing.evaluate(
        """node => {
            window.typed = false;
            const look = () => { window.typed ||= !node.hidden; };
            new MutationObserver(look).observe(node, { attributes: true });
        }"""
    )
    await chat.field.press_sequentially("Hi")
    await chat.field.press("Enter")
    await chat.hears("^Hello!")
    await expect(chat.typing).to_be_hidden()
    assert await chat.page.evaluate("window.typed"), "the bot's typing was never shown"
    assert any('"typing"' in frame for frame in frames)
