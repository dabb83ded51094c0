"""Nothing is lost, nothing comes twice, whatever breaks in between."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.house import House
from tests.browser.test_talk import ASKS_FOR_NUMBER, ON_ITS_WAY


async def test_a_reload_keeps_everything(visit: Visit, shipped: str) -> None:
    """What was said, what may be pressed, what was being written, and where the form stood."""
    chat = await visit()
    await chat.ask("where is my order", ASKS_FOR_NUMBER["en"])
    await chat.field.fill("half a sen")
    before = await chat.lines()
    await chat.reload()
    await expect(chat.answers).to_have_count(1)
    await chat.shows(before)
    await expect(chat.field).to_have_value("half a sen")
    await expect(chat.choice("Never mind")).to_be_enabled()
    await chat.ask(shipped, ON_ITS_WAY["en"].format(shipped))


async def test_a_killed_web_process_loses_and_doubles_nothing(
    visit: Visit, house: House, shipped: str
) -> None:
    """Killed in mid-turn with a form half filled: the answer comes, the form goes on."""
    chat = await visit(losses=True)
    await chat.ask("where is my order", ASKS_FOR_NUMBER["en"])
    await chat.say("NT-99999")
    house.kill("web")
    await chat.say("thank you")
    await chat.say(shipped)
    await chat.hears(ON_ITS_WAY["en"].format(shipped))
    await chat.delivered(4)
    said = ["where is my order", "NT-99999", "thank you", shipped]
    assert await chat.texts("customer") == said
    answers = await chat.texts("bot")
    assert len(answers) == 1 + 2 + 2 + 1
    await chat.reload()
    await expect(chat.answers).to_have_count(len(answers))
    assert await chat.texts("customer") == said
    assert await chat.texts("bot") == answers
    assert re.search(
        r"\b0 unexplained", await asyncio.to_thread(house.nitka, "check", "accounting")
    )


async def test_what_is_written_offline_waits_and_goes_out_in_order_once(visit: Visit) -> None:
    """It is shown as waiting, survives until the network is back, then arrives as written."""
    chat = await visit(losses=True)
    await chat.ask("Hi", "^Hello!")
    await chat.page.context.set_offline(True)
    await expect(chat.banner).to_have_text(re.compile("^No connection"))
    said = ["Hi", "NT-10001", "NT-10002", "NT-10003"]
    for text in said[1:]:
        await chat.say(text)
    await expect(chat.page.locator("article.customer.waiting")).to_have_count(3)
    await expect(chat.mine.last).to_contain_text("Waiting to be sent")
    await chat.page.context.set_offline(False)
    await chat.delivered(4)
    await expect(chat.banner).to_be_empty()
    await chat.hears("NT-10003")
    assert await chat.texts("customer") == said
    answered = [text for text in await chat.texts("bot") if "NT-" in text]
    assert [re.findall(r"NT-\d+", text)[0] for text in answered] == said[1:]
    await chat.reload()
    await expect(chat.answers).to_have_count(4)
    assert await chat.texts("customer") == said


async def test_what_is_written_offline_survives_a_closed_page(visit: Visit) -> None:
    """An unsent message is kept by the browser and goes out from the next page of the visitor."""
    chat = await visit(losses=True)
    await chat.ask("Hi", "^Hello!")
    await chat.page.context.set_offline(True)
    await chat.say("NT-10002")
    await expect(chat.page.locator("article.customer.waiting")).to_have_count(1)
    await chat.page.close()
    await chat.page.context.set_offline(False)
    later = await visit(beside=chat)
    await later.hears("^Order NT-10002")
    await later.delivered(2)


async def test_two_tabs_are_one_visitor(visit: Visit) -> None:
    """Both show one talk, whichever of them it is led in."""
    first = await visit()
    second = await visit(beside=first)
    await first.ask("Hi", "^Hello!")
    await expect(second.answers).to_have_count(1)
    await second.ask("NT-10002", "^Order NT-10002")
    await expect(first.answers).to_have_count(2)
    assert await first.lines() == await second.lines()


async def test_tabs_opened_at_once_are_one_visitor(visit: Visit) -> None:
    """Two new tabs that ask for a session at the same time share one."""
    first = await visit(opened=False)
    second = await visit(beside=first, opened=False)
    await first.launcher.click()
    await second.launcher.click()
    await first.ask("Hi", "^Hello!")
    await expect(second.answers).to_have_count(1)


async def test_twenty_messages_at_once_are_answered_in_order(
    visit: Visit, orders: list[dict[str, str]]
) -> None:
    """A burst keeps its order, and so do its answers, each once."""
    numbers = [order["number"] for order in orders][:20]
    assert len(numbers) == 20
    chat = await visit()
    for number in numbers:
        await chat.say(number)
    await chat.delivered(20)
    await chat.hears(numbers[-1])
    assert await chat.texts("customer") == numbers
    named = [re.findall(r"NT-\d+", text) for text in await chat.texts("bot")]
    assert [found[0] for found in named if found] == numbers


async def test_an_answer_to_a_closed_chat_is_counted_until_it_is_seen(
    visit: Visit, house: House
) -> None:
    """The badge counts what was not read, in every tab; opening one chat clears it in all."""
    chat = await visit()
    other = await visit(beside=chat, opened=False)
    with house.paused("worker"):
        await chat.say("Hi")
        await chat.delivered(1)
        await chat.launcher.click()
    await expect(chat.badge).to_have_text("1")
    await expect(chat.launcher).to_have_attribute("aria-label", "Open chat, 1 unread message")
    await expect(other.badge).to_have_text("1")
    await chat.page.bring_to_front()
    await chat.open()
    await expect(chat.badge).to_be_hidden()
    await expect(other.badge).to_be_hidden()
    await chat.page.reload()
    await expect(chat.launcher).to_have_attribute("aria-label", "Open chat")
