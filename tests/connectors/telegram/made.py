"""Updates as Telegram sends them, made of what a case wants to say."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from connectors.telegram.addressed import Me
from nitka.domain.address import Address, Channel
from tests.connectors.telegram.platform import BOT

Json = dict[str, Any]

ME = Me(BOT, "shop_bot")
ANNA = Address(Channel.TELEGRAM, str(BOT), "42")
MESSAGE = UUID("0123456789abcdef0123456789abcdef")
BUTTON = f"c:{MESSAGE.hex}:1"
USER = {
    "id": 42,
    "is_bot": False,
    "first_name": "Anna",
    "last_name": "Nowak",
    "username": "anna",
    "language_code": "pl",
}
PRIVATE = {"id": 42, "type": "private", "first_name": "Anna"}
GROUP = {"id": -1001, "type": "supergroup", "title": "Friends"}
ANSWERED = {"message_id": 5, "date": 1, "chat": GROUP, "from": {"id": BOT, "is_bot": True}}


def message(**fields: Any) -> Json:
    """A message in the private chat, numbered 7."""
    return {"message_id": 7, "date": 1_790_000_000, "chat": PRIVATE, "from": USER, **fields}


def update(kind: str = "message", payload: object = None, /, **fields: Any) -> Json:
    """An update numbered 900, a message unless told otherwise."""
    return {"update_id": 900, kind: payload if payload is not None else message(**fields)}


def in_group(**fields: Any) -> Json:
    return update(chat=GROUP, **fields)


def entity(kind: str, offset: int, length: int, **more: Any) -> Json:
    return {"type": kind, "offset": offset, "length": length, **more}


def pressed(**fields: Any) -> Json:
    """A press of the second button below a message of ours."""
    keyboard = [
        [{"text": "Yes", "callback_data": "c:x:0"}],
        [{"text": "No", "callback_data": BUTTON}],
    ]
    below = message(text="?", reply_markup={"inline_keyboard": keyboard})
    query = {"id": "q1", "from": USER, "message": below, "chat_instance": "1", "data": BUTTON}
    return update("callback_query", {**query, **fields})


def member(status: str, chat: Json = PRIVATE) -> Json:
    change = {
        "chat": chat,
        "from": USER,
        "date": 1_790_000_000,
        "old_chat_member": {"status": "member", "user": USER},
        "new_chat_member": {"status": status, "user": USER},
    }
    return update("my_chat_member", change)


def photo_size(file_id: str, width: int, size: int) -> Json:
    return {
        "file_id": file_id,
        "file_unique_id": "u",
        "width": width,
        "height": width,
        "file_size": size,
    }


def file(**fields: Any) -> Json:
    return {"file_id": "F1", "file_unique_id": "u", "file_size": 1234, **fields}
