"""The Bot API as this connector calls it: aiogram's client, answers as plain JSON, errors sorted.

Answers are not read into aiogram's types: a field that a newer Bot API has, or a bent one, must
not lose an update, and a message that was sent must not look unsent. Nothing here tells the token.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response, TelegramMethod
from aiohttp import ClientConnectorError, ClientError, ClientResponseError

from nitka.errors import SendError, SendFault

CALL_SECONDS = 15
_PAUSE = timedelta(seconds=5)  # where a 429 names none
_GONE = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid")


class _JsonSession(AiohttpSession):
    """aiogram's session, except that results stay as Telegram wrote them."""

    async def close(self) -> None:
        """Close the connections; aiogram's own pause after that is for TLS only."""
        if self.api.base.startswith("https://"):
            await super().close()
        elif self._session is not None:
            await self._session.close()

    def check_response(
        self, bot: Bot, method: TelegramMethod[Any], status_code: int, content: str
    ) -> Response[Any]:
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            answer = None
        answer = answer if isinstance(answer, dict) else {}
        if answer.get("ok") is True and status_code < HTTPStatus.MULTIPLE_CHOICES:
            return Response[Any].model_construct(ok=True, result=answer.get("result"))
        told = answer.get("error_code")
        status = told if isinstance(told, int) and status_code < 300 else status_code
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise TelegramServerError(method=method, message=f"HTTP {status}")
        if status < HTTPStatus.BAD_REQUEST:
            raise TelegramNetworkError(method=method, message="the answer is no JSON of the API")
        error = {
            "ok": False,
            "description": str(answer.get("description") or f"HTTP {status}")[:300],
            "parameters": _parameters(answer.get("parameters"), status),
        }
        return super().check_response(bot, method, status, json.dumps(error))


def _parameters(given: object, status: int) -> dict[str, int]:
    known = given if isinstance(given, dict) else {}
    kept = {
        name: value
        for name in ("retry_after", "migrate_to_chat_id")
        if isinstance(value := known.get(name), int) and value
    }
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        kept.setdefault("retry_after", int(_PAUSE.total_seconds()))
    return kept


class Client:
    """Calls the Bot API. Its errors are aiogram's; `sorted_out` makes a `SendError` of one."""

    def __init__(self, token: str, *, api: str) -> None:
        self._session = _JsonSession(
            api=TelegramAPIServer.from_base(api.replace("{", "%7B").replace("}", "%7D"))
        )
        self._bot = Bot(token, session=self._session)

    async def call(self, method: TelegramMethod[Any], *, seconds: int = CALL_SECONDS) -> Any:
        """Give the result of a call, as JSON. Raises aiogram's errors and nothing else."""
        try:
            return await self._bot(method, request_timeout=seconds)
        except (OSError, ClientError, UnicodeDecodeError) as error:  # what aiogram lets through
            raise TelegramNetworkError(method=method, message=type(error).__name__) from None

    async def fetch(self, path: str) -> AsyncGenerator[bytes, None]:
        """Give a file's bytes by its `file_path`. Raises `SendError`."""
        url = self._session.api.file_url(self._bot.token, quote(path))
        try:
            async with aclosing(self._session.stream_content(url, timeout=60)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except ClientResponseError as error:
            raise _not_fetched(error.status) from None
        except (OSError, ClientError) as error:  # a timeout is an OSError
            raise SendError(SendFault.NETWORK, type(error).__name__, retryable=True) from None

    async def close(self) -> None:
        await self._session.close()


def _not_fetched(status: int) -> SendError:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendError(SendFault.PLATFORM_DOWN, f"HTTP {status}", retryable=True)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        fault = SendFault.RATE_LIMITED
        return SendError(fault, f"HTTP {status}", retryable=True, retry_after=_PAUSE)
    return SendError(SendFault.REJECTED, f"the file is not there: HTTP {status}", retryable=False)


def sorted_out(error: AiogramError) -> SendError:
    """Say what an error of a call means for the message that was to go out.

    `network`: it may have arrived; every other fault says that it has not.
    """
    detail = _detail(error)
    if isinstance(error, TelegramRetryAfter):
        pause = timedelta(seconds=max(1, error.retry_after))
        return SendError(SendFault.RATE_LIMITED, detail, retryable=True, retry_after=pause)
    if isinstance(error, TelegramServerError):
        return SendError(SendFault.PLATFORM_DOWN, detail, retryable=True)
    if isinstance(error, TelegramEntityTooLarge):
        return SendError(SendFault.REJECTED, detail, retryable=False)
    if isinstance(error, TelegramNetworkError):
        unsent = isinstance(error.__cause__, ClientConnectorError)  # there was no connection
        fault = SendFault.PLATFORM_DOWN if unsent else SendFault.NETWORK
        return SendError(fault, detail, retryable=True)
    return SendError(_fault(error, detail), detail, retryable=False)


def _fault(error: AiogramError, detail: str) -> SendFault:
    if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):
        return SendFault.CREDENTIALS
    gone = isinstance(error, TelegramBadRequest) and any(words in detail.lower() for words in _GONE)
    if gone or isinstance(error, TelegramForbiddenError):
        return SendFault.UNREACHABLE
    return SendFault.REJECTED


def _detail(error: AiogramError) -> str:
    """Give a sentence without addresses: a URL of the Bot API holds the token."""
    if isinstance(error, TelegramNetworkError) and error.__cause__ is not None:
        return type(error.__cause__).__name__
    if isinstance(error, TelegramRetryAfter):
        return f"Telegram asks for a pause of {error.retry_after} s"
    if isinstance(error, TelegramAPIError):
        return str(error.message)
    return type(error).__name__
