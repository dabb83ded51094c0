"""The Bot API server answers as Telegram does, and notices what Telegram would not take."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.platforms.bent import bent
from tests.platforms.faults import Kind
from tests.platforms.journal import Json
from tests.platforms.serving import serving
from tests.platforms.telegram.examples import Examples
from tests.platforms.telegram.markup import Unparsable, plain
from tests.platforms.telegram.server import TelegramServer, telegram_server
from tests.platforms.telegram.spec import bot_api


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with telegram_server(speed=20) as server:
        yield server


async def call(
    telegram: TelegramServer, method: str, *, token: str | None = None, **given: Any
) -> Json:
    """Call a method as a bot does, with a JSON body."""
    url = f"{telegram.url}/bot{token or telegram.token}/{method}"
    async with aiohttp.ClientSession() as http, http.post(url, json=given) as answer:
        told: Json = await answer.json()
    assert answer.status == told.get("error_code", 200)
    return told


async def test_what_the_bot_sends_is_seen(telegram: TelegramServer) -> None:
    """A sent message stands in the chat, its buttons with it, and comes back as a Message."""
    anna = telegram.person(42)
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "c:1"}]]}
    told = await call(telegram, "sendMessage", chat_id=42, text=" Hi ", reply_markup=keyboard)
    assert anna.texts == ["Hi"]
    assert anna.chat.from_bot[0].buttons == [{"text": "Yes", "callback_data": "c:1"}]
    assert bot_api().faults_of("Message", told["result"]) == []
    assert telegram.violations == []


@pytest.mark.parametrize(
    ("given", "description", "violation"),
    [
        ({"text": "x" * 4097}, "message is too long", "at most 4096"),
        ({"text": " "}, "message text is empty", "empty"),
        ({}, "message text is empty", "missing"),
        ({"text": 5}, "can't parse text", "no String"),
        ({"text": "a", "colour": "red"}, None, "unknown parameter"),
        ({"text": "a <b>c", "parse_mode": "HTML"}, "can't parse entities", "does not parse"),
        ({"text": "1.", "parse_mode": "MarkdownV2"}, "is reserved", "does not parse"),
        (
            {"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
            "TYPE",
            "one thing",
        ),
        (
            {
                "text": "a",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "я" * 33}]]},
            },
            "BUTTON_DATA_INVALID",
            "1-64 bytes",
        ),
        (
            {
                "text": "a",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]] * 101},
            },
            "TOO_LONG",
            "101 buttons",
        ),
    ],
)
async def test_what_is_against_the_specification_is_named(
    telegram: TelegramServer, given: Json, description: str | None, violation: str
) -> None:
    """Every breach is a violation; what Telegram refuses is refused with its words."""
    telegram.person(42)
    told = await call(telegram, "sendMessage", chat_id=42, **given)
    assert told["ok"] is (description is None)
    assert (description or "") in told.get("description", "")
    assert any(violation in one for one in telegram.violations), telegram.violations


async def test_refusals_of_the_platform(telegram: TelegramServer) -> None:
    """A wrong token, an unknown method, a chat that is not there, somebody who blocked the bot."""
    telegram.person(42).block()
    assert (await call(telegram, "getMe", token="1:wrong"))["error_code"] == 401
    assert (await call(telegram, "sendTelegram"))["error_code"] == 404
    assert (
        "chat not found"
        in (await call(telegram, "sendMessage", chat_id=7, text="a"))["description"]
    )
    blocked = await call(telegram, "sendMessage", chat_id=42, text="a")
    assert (blocked["error_code"], blocked["description"]) == (
        403,
        "Forbidden: bot was blocked by the user",
    )


async def test_too_much_in_one_chat_is_put_off(telegram: TelegramServer) -> None:
    """After a burst the chat takes one message a second; what is refused is not seen."""
    telegram.methods.limits.speed = 1
    anna = telegram.person(42)
    told = [await call(telegram, "sendMessage", chat_id=42, text=str(n)) for n in range(8)]
    refused = [one for one in told if not one["ok"]]
    assert refused[0]["error_code"] == 429
    assert refused[0]["parameters"]["retry_after"] >= 1
    assert len(anna.texts) + len(refused) == 8


async def test_updates_wait_until_they_are_confirmed(telegram: TelegramServer) -> None:
    """getUpdates gives the same updates until an offset behind them is asked for."""
    first = telegram.person(42).say("/start abc")
    assert first["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    for _ in range(2):
        assert (await call(telegram, "getUpdates"))["result"] == [first]
    number = first["update_id"] + 1
    assert (await call(telegram, "getUpdates", offset=number))["result"] == []
    waiting = asyncio.ensure_future(call(telegram, "getUpdates", offset=number, timeout=20))
    await telegram.until(lambda: telegram.polled)
    second = telegram.person(42).say("and")
    assert (await waiting)["result"] == [second]


async def test_numbers_that_begin_anew_are_given_to_an_old_offset(telegram: TelegramServer) -> None:
    """After a quiet week numbers are random: an offset that names nothing is no offset."""
    anna = telegram.person(42)
    number = anna.say("a")["update_id"] + 1
    await call(telegram, "getUpdates", offset=number)
    telegram.updates.restart(lower=True)
    lower = anna.say("b")
    assert (await call(telegram, "getUpdates", offset=number))["result"] == [lower]


async def test_a_second_poll_ends_the_first_and_a_webhook_both(telegram: TelegramServer) -> None:
    """Telegram answers 409 to whoever polls beside another, or beside a webhook."""
    first = asyncio.ensure_future(call(telegram, "getUpdates", timeout=20))
    await telegram.until(lambda: telegram.polled)
    second = asyncio.ensure_future(call(telegram, "getUpdates", timeout=1))
    assert (await first)["error_code"] == 409
    await second
    await call(telegram, "setWebhook", url="http://127.0.0.1:9/x")
    assert "webhook is active" in (await call(telegram, "getUpdates"))["description"]


async def test_a_webhook_is_tried_again_and_blocks_its_chat_only(telegram: TelegramServer) -> None:
    """A refused update comes again and again before the next of its chat; other chats go on."""
    got: list[tuple[str, str | None]] = []
    refuse = {"first"}

    async def take(request: web.Request) -> web.Response:
        text = (await request.json())["message"]["text"]
        got.append((text, request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.Response(status=500 if text in refuse else 200)

    app = web.Application()
    app.router.add_post("/hook", take)
    async with serving(app) as port:
        url = f"http://127.0.0.1:{port}/hook"
        await call(telegram, "setWebhook", url=url, secret_token="s3cret")
        for text in ("first", "second"):
            telegram.person(42).say(text)
        telegram.person(43).say("other")
        await telegram.until(lambda: [t for t, _ in got].count("first") >= 3)
        assert {text for text, _ in got} == {"first", "other"}
        assert "500" in (await call(telegram, "getWebhookInfo"))["result"]["last_error_message"]
        refuse.clear()
        await telegram.until(lambda: not telegram.updates.waiting)
    assert got[-1] == ("second", "s3cret")


async def test_a_lost_answer_has_done_its_deed(telegram: TelegramServer) -> None:
    """A time-out after success: the message is there, the caller does not know."""
    anna = telegram.person(42)
    telegram.faults.plan("sendMessage", Kind.LOST)
    with pytest.raises(aiohttp.ClientError):
        await call(telegram, "sendMessage", chat_id=42, text="a")
    assert anna.texts == ["a"]
    telegram.faults.plan("sendMessage", Kind.STATUS, status=502)
    assert (await call(telegram, "sendMessage", chat_id=42, text="b"))["error_code"] == 502
    assert anna.texts == ["a"]


async def test_files_are_uploaded_and_fetched(telegram: TelegramServer) -> None:
    """A file goes up as a form, and a customer's file down by its path."""
    telegram.person(42).document(b"%PDF", "bill.pdf")
    form = aiohttp.FormData({"chat_id": "42", "caption": "look"})
    form.add_field("document", b"bytes", filename="a.txt")
    url = f"{telegram.url}/bot{telegram.token}/sendDocument"
    async with aiohttp.ClientSession() as http:
        async with http.post(url, data=form) as answer:
            sent = (await answer.json())["result"]
        assert telegram.world.files[sent["document"]["file_id"]].content == b"bytes"
        file_id = telegram.updates.made[-1]["message"]["document"]["file_id"]
        path = (await call(telegram, "getFile", file_id=file_id))["result"]["file_path"]
        async with http.get(f"{telegram.url}/file/bot{telegram.token}/{path}") as answer:
            assert await answer.read() == b"%PDF"
    assert telegram.violations == []


def test_what_people_do_is_as_specified() -> None:
    """Every update the server makes itself is a valid Update."""
    telegram = TelegramServer()
    anna, room = telegram.person(42, language="pl"), telegram.group(-100123)
    anna.say("/start x @nitka_shop_bot")
    anna.photo(b"jpg", caption="c", album="1")
    anna.document(b"pdf", "a.pdf")
    anna.voice(b"ogg")
    anna.sticker()
    anna.location(1.5, 2.5)
    anna.contact("+48123")
    anna.reply(anna.last, "re", room=room)
    anna.edit(anna.last, "new")
    anna.press_data(anna.last, "x")
    anna.block()
    anna.unblock()
    assert {
        f"{u}: {f}" for u in telegram.updates.made for f in bot_api().faults_of("Update", u)
    } == set()


def test_examples_cover_every_kind_and_mutations_differ() -> None:
    """There is an update of each kind, as specified; bending changes it and stays repeatable."""
    made = list(Examples().of_every_kind())
    assert {kind for one in made for kind in one} == set(bot_api().update_kinds)
    for one in made[::2]:
        missing = [f for f in bot_api().faults_of("Update", {"update_id": 1, **one}) if f.refusal]
        assert missing == []
    assert bent(made[0], random.Random(1)) == bent(made[0], random.Random(1)) != made[0]


@pytest.mark.parametrize(
    ("mode", "text", "shown"),
    [
        ("HTML", "<b>a &lt; <i>b</i></b> &nbsp;", "a < b &nbsp;"),
        ("HTML", '<a href="https://x">l</a>', "l"),
        ("HTML", "a < b", None),
        ("HTML", "<b>a</i>", None),
        ("HTML", "<div>a</div>", None),
        ("MarkdownV2", r"*a* \. _b_ [l](https://x\)y)", "a . b l"),
        ("MarkdownV2", "a-b", None),
        ("MarkdownV2", "*a", None),
        ("MarkdownV2", "`a_b`", "a_b"),
        ("MarkdownV2", ">quote\nrest", "quote\nrest"),
        ("Markdown", "*a* [l](x) b-c.", "a l b-c."),
        ("Markdown", "_a", None),
        ("Word", "a", None),
    ],
)
def test_markup(mode: str, text: str, shown: str | None) -> None:
    """Markup is read as Telegram reads it; what does not parse is refused."""
    if shown is None:
        with pytest.raises(Unparsable):
            plain(text, mode)
    else:
        assert plain(text, mode) == shown
