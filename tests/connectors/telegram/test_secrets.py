"""Neither the token nor the webhook's secret is ever shown."""

from __future__ import annotations

import io
import logging
from dataclasses import asdict

import pytest
import structlog

from connectors.telegram.connector import Telegram
from connectors.telegram.factory import TelegramOptions
from connectors.telegram.routes import TelegramWebhook
from nitka.errors import ConfigError, SendError
from nitka.log import set_up_logs
from tests.connectors.harness import reveals
from tests.connectors.telegram.doubles import MemoryFront, Naps
from tests.connectors.telegram.made import ANNA
from tests.connectors.telegram.platform import TOKEN, Platform, Reply, no
from tests.connectors.telegram.test_render import a_message

SECRET = "webhook_secret-0123456789"
KEY = TOKEN.split(":")[1]


def test_representations(telegram: Telegram, front: MemoryFront) -> None:
    """Whoever prints the parts sees no secret."""
    options = TelegramOptions(TOKEN, webhook_secret=SECRET)
    parts = (options, telegram, telegram.client, TelegramWebhook(telegram, front, SECRET))
    assert reveals(" ".join(f"{part!r} {part}" for part in parts), KEY, SECRET) == []
    assert asdict(options)["token"] == TOKEN


async def test_logs_and_errors(
    telegram: Telegram, platform: Platform, front: MemoryFront, naps: Naps
) -> None:
    """Every fault is logged and raised without secrets, even by Telegram quoting the address."""
    stream = io.StringIO()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    set_up_logs("debug", "json", stream=stream)
    told = ""
    try:
        faults = (
            no(500, "?"),
            Reply("", 0),
            Reply("<p>"),
            no(429, "?", retry_after=9),
            no(401, "?"),
        )
        platform.will("getUpdates", *faults)
        with pytest.raises(ConfigError) as stopped:
            await telegram.listen(front)
        told += repr(stopped.value)
        webhook = TelegramWebhook(telegram, front, SECRET, sleep=naps.sleep)
        platform.will("setWebhook", no(500, "?"))
        await webhook.set_webhook("https://shop.example/telegram/webhook")
        for fault in faults:
            platform.will("sendMessage", fault)
            (part,) = telegram.render(a_message("Hi"))
            with pytest.raises(SendError) as caught:
                await telegram.send(ANNA, part, doubtful=False)
            told += f"{caught.value!r} {caught.value.__cause__!r}"
            naps.now += 60
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)
    assert "telegram.poll_failed" in stream.getvalue()
    assert reveals(told + stream.getvalue(), KEY, SECRET) == []
