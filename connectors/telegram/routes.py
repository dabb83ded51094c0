"""The webhook: Telegram posts updates here, once it has been told to.

https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.methods import DeleteWebhook, SetWebhook
from fastapi import APIRouter, Request, Response

from connectors.telegram.client import sorted_out
from connectors.telegram.connector import Telegram, refused_token
from connectors.telegram.intake import Intake
from connectors.telegram.names import KINDS
from nitka.errors import ConfigError, Refused
from nitka.ports import Front

log = structlog.get_logger(__name__)

PATH = "/telegram/webhook"
BODY_LIMIT = 4 * 1024 * 1024  # bytes; a refused update would block those behind it

_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_CONNECTIONS = 40  # at once; Telegram keeps the updates of one chat in order
_LONGEST_PAUSE = 30.0


@dataclass(slots=True)
class TelegramWebhook:
    """The endpoint, and Telegram's knowledge of it. `secret` is what Telegram proves itself by."""

    telegram: Telegram
    front: Front
    secret: str = field(repr=False)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _intake: Intake = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._intake = Intake(self.telegram, self.front)

    def router(self) -> APIRouter:
        """Give the route `POST /telegram/webhook`."""
        router = APIRouter(tags=["telegram"])
        router.add_api_route(
            PATH,
            self.receive,
            methods=["POST"],
            response_class=Response,
            summary="Updates from Telegram",
        )
        return router

    async def receive(self, request: Request) -> Response:
        """Store one update and answer 200, whatever kind it is.

        Raises `Refused` (403) without the secret, before the body is read, and `Unavailable`
        (503) if it could not be stored: Telegram then sends it again.
        """
        given = request.headers.get(_HEADER, "")
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            log.warning("telegram.webhook_refused", given=bool(given))
            sentence = "The request does not carry the webhook's secret."
            raise Refused("wrong_secret", sentence, status=403)
        body = await request.body()
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            await self._intake.refuse(body)
        else:
            await self._intake.take(update)
        return Response(status_code=200)

    async def set_webhook(self, url: str) -> None:
        """Tell Telegram to post to `url`, trying until it is done; what waits is posted then.

        Raises `ConfigError` if Telegram refuses the token or the address.
        """
        call = SetWebhook(
            url=url,
            secret_token=self.secret,
            allowed_updates=list(KINDS),
            max_connections=_CONNECTIONS,
            drop_pending_updates=False,
        )
        pause = 1.0
        while True:
            try:
                await self.telegram.client.call(call)
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise refused_token() from None
            except TelegramBadRequest as error:
                raise ConfigError(
                    f"NITKA_PUBLIC_URL: Telegram cannot post to it: {error.message}"
                ) from None
            except AiogramError as error:
                fault = sorted_out(error)
                log.warning("telegram.webhook_not_set", reason=fault.detail)
                asked = fault.retry_after.total_seconds() if fault.retry_after else 0.0
                await self.sleep(max(pause, asked))
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                log.info("telegram.webhook_set", url=url)
                return

    async def delete_webhook(self) -> None:
        """Tell Telegram to keep updates until somebody asks for them; never raises."""
        try:
            await self.telegram.client.call(DeleteWebhook(drop_pending_updates=False), seconds=5)
            log.info("telegram.webhook_removed", reason="the service stops")
        except AiogramError as error:
            log.warning("telegram.webhook_not_removed", reason=sorted_out(error).detail)
