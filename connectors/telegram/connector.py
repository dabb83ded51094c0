"""Telegram as a channel: sends parts, shows that an answer is being written, fetches files."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any

import structlog
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.methods import AnswerCallbackQuery, GetFile, GetMe, SendChatAction, TelegramMethod

from connectors.fields import obj
from connectors.telegram import amend
from connectors.telegram.addressed import Me
from connectors.telegram.client import Client, sorted_out
from connectors.telegram.fields import integer, text
from connectors.telegram.outgoing import Load, Where, as_file, call_of, where
from connectors.telegram.pace import Pace
from connectors.telegram.render import TEXT_LIMIT, render
from nitka.domain.address import Address, Channel
from nitka.domain.message import Message
from nitka.errors import ConfigError, SendError, SendFault
from nitka.ports import Capabilities, Front, Part, Sent

log = structlog.get_logger(__name__)

FILE_LIMIT = 20 * 1024 * 1024  # bytes that a bot can download
_SHORT = 3  # seconds for calls that nobody waits for
_READY_SECONDS = 15.0  # for so long an answer to `ready` is good

Listening = Callable[["Telegram", Front], Awaitable[None]]


class Telegram:
    """`ports.Connector` and `ports.Listener` for one bot."""

    channel = Channel.TELEGRAM

    def __init__(
        self, client: Client, *, bot_id: int, load: Load, pace: Pace, listening: Listening
    ) -> None:
        self._client, self._load, self._pace = client, load, pace
        self._listening = listening
        self._me = Me(bot_id)
        self._moved: dict[int, int] = {}  # groups that became supergroups
        self._answers: set[asyncio.Task[None]] = set()
        self._ready = (False, 0.0)

    @property
    def account(self) -> str:
        """Our side of every address: the bot's id, which begins its token."""
        return self._me.account

    @property
    def me(self) -> Me:
        return self._me

    @property
    def username(self) -> str | None:
        """The bot's name as in `https://t.me/<name>`, once `identify` has succeeded."""
        return self._me.username

    @property
    def client(self) -> Client:
        return self._client

    async def identify(self) -> Me:
        """Ask Telegram who the bot is, unless it is known.

        Raises `ConfigError` if the token is refused, `SendError` if Telegram cannot be asked.
        """
        if self._me.username is None:
            await self._ask_who()
        return self._me

    async def _ask_who(self, *, seconds: int = 5) -> None:
        try:
            told = obj(await self._client.call(GetMe(), seconds=seconds))
        except (TelegramUnauthorizedError, TelegramNotFound):
            raise refused_token() from None
        except AiogramError as error:
            raise sorted_out(error) from None
        self._me = Me(self._me.id, text(told, "username") or self._me.username)

    async def invitation(self, code: str) -> str | None:
        """Give the deep link that brings a code along; None while Telegram cannot be asked who
        the bot is. https://core.telegram.org/bots/features#deep-linking
        """
        try:
            me = await self.identify()
        except (ConfigError, SendError):
            return None
        return f"https://t.me/{me.username}?start={code}" if me.username else None

    async def ready(self) -> bool:
        """Say whether Telegram answers and takes the token; asked at most every 15 seconds."""
        known, until = self._ready
        if time.monotonic() < until:
            return known
        try:
            await self._ask_who(seconds=2)
            known = True
        except (ConfigError, SendError):
            known = False
        self._ready = (known, time.monotonic() + (_READY_SECONDS if known else _SHORT))
        return known

    def capabilities(self) -> Capabilities:
        return Capabilities(
            text_limit=TEXT_LIMIT,
            buttons=True,
            images=True,
            files=True,
            typing=True,
            edit=True,
            read_receipts=False,
        )

    def render(self, message: Message) -> Sequence[Part]:
        return render(message)

    async def send(self, address: Address, part: Part, *, doubtful: bool) -> Sent:  # noqa: ARG002
        """Send one part. Telegram lets nobody look for a message, so a doubtful one is sent again.

        A group that became a supergroup is followed; a picture that Telegram does not take as a
        photo goes as a file. A closed group says nothing of the person: it is a rejected message.
        """
        target = where(part.body, address, moved=self._moved)
        await self._pace.turn(target.chat)
        try:
            result = await self._try(part, target)
        except AiogramError as error:
            raise self._sorted_out(error, target) from None
        number = integer(obj(result), "message_id")
        return Sent(f"{target.chat}:{number}" if number is not None else None)

    async def _try(self, part: Part, target: Where) -> Any:
        call = await call_of(part.body, target, load=self._load)
        try:
            return await self._client.call(call.method, seconds=call.seconds)
        except TelegramMigrateToChat as moved:
            self._moved[target.chat] = moved.migrate_to_chat_id
            target = Where(moved.migrate_to_chat_id, None, own=False)
            call = await call_of(part.body, target, load=self._load)
        except TelegramBadRequest as error:
            body = as_file(part.body, error.message)
            if body is None:
                raise
            call = await call_of(body, target, load=self._load)
        return await self._client.call(call.method, seconds=call.seconds)

    def _sorted_out(self, error: AiogramError, target: Where) -> SendError:
        sorted_error = sorted_out(error)
        if sorted_error.fault is SendFault.RATE_LIMITED and sorted_error.retry_after:
            self._pace.hold(target.chat, sorted_error.retry_after)
        if sorted_error.fault is SendFault.UNREACHABLE and not target.own:
            return SendError(SendFault.REJECTED, sorted_error.detail, retryable=False)
        return sorted_error

    def same_kind(self, one: Part, other: Part) -> bool:
        return amend.same_kind(one, other)

    async def change(self, address: Address, part: Part, native_id: str) -> None:
        """Show a sent part as this one, its buttons too."""
        await self._amend(amend.edit_of(part.body, native_id), address)

    async def withdraw(self, address: Address, part: Part, native_id: str) -> None:  # noqa: ARG002
        """Delete a sent part, which Telegram lets a bot do for 48 hours."""
        await self._amend(amend.deletion_of(native_id), address)

    async def _amend(self, method: TelegramMethod[Any], address: Address) -> None:
        target = where({}, address, moved=self._moved)
        await self._pace.turn(target.chat)
        try:
            await self._client.call(method)
        except TelegramBadRequest as error:
            if not amend.is_done(error):
                raise self._sorted_out(error, target) from None
        except AiogramError as error:
            raise self._sorted_out(error, target) from None

    async def typing(self, address: Address) -> None:
        """Show "typing…" in the private chat, for the 5 seconds that Telegram shows it."""
        try:
            chat = where({}, address, moved=self._moved).chat
            await self._client.call(SendChatAction(chat_id=chat, action="typing"), seconds=_SHORT)
        except (AiogramError, SendError) as error:
            log.debug("telegram.typing_failed", reason=type(error).__name__)

    async def download(self, source: str) -> bytes:
        """Fetch a file by its `file_id`, up to 20 MB, which is all that Telegram gives to bots.

        https://core.telegram.org/bots/api#getfile
        """
        try:
            told = obj(await self._client.call(GetFile(file_id=source)))
        except AiogramError as error:
            raise sorted_out(error) from None
        path = text(told, "file_path")
        if path is None or ".." in path.split("/"):
            raise SendError(SendFault.REJECTED, "Telegram names no path", retryable=False)
        content = bytearray()
        if (integer(told, "file_size") or 0) <= FILE_LIMIT:
            async with aclosing(self._client.fetch(path)) as chunks:
                async for chunk in chunks:
                    content += chunk
                    if len(content) > FILE_LIMIT:
                        break
                else:
                    return bytes(content)
        raise SendError(SendFault.REJECTED, "the file has more than 20 MB", retryable=False)

    def acknowledge(self, query: str) -> None:
        """Answer a button press, so that its clock stops; in the background, and never raises."""
        task = asyncio.ensure_future(self._acknowledge(query))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _acknowledge(self, query: str) -> None:
        try:
            await self._client.call(AnswerCallbackQuery(callback_query_id=query), seconds=_SHORT)
        except AiogramError as error:  # too old by now, or answered: nobody waits for it
            log.debug("telegram.press_not_answered", reason=type(error).__name__)

    async def listen(self, front: Front) -> None:
        """Receive by long polling until cancelled. Raises `ConfigError` if the token is refused."""
        await self._listening(self, front)

    async def close(self) -> None:
        """Let the last answers to button presses go out, then close the connections."""
        if self._answers:
            await asyncio.wait(self._answers, timeout=_SHORT)
        await self._client.close()


def refused_token() -> ConfigError:
    """Say that Telegram does not know the token."""
    return ConfigError(
        "NITKA_TELEGRAM_TOKEN: Telegram refuses it; take the present one from @BotFather"
    )
