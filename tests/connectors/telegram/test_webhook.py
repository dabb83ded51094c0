"""The webhook: who may post, what is answered, and how Telegram is told of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from connectors.telegram.connector import Telegram
from connectors.telegram.names import KINDS
from connectors.telegram.routes import PATH, TelegramWebhook
from nitka.api.problems import add_problems
from nitka.domain.inbound import Ignored, Inbound
from nitka.errors import ConfigError
from tests.connectors.harness import Case, reveals, table
from tests.connectors.telegram.botapi import BotApi
from tests.connectors.telegram.doubles import MemoryFront, Naps
from tests.connectors.telegram.made import message, pressed, update
from tests.connectors.telegram.platform import TOKEN, Platform, Reply, no, ok

SECRET = "webhook_secret-0123456789"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
URL = "https://shop.example/telegram/webhook"


@pytest.fixture
def webhook(telegram: Telegram, front: MemoryFront, naps: Naps) -> TelegramWebhook:
    return TelegramWebhook(telegram, front, SECRET, sleep=naps.sleep)


@pytest.fixture
async def telegrams(webhook: TelegramWebhook) -> AsyncIterator[httpx.AsyncClient]:
    """What posts to the webhook, with the secret."""
    app = FastAPI()
    add_problems(app)
    app.include_router(webhook.router())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://nitka", headers={HEADER: SECRET}
    ) as client:
        yield client


async def test_stored_then_answered(telegrams: httpx.AsyncClient, front: MemoryFront) -> None:
    """An update is stored before it is answered with an empty 200."""
    answer = await telegrams.post(PATH, json=update(text="Hi"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert front.texts == ["Hi"]


@table(
    Case("none", {HEADER: None}, 403),
    Case("wrong", {HEADER: "wrong"}, 403),
    Case("empty", {HEADER: ""}, 403),
    Case("longer", {HEADER: SECRET + "x"}, 403),
    Case("of other letters", {HEADER: "пароль".encode()}, 403),
)
async def test_forged(
    telegrams: httpx.AsyncClient,
    front: MemoryFront,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    given: dict[str, Any],
    expected: int,
) -> None:
    """Without the secret nothing is read or stored, and no secret is logged or told."""
    headers = {HEADER: SECRET} | given
    telegrams.headers.pop(HEADER)
    sent = {name: value for name, value in headers.items() if value is not None}
    answer = await telegrams.post(PATH, json=update(text="Hi"), headers=sent)
    assert answer.status_code == expected
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "wrong_secret"
    assert front.came == []
    told = answer.text + caplog.text + "".join(capfd.readouterr())
    assert reveals(told, SECRET, TOKEN, 'wrong"', "пароль") == []


@table(
    Case("no JSON", b"<html>", "malformed"),
    Case("nothing", b"", "malformed"),
    Case("not even text", b"\xff\xfe\x00", "malformed"),
    Case("a list", b"[1, 2]", "malformed"),
    Case("nested without end", b"[" * 100_000, "malformed"),
    Case("a number without end", b'{"update_id": ' + b"9" * 5000 + b"}", "malformed"),
    Case("a future kind", b'{"update_id": 1, "thought_read": {}}', "unknown_thought_read"),
)
async def test_whatever_comes_is_taken(
    telegrams: httpx.AsyncClient, front: MemoryFront, given: bytes, expected: str
) -> None:
    """A body that is no update gets 200 and an entry, or it would block those behind it."""
    answer = await telegrams.post(PATH, content=given)
    assert answer.status_code == 200
    (entry,) = front.came
    assert isinstance(entry, Ignored)
    assert entry.reason == expected


async def test_every_kind(telegrams: httpx.AsyncClient, front: MemoryFront, api: BotApi) -> None:
    """Every kind of the specification gets 200 and an entry."""
    import random

    choose = random.Random(3)
    for number, kind in enumerate(api.update_kinds):
        one = api.update(kind, full=True, choose=choose, number=number)
        assert (await telegrams.post(PATH, json=one)).status_code == 200
    assert len(front.came) == len(api.update_kinds)


async def test_not_stored_comes_again(telegrams: httpx.AsyncClient, front: MemoryFront) -> None:
    """While the storage is away the answer is 503, so that Telegram posts the update again."""
    front.down = 1
    assert (await telegrams.post(PATH, json=update(text="Hi"))).status_code == 503
    assert front.came == []
    assert (await telegrams.post(PATH, json=update(text="Hi"))).status_code == 200
    assert front.texts == ["Hi"]


async def test_an_update_that_breaks_the_storage(
    telegrams: httpx.AsyncClient, front: MemoryFront
) -> None:
    """It is asked for again a few times, then accounted for, so that it blocks nothing."""
    front.breaks = {"poison"}
    answers = [await telegrams.post(PATH, json=update(text="poison")) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [503, 503, 503, 503, 200]
    (entry,) = front.came
    assert isinstance(entry, Ignored)
    assert entry.reason == "broken"


async def test_duplicates(telegrams: httpx.AsyncClient, front: MemoryFront) -> None:
    """The same update five times is one message, with one native id."""
    for _ in range(5):
        for number in range(10):
            one = update("message", message(text=f"{number}", message_id=number))
            assert (await telegrams.post(PATH, json=one)).status_code == 200
    assert front.texts == [f"{number}" for number in range(10)]


async def test_a_press_is_answered(
    telegrams: httpx.AsyncClient, platform: Platform, front: MemoryFront
) -> None:
    """The button's clock stops once the press is stored."""
    await telegrams.post(PATH, json=pressed())
    await platform.until(lambda: bool(platform.called("answerCallbackQuery")))
    assert isinstance(front.came[0], Inbound)


async def test_telegram_is_told(webhook: TelegramWebhook, platform: Platform, naps: Naps) -> None:
    """The webhook is set with its secret and all kinds, tried until Telegram takes it."""
    platform.will("setWebhook", no(500, "?"), no(429, "?", retry_after=20), Reply("", 0), ok(True))
    await webhook.set_webhook(URL)
    given = platform.called("setWebhook")[-1].given
    assert json.loads(given.pop("allowed_updates")) == list(KINDS)
    assert given == {
        "url": URL,
        "secret_token": SECRET,
        "max_connections": "40",
        "drop_pending_updates": "false",
    }
    assert naps.taken == [1.0, 20.0, 4.0]


@table(
    Case("a bad address", no(400, "Bad Request: bad webhook: HTTPS url"), "NITKA_PUBLIC_URL"),
    Case("a bad token", no(401, "Unauthorized"), "NITKA_TELEGRAM_TOKEN"),
)
async def test_a_wrong_setting_is_named(
    webhook: TelegramWebhook, platform: Platform, given: Reply, expected: str
) -> None:
    """What Telegram will never take is a wrong setting, named."""
    platform.will("setWebhook", given)
    with pytest.raises(ConfigError, match=expected):
        await webhook.set_webhook(URL)


async def test_telegram_is_told_the_end(webhook: TelegramWebhook, platform: Platform) -> None:
    """At the end the webhook is taken away, what waits is kept, and a fault harms nothing."""
    platform.will("deleteWebhook", ok(True), no(500, "?"))
    await webhook.delete_webhook()
    await webhook.delete_webhook()
    assert platform.calls[0].given == {"drop_pending_updates": "false"}
