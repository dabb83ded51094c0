"""Updates as Telegram sends them, made of what a case wants to say, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from connectors.telegram.addressed import Me
from nitka.domain.address import Address, Channel
from nitka.domain.customer import Profile
from nitka.domain.inbound import Ignored, Inbound
from nitka.domain.message import Attachment, AttachmentKind
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


# ── what becomes of them ───────────────────────────────────────────────────────────────────

PROFILE = Profile(name="Anna Nowak", locale="pl")


def said(text: str, *, phone: str | None = None, **more: Any) -> Inbound:
    """What message 7 of the private chat becomes."""
    profile = replace(PROFILE, phone=phone)
    plain = Inbound(ANNA, "message:42:7", text, message_id="42:7", profile=profile)
    return replace(plain, **more)


def sent_by(user: object) -> Json:
    return update("message", message(text="Hi") | {"from": user})


def in_the_group(text: str, **more: Any) -> Inbound:
    ids = {"native_id": "message:-1001:7", "message_id": "-1001:7", "place": "-1001"}
    return said(text, **{**ids, **more})


def ignored(reason: str, native_id: str = "message:42:7") -> Ignored:
    return Ignored(Channel.TELEGRAM, str(BOT), native_id, reason)


def attached(
    kind: AttachmentKind, name: str, media_type: str, size: int = 1234
) -> tuple[Attachment]:
    return (Attachment("", kind, name, media_type, size, "F1"),)


IMAGE, FILE = AttachmentKind.IMAGE, AttachmentKind.FILE
PHOTO = [photo_size("S", 90, 10), photo_size("F1", 1280, 1234), photo_size("M", 320, 100)]
