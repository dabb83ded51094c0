"""A part's body → the call of the Bot API that sends it, and where it goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiogram.methods import SendDocument, SendMessage, SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup

from connectors.telegram.client import CALL_SECONDS
from connectors.telegram.content import file_name
from nitka.domain.address import Address
from nitka.errors import SendError, SendFault

UPLOAD_LIMIT = 50 * 1024 * 1024  # bytes, https://core.telegram.org/bots/api#sending-files
UPLOAD_SECONDS = 25

Load = Callable[[str], Awaitable[bytes | None]]
Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Where:
    """A chat, and a topic in it. `own`: the address's private chat, not a group."""

    chat: int
    topic: int | None
    own: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A call and how long it may take."""

    method: TelegramMethod[Any]
    seconds: int = CALL_SECONDS


def where(body: Body, address: Address, *, moved: Mapping[int, int]) -> Where:
    """Give the place a part names (`<chat>` or `<chat>:<topic>`), else the private chat.

    Raises `SendError` (rejected) for a place or an address that is none of Telegram's.
    """
    place = body.get("place")
    chat, _, topic = (place if isinstance(place, str) else address.native_id).partition(":")
    try:
        number, thread = int(chat), int(topic) if topic else None
    except ValueError:
        raise _rejected("the address is no chat of Telegram") from None
    own = chat == address.native_id
    if number in moved:
        return Where(moved[number], None, own=own)
    return Where(number, thread, own=own)


async def call_of(body: Body, target: Where, *, load: Load) -> Call:
    """Make the call that sends a part. Raises `SendError` (rejected) if its file is gone."""
    to: dict[str, Any] = {"chat_id": target.chat, "message_thread_id": target.topic}
    keyboard = body.get("keyboard")
    if keyboard:
        to["reply_markup"] = InlineKeyboardMarkup.model_validate({"inline_keyboard": keyboard})
    if body["method"] == "sendMessage":
        return Call(SendMessage(text=str(body["text"]), **to))
    file = await _file(body, load)
    caption = str(body.get("caption") or "") or None
    if body["method"] == "sendPhoto":
        return Call(SendPhoto(photo=file, caption=caption, **to), UPLOAD_SECONDS)
    return Call(SendDocument(document=file, caption=caption, **to), UPLOAD_SECONDS)


def as_file(body: Body, refusal: str) -> Body | None:
    """Give a photo as a plain file if Telegram refuses it for being a bad photo, else None."""
    words = refusal.lower()
    if body["method"] == "sendPhoto" and ("photo" in words or "image" in words):
        return {**body, "method": "sendDocument"}
    return None


async def _file(body: Body, load: Load) -> BufferedInputFile | str:
    url = body.get("url")
    if isinstance(url, str) and url.startswith(("https://", "http://")):
        return url  # Telegram fetches it itself
    content = await load(str(body["file"])) if body["file"] else None
    if not content:
        raise _rejected("the file is not kept any more")
    if len(content) > UPLOAD_LIMIT:
        raise _rejected("the file has more than 50 MB")
    return BufferedInputFile(content, filename=file_name(str(body["name"])) or "file")


def _rejected(reason: str) -> SendError:
    return SendError(SendFault.REJECTED, reason, retryable=False)
