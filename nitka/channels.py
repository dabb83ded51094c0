"""Opens the channels that the settings turn on. Part of the composition: it imports connectors.

A messenger's SDK is loaded only if its channel is on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from fastapi import APIRouter
from pydantic import SecretStr

from connectors.webchat.connector import WebChat
from nitka.domain.address import Channel
from nitka.ports import Amending, Connector, Fanout, Files, Front, Listener, Store
from nitka.settings import Settings

if TYPE_CHECKING:
    from connectors.telegram.routes import TelegramWebhook

log = structlog.get_logger(__name__)
Check = Callable[[], Awaitable[bool]]
Way = Callable[[str], Awaitable[str | None]]


@dataclass(slots=True)
class Channels:
    """The opened channels: ways out, ways in (routes and listeners), and how they are.

    `amending` are those that can change what they have sent. `ways` give, for a one-time code,
    how to continue on a channel: a link, or words to send there.
    """

    connectors: dict[Channel, Connector] = field(default_factory=dict)
    routers: list[APIRouter] = field(default_factory=list)
    listeners: dict[Channel, Listener] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    body_limits: dict[str, int] = field(default_factory=dict)
    ways: dict[Channel, Way] = field(default_factory=dict)
    amending: dict[Channel, Amending] = field(default_factory=dict)

    @property
    def accounts(self) -> Mapping[Channel, str]:
        """Our own side on each channel."""
        return {channel: item.account for channel, item in self.connectors.items()}

    async def close(self) -> None:
        for connector in self.connectors.values():
            await connector.close()


async def open_channels(
    settings: Settings, *, store: Store, fanout: Fanout, files: Files, front: Front
) -> Channels:
    """Open every channel that has its credentials, and say once which are off.

    Raises `ConfigError` for credentials that cannot be right.
    """
    channels = Channels()
    channels.connectors[Channel.WEB] = WebChat(fanout)
    if settings.telegram_token is not None:
        _open_telegram(channels, settings, settings.telegram_token, files=files, front=front)
    else:
        _off(Channel.TELEGRAM, "NITKA_TELEGRAM_TOKEN is not set")
    if settings.slack_bot_token is not None or settings.slack_client_id is not None:
        await _open_slack(channels, settings, store=store, files=files, front=front)
    else:
        _off(Channel.SLACK, "NITKA_SLACK_BOT_TOKEN is not set")
    return channels


def _off(channel: Channel, because: str) -> None:
    log.info("channel.off", channel=channel, because=because)


def _open_telegram(
    channels: Channels, settings: Settings, token: SecretStr, *, files: Files, front: Front
) -> None:
    from connectors.telegram import routes
    from connectors.telegram.factory import TelegramOptions, open_telegram

    options = TelegramOptions(
        token.get_secret_value(),
        api=settings.telegram_api,
        webhook_secret=_value(settings.telegram_webhook_secret),
    )
    telegram = open_telegram(options, load=files.load)
    channels.connectors[Channel.TELEGRAM] = telegram
    channels.checks[Channel.TELEGRAM] = telegram.ready
    channels.ways[Channel.TELEGRAM] = telegram.invitation
    channels.amending[Channel.TELEGRAM] = telegram
    if options.webhook_secret is None or settings.public_url is None:
        channels.listeners[Channel.TELEGRAM] = telegram
        return
    webhook = routes.TelegramWebhook(telegram, front, options.webhook_secret)
    channels.routers.append(webhook.router())
    channels.body_limits[routes.PATH] = routes.BODY_LIMIT
    url = f"{settings.public_url}{routes.PATH}"
    channels.listeners[Channel.TELEGRAM] = _WebhookKeeper(webhook, url)


@dataclass(frozen=True, slots=True)
class _WebhookKeeper:
    """Keeps Telegram's webhook set while it runs, and removes it in the end."""

    webhook: TelegramWebhook
    url: str

    async def listen(self, front: Front) -> None:  # noqa: ARG002  # the route receives
        try:
            await self.webhook.set_webhook(self.url)
            await asyncio.Event().wait()
        finally:
            await self.webhook.delete_webhook()


async def _open_slack(
    channels: Channels, settings: Settings, *, store: Store, files: Files, front: Front
) -> None:
    from connectors.slack.factory import SlackOptions, open_slack

    options = SlackOptions(
        bot_token=_value(settings.slack_bot_token),
        signing_secret=_value(settings.slack_signing_secret),
        app_token=_value(settings.slack_app_token),
        api=settings.slack_api,
        client_id=settings.slack_client_id,
        client_secret=_value(settings.slack_client_secret),
        public_url=settings.public_url,
        key=settings.key(),
        file_limit=settings.file_bytes,
    )
    slack = await open_slack(options, load=files.load, installations=_Installations(store))
    channels.connectors[Channel.SLACK] = slack
    channels.checks[Channel.SLACK] = slack.ready
    channels.ways[Channel.SLACK] = slack.invitation
    channels.amending[Channel.SLACK] = slack
    channels.routers.append(slack.routes(front))
    if slack.can_listen:
        channels.listeners[Channel.SLACK] = slack


@dataclass(frozen=True, slots=True)
class _Installations:
    """Slack's sealed installations, kept with the other secrets in the store."""

    store: Store

    async def get(self, team: str) -> bytes | None:
        async with self.store.begin() as uow:
            return await uow.secrets.get(_name(team))

    async def put(self, team: str, sealed: bytes) -> None:
        async with self.store.begin() as uow:
            await uow.secrets.put(_name(team), sealed)

    async def remove(self, team: str) -> None:
        async with self.store.begin() as uow:
            await uow.secrets.remove(_name(team))


def _name(team: str) -> str:
    return f"slack:installation:{team}"


def _value(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
