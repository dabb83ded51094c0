"""Opens the channels that the settings turn on. Part of the composition: it imports connectors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog
from fastapi import APIRouter

from connectors.telegram.factory import TelegramOptions, open_telegram
from connectors.telegram.routes import BODY_LIMIT as TELEGRAM_BODY
from connectors.telegram.routes import PATH as TELEGRAM_PATH
from connectors.telegram.routes import TelegramWebhook
from connectors.webchat.connector import WebChat
from nitka.domain.address import Channel
from nitka.ports import Connector, Fanout, Files, Front, Listener
from nitka.settings import Settings

log = structlog.get_logger(__name__)
Check = Callable[[], Awaitable[bool]]


@dataclass(slots=True)
class Channels:
    """The opened channels: ways out, ways in (routes and listeners), and how they are."""

    connectors: dict[Channel, Connector] = field(default_factory=dict)
    routers: list[APIRouter] = field(default_factory=list)
    listeners: dict[Channel, Listener] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    body_limits: dict[str, int] = field(default_factory=dict)

    @property
    def accounts(self) -> Mapping[Channel, str]:
        """Our own side on each channel."""
        return {channel: item.account for channel, item in self.connectors.items()}

    async def close(self) -> None:
        for connector in self.connectors.values():
            await connector.close()


def open_channels(settings: Settings, *, fanout: Fanout, files: Files, front: Front) -> Channels:
    """Open every channel that has its credentials, and say once which are off.

    Raises `ConfigError` for credentials that cannot be right.
    """
    channels = Channels()
    channels.connectors[Channel.WEB] = WebChat(fanout)
    if settings.telegram_token is None:
        log.info("channel.off", channel=Channel.TELEGRAM, because="NITKA_TELEGRAM_TOKEN is not set")
    else:
        _open_telegram(channels, settings, files=files, front=front)
    return channels


def _open_telegram(channels: Channels, settings: Settings, *, files: Files, front: Front) -> None:
    assert settings.telegram_token is not None  # noqa: S101  # the caller looked
    secret = settings.telegram_webhook_secret
    options = TelegramOptions(
        settings.telegram_token.get_secret_value(),
        api=settings.telegram_api,
        webhook_secret=secret.get_secret_value() if secret else None,
    )
    telegram = open_telegram(options, load=files.load)
    channels.connectors[Channel.TELEGRAM] = telegram
    channels.checks[Channel.TELEGRAM] = telegram.ready
    if options.webhook_secret is None or settings.public_url is None:
        channels.listeners[Channel.TELEGRAM] = telegram
        return
    webhook = TelegramWebhook(telegram, front, options.webhook_secret)
    channels.routers.append(webhook.router())
    channels.body_limits[TELEGRAM_PATH] = TELEGRAM_BODY
    channels.listeners[Channel.TELEGRAM] = _WebhookKeeper(
        webhook, f"{settings.public_url}{TELEGRAM_PATH}"
    )


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
