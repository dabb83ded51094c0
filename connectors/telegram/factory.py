"""Opens Telegram out of options; no network until it is used."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from connectors.telegram.client import Client
from connectors.telegram.connector import Telegram
from connectors.telegram.listen import Polling
from connectors.telegram.outgoing import Load
from connectors.telegram.pace import Pace
from nitka.errors import ConfigError

API = "https://api.telegram.org"

_TOKEN = re.compile(r"([1-9][0-9]{0,15}):([A-Za-z0-9_-]+)")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True, slots=True)
class TelegramOptions:
    """One bot. `api` is the base URL of the Bot API server, files under `{api}/file/bot<token>/`.

    With a `webhook_secret` and a public address updates come by webhook, else by long polling.
    """

    token: str = field(repr=False)
    api: str = API
    webhook_secret: str | None = field(default=None, repr=False)


def open_telegram(
    options: TelegramOptions,
    *,
    load: Load,
    pace: Pace | None = None,
    polling: Polling | None = None,
) -> Telegram:
    """Give the connector of a bot. `load` gives the bytes of a file that goes out, by its id.

    Raises `ConfigError` for a token or a secret that cannot be one.
    """
    token = _TOKEN.fullmatch(options.token)
    if token is None:
        raise ConfigError(
            "NITKA_TELEGRAM_TOKEN: must be a bot's token as @BotFather gives it, 123456789:AA…"
        )
    if options.webhook_secret is not None and not _SECRET.fullmatch(options.webhook_secret):
        raise ConfigError(
            "NITKA_TELEGRAM_WEBHOOK_SECRET: must be 1 to 256 of the characters A-Z a-z 0-9 _ -"
        )
    return Telegram(
        Client(options.token, api=options.api),
        bot_id=int(token[1]),
        load=load,
        pace=pace or Pace(),
        listening=polling or Polling(),
    )
