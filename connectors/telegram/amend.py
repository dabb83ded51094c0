"""The calls of the Bot API that change what was sent, and what its refusals mean.

A bot may change its messages at any time and delete those of the last 48 hours.
https://core.telegram.org/bots/api#editmessagetext https://core.telegram.org/bots/api#deletemessage
"""

from __future__ import annotations

from typing import Any

from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import DeleteMessage, EditMessageCaption, EditMessageText, TelegramMethod
from aiogram.types import InlineKeyboardMarkup

from connectors.telegram.outgoing import Body
from nitka.errors import SendError, SendFault
from nitka.ports import Part

_DONE = ("message is not modified", "message to delete not found")


def same_kind(one: Part, other: Part) -> bool:
    """Say whether both are a text, or both the same file."""
    return all(one.body.get(name) == other.body.get(name) for name in ("method", "file"))


def edit_of(body: Body, native_id: str) -> TelegramMethod[Any]:
    """Make the call that shows a sent part as `body` says. Raises `SendError` (rejected)."""
    chat, message = place_of(native_id)
    to: dict[str, Any] = {"chat_id": chat, "message_id": message}
    if body.get("keyboard"):
        keyboard = {"inline_keyboard": body["keyboard"]}
        to["reply_markup"] = InlineKeyboardMarkup.model_validate(keyboard)
    if body["method"] == "sendMessage":
        return EditMessageText(text=str(body["text"]), **to)
    return EditMessageCaption(caption=str(body.get("caption") or ""), **to)


def deletion_of(native_id: str) -> TelegramMethod[Any]:
    """Make the call that deletes a sent part. Raises `SendError` (rejected)."""
    chat, message = place_of(native_id)
    return DeleteMessage(chat_id=chat, message_id=message)


def place_of(native_id: str) -> tuple[int, int]:
    """Read `<chat>:<message>`, as `Sent` names a part."""
    chat, _, message = native_id.rpartition(":")
    try:
        return int(chat), int(message)
    except ValueError:
        raise SendError(SendFault.REJECTED, "unknown message", retryable=False) from None


def is_done(error: TelegramBadRequest) -> bool:
    """Say whether a refusal means that all is as it shall be."""
    return any(words in error.message.lower() for words in _DONE)
