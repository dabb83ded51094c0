"""Opens Slack as a channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp

from connectors.slack.connector import Slack
from connectors.slack.installations import Installations, Vault
from connectors.slack.oauth import InstallRoutes
from connectors.slack.pace import Pace
from connectors.slack.socket import SocketMode
from connectors.slack.transfer import Transfer, is_loopback
from connectors.slack.workspaces import Workspaces
from nitka.errors import ConfigError

API = "https://slack.com/api/"

_TIMEOUT = aiohttp.ClientTimeout(total=20, connect=10)  # seconds; `deliver` waits 30


@dataclass(frozen=True, slots=True)
class SlackOptions:
    """What Slack needs. Each `NITKA_SLACK_<NAME>` is the setting of the same name here.

    `bot_token` speaks in its own workspace; `client_id` and `client_secret` (with `public_url` and
    `key`, the service's secret) let other workspaces install the app. `signing_secret` opens the
    HTTP door, `app_token` Socket Mode. `file_limit`: bytes of a customer's file.
    """

    bot_token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)
    app_token: str | None = field(default=None, repr=False)
    api: str = API
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    public_url: str | None = None
    key: str | None = field(default=None, repr=False)
    file_limit: int = 10 * 1024 * 1024


async def open_slack(
    options: SlackOptions,
    *,
    load: Callable[[str], Awaitable[bytes | None]],
    installations: Installations | None = None,
    pace: Pace | None = None,
) -> Slack:
    """Open the connector; `load` gives a file's bytes by its `file_id`.

    Asks Slack once whose the token is. Raises `ConfigError` for settings that do not fit together
    and for a token that Slack refuses; a Slack that cannot be reached does not stop the start.
    """
    _check(options, installations)
    api = options.api if options.api.endswith("/") else f"{options.api}/"
    here = is_loopback(urlsplit(api).hostname or "")
    http = aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=not here)
    async with AsyncExitStack() as unless_opened:
        unless_opened.push_async_callback(http.close)
        workspaces = Workspaces(
            http,
            api=api,
            token=options.bot_token,
            installations=installations,
            vault=Vault(options.key) if options.key else None,
        )
        await workspaces.identify()
        unless_opened.pop_all()
    transfer = Transfer(http, workspaces, api=api, load=load, limit=options.file_limit)
    socket = None
    if options.app_token is not None:
        socket = SocketMode(http, workspaces, app_token=options.app_token)
    return Slack(
        http,
        workspaces=workspaces,
        transfer=transfer,
        pace=pace or Pace(),
        socket=socket,
        signing_secret=options.signing_secret,
        install=_install(options, workspaces),
    )


def _install(options: SlackOptions, workspaces: Workspaces) -> InstallRoutes | None:
    if not (options.client_id and options.client_secret and options.public_url and options.key):
        return None
    return InstallRoutes(
        workspaces,
        client_id=options.client_id,
        client_secret=options.client_secret,
        public_url=options.public_url,
        key=options.key,
    )


def _check(options: SlackOptions, installations: Installations | None) -> None:
    """Raise `ConfigError` for settings that do not make a working channel."""
    if options.bot_token is None and options.client_id is None:
        raise ConfigError("NITKA_SLACK_BOT_TOKEN: must be the bot token (xoxb-…) of the app")
    if options.signing_secret is None and options.app_token is None:
        raise ConfigError(
            "NITKA_SLACK_SIGNING_SECRET: must be set for HTTP events, or NITKA_SLACK_APP_TOKEN "
            "for Socket Mode; without one of them nothing from Slack arrives"
        )
    if (options.client_id is None) != (options.client_secret is None):
        raise ConfigError(
            "NITKA_SLACK_CLIENT_ID and NITKA_SLACK_CLIENT_SECRET: must be set together"
        )
    if options.client_id is not None:
        if options.public_url is None:
            raise ConfigError("NITKA_PUBLIC_URL: must be set for NITKA_SLACK_CLIENT_ID")
        if options.key is None or installations is None:
            raise ConfigError("NITKA_SLACK_CLIENT_ID: installations have no place to be kept")
    _check_address(options.api)


def _check_address(api: str) -> None:
    parts = urlsplit(api)
    here = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not parts.hostname or not (parts.scheme == "https" or here):
        raise ConfigError(f"NITKA_SLACK_API: must be a URL like {API}, with http on loopback only")
