"""Parts that go out over the wire, every call held against the specification."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from connectors.telegram.connector import FILE_LIMIT, Telegram
from connectors.telegram.factory import TelegramOptions, open_telegram
from nitka.domain.address import Address, Channel
from nitka.domain.message import Message
from nitka.errors import ConfigError, SendError, SendFault
from nitka.ports import Sent
from tests.connectors.harness import Case, table
from tests.connectors.telegram.made import ANNA
from tests.connectors.telegram.platform import BOT, TOKEN, Platform, Reply, no, ok
from tests.connectors.telegram.test_render import BUTTONS, KEYBOARD, PAPER, PICTURE, a_message


async def send(telegram: Telegram, message: Message, *, to: Address = ANNA) -> list[Sent]:
    return [await telegram.send(to, part, doubtful=False) for part in telegram.render(message)]


async def test_text_and_buttons(telegram: Telegram, platform: Platform) -> None:
    """Text goes out as it is, without markup, with references as buttons."""
    (sent,) = await send(telegram, a_message("*Hi* & <b>", buttons=BUTTONS))
    (call,) = platform.calls
    assert sent == Sent("42:1")
    assert call.method == "sendMessage"
    keyboard = json.loads(call.given.pop("reply_markup"))
    assert keyboard == {"inline_keyboard": KEYBOARD}
    assert call.given == {"chat_id": "42", "text": "*Hi* & <b>"}


async def test_in_a_topic_of_a_group(telegram: Telegram, platform: Platform) -> None:
    """What was said in a group is answered there, in its topic."""
    await send(telegram, a_message("Hi", place="-1001:4"))
    (call,) = platform.calls
    assert call.given == {"chat_id": "-1001", "message_thread_id": "4", "text": "Hi"}


async def test_files(
    telegram: Telegram, platform: Platform, stored_files: dict[str, bytes]
) -> None:
    """Pictures and files go out with their bytes, names and the caption."""
    stored_files |= {"f1": b"PNG", "f2": b"PDF"}
    await send(telegram, a_message("Both", attachments=(PICTURE, PAPER)))
    photo, paper = platform.calls
    assert (photo.method, list(photo.files.values())) == ("sendPhoto", [("mug.png", b"PNG")])
    assert (paper.method, list(paper.files.values())) == ("sendDocument", [("bill.pdf", b"PDF")])
    assert paper.given["caption"] == "Both"


async def test_a_picture_that_is_no_photo(
    telegram: Telegram, platform: Platform, stored_files: dict[str, bytes]
) -> None:
    """A picture that Telegram refuses as a photo goes as a file, once."""
    stored_files["f1"] = b"PNG"
    platform.will("sendPhoto", no(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
    await send(telegram, a_message("Wide", attachments=(PICTURE,)))
    assert [call.method for call in platform.calls] == ["sendPhoto", "sendDocument"]
    assert platform.calls[1].given["caption"] == "Wide"


async def test_a_file_that_is_gone(telegram: Telegram, platform: Platform) -> None:
    """A file whose bytes are not kept any more is a refused message, and nothing is called."""
    with pytest.raises(SendError, match="not kept"):
        await send(telegram, a_message("", attachments=(PAPER,)))
    assert platform.calls == []


async def test_a_group_that_moved(telegram: Telegram, platform: Platform) -> None:
    """A group that became a supergroup is followed at once, and remembered."""
    moved = no(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-100500)
    platform.will("sendMessage", moved)
    await send(telegram, a_message("one", place="-77"))
    await send(telegram, a_message("two", place="-77"))
    where = [(call.given["chat_id"], call.given["text"]) for call in platform.calls]
    assert where == [("-77", "one"), ("-100500", "one"), ("-100500", "two")]


@dataclass(frozen=True)
class Fault:
    """How an answer is classified."""

    fault: SendFault
    retryable: bool
    after: int | None = None


@table(
    Case(
        "too many",
        no(429, "Too Many Requests: retry after 17", retry_after=17),
        Fault(SendFault.RATE_LIMITED, True, 17),
    ),
    Case("too many, no time", no(429, "Too Many Requests"), Fault(SendFault.RATE_LIMITED, True, 5)),
    Case(
        "blocked",
        no(403, "Forbidden: bot was blocked by the user"),
        Fault(SendFault.UNREACHABLE, False),
    ),
    Case(
        "deactivated",
        no(403, "Forbidden: user is deactivated"),
        Fault(SendFault.UNREACHABLE, False),
    ),
    Case("no chat", no(400, "Bad Request: chat not found"), Fault(SendFault.UNREACHABLE, False)),
    Case(
        "refused",
        no(400, "Bad Request: can't parse entities"),
        Fault(SendFault.REJECTED, False),
    ),
    Case("too large", no(413, "Request Entity Too Large"), Fault(SendFault.REJECTED, False)),
    Case("token revoked", no(401, "Unauthorized"), Fault(SendFault.CREDENTIALS, False)),
    Case("token unknown", no(404, "Not Found"), Fault(SendFault.CREDENTIALS, False)),
    Case("down", no(500, "Internal Server Error"), Fault(SendFault.PLATFORM_DOWN, True)),
    Case(
        "a proxy's page", Reply("<h1>Bad Gateway</h1>", 502), Fault(SendFault.PLATFORM_DOWN, True)
    ),
    Case("an empty error", Reply("{}", 503), Fault(SendFault.PLATFORM_DOWN, True)),
    Case("hung up", Reply("", 0), Fault(SendFault.NETWORK, True)),
    Case("no JSON", Reply("<html>", 200), Fault(SendFault.NETWORK, True)),
    Case(
        "an error with a good status",
        Reply({"ok": False, "error_code": 403, "description": "Forbidden"}),
        Fault(SendFault.UNREACHABLE, False),
    ),
    Case(
        "bent parameters",
        Reply({"ok": False, "description": "?", "parameters": "x"}, 400),
        Fault(SendFault.REJECTED, False),
    ),
)
async def test_faults(
    telegram: Telegram, platform: Platform, given: Reply, expected: Fault
) -> None:
    """Every answer of Telegram is one of the closed list of faults, tried once, without secrets."""
    platform.will("sendMessage", given)
    with pytest.raises(SendError) as caught:
        await send(telegram, a_message("Hi"))
    after = caught.value.retry_after
    seconds = int(after.total_seconds()) if after else None
    assert Fault(caught.value.fault, caught.value.retryable, seconds) == expected
    assert TOKEN.split(":")[1] not in f"{caught.value!r}{caught.value.__cause__!r}"
    assert len(platform.calls) == 1


@table(
    Case("an odd but good answer", ok("sent"), Sent(None)),
    Case("a newer message", ok({"message_id": 9, "hologram": {}}), Sent("42:9")),
)
async def test_sent_is_sent(
    telegram: Telegram, platform: Platform, given: Reply, expected: Sent
) -> None:
    """A message that Telegram took is never taken for unsent, whatever else the answer says."""
    platform.will("sendMessage", given)
    assert await send(telegram, a_message("Hi")) == [expected]


async def test_a_pause_that_was_asked_for_is_kept(telegram: Telegram, platform: Platform) -> None:
    """After 429 nothing goes to that chat before its time, and other chats go on."""
    platform.will("sendMessage", no(429, "Too Many Requests", retry_after=17))
    for _ in range(2):
        with pytest.raises(SendError) as caught:
            await send(telegram, a_message("Hi"))
        assert caught.value.retry_after is not None
        assert caught.value.retry_after >= timedelta(seconds=16)
    assert len(platform.calls) == 1
    await send(telegram, a_message("Hi"), to=Address(Channel.TELEGRAM, str(BOT), "43"))


async def test_a_closed_group_does_not_close_the_person(
    telegram: Telegram, platform: Platform
) -> None:
    """A bot thrown out of a group still reaches the person in private."""
    platform.will("sendMessage", no(403, "Forbidden: bot was kicked from the supergroup chat"))
    with pytest.raises(SendError) as caught:
        await send(telegram, a_message("Hi", place="-1001"))
    assert caught.value.fault is SendFault.REJECTED


async def test_nobody_there() -> None:
    """Where no connection is made nothing has arrived: that is not the same as no answer."""

    async def load(_: str) -> bytes | None:
        return None

    telegram = open_telegram(TelegramOptions(TOKEN, api="http://127.0.0.1:9"), load=load)
    with pytest.raises(SendError) as caught:
        await send(telegram, a_message("Hi"))
    assert (caught.value.fault, caught.value.retryable) == (SendFault.PLATFORM_DOWN, True)
    assert not await telegram.ready()
    await telegram.typing(ANNA)
    await telegram.close()


async def test_an_address_of_elsewhere(telegram: Telegram, platform: Platform) -> None:
    """An address that is no number is refused before anything is called."""
    with pytest.raises(SendError, match="no chat"):
        await send(telegram, a_message("Hi"), to=Address(Channel.TELEGRAM, str(BOT), "anna"))
    assert platform.calls == []


async def test_typing(telegram: Telegram, platform: Platform) -> None:
    """Typing is shown, and never raises."""
    platform.will("sendChatAction", ok(True), no(403, "Forbidden"), Reply("", 0))
    for _ in range(3):
        await telegram.typing(ANNA)
    given: list[Any] = [call.given for call in platform.calls]
    assert given == [{"chat_id": "42", "action": "typing"}] * 3


async def test_download(telegram: Telegram, platform: Platform) -> None:
    """A customer's file is fetched by Telegram's reference to it, up to 20 MB."""
    platform.files |= {"documents/F1": b"PDF", "documents/F2": b"x" * (FILE_LIMIT + 1)}
    assert await telegram.download("F1") == b"PDF"
    with pytest.raises(SendError, match="20 MB"):
        await telegram.download("F2")
    platform.will("getFile", no(400, "Bad Request: file is too big"))
    with pytest.raises(SendError, match="too big"):
        await telegram.download("F3")
    platform.will("getFile", ok({"file_id": "F2", "file_path": "documents/F2"}))
    with pytest.raises(SendError, match="20 MB"):
        await telegram.download("F2")
    with pytest.raises(SendError, match="404"):
        await telegram.download("gone")
    for path in ("../../etc/passwd", None, 5):
        platform.will("getFile", ok({"file_path": path}))
        with pytest.raises(SendError, match="no path"):
            await telegram.download("F1")


async def test_who_the_bot_is(telegram: Telegram, platform: Platform) -> None:
    """The account is known from the token; the name is asked for once."""
    assert (telegram.account, telegram.username) == (str(BOT), None)
    assert (await telegram.identify()).username == "shop_bot"
    await telegram.identify()
    assert telegram.username == "shop_bot"
    assert len(platform.calls) == 1
    assert await telegram.ready()


async def test_a_refused_token_names_the_setting(telegram: Telegram, platform: Platform) -> None:
    """A token that Telegram refuses is a wrong setting."""
    platform.will("getMe", no(401, "Unauthorized"))
    with pytest.raises(ConfigError, match="NITKA_TELEGRAM_TOKEN"):
        await telegram.identify()


@table(
    Case("no token", TelegramOptions("x"), "NITKA_TELEGRAM_TOKEN"),
    Case("no number", TelegramOptions("bot:AAA"), "NITKA_TELEGRAM_TOKEN"),
    Case("a bent secret", TelegramOptions(TOKEN, webhook_secret="a b"), "WEBHOOK_SECRET"),
    Case("an empty secret", TelegramOptions(TOKEN, webhook_secret=""), "WEBHOOK_SECRET"),
)
def test_bent_options(given: TelegramOptions, expected: str) -> None:
    """A setting that cannot be right stops the start and is named, without its value."""

    async def load(_: str) -> bytes | None:
        return None

    with pytest.raises(ConfigError, match=expected) as caught:
        open_telegram(given, load=load)
    assert given.token not in str(caught.value) or given.token == "x"


def test_what_telegram_can_do(telegram: Telegram) -> None:
    """Bots never learn whether a message was read: that is not claimed."""
    can = telegram.capabilities()
    assert (can.text_limit, can.buttons, can.images, can.files, can.typing) == (
        *(4096, True, True, True, True),
    )
    assert not can.read_receipts
