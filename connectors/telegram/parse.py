"""A Telegram update → what came in. Pure, and never raises, whatever the update looks like.

Native ids are made of what the platform says of the thing itself: update ids begin anew at a
random number after a quiet week. https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from connectors.fields import Json, digest, items, obj, snake
from connectors.telegram.addressed import Me, is_addressed, without_address
from connectors.telegram.content import Content, content_of
from connectors.telegram.fields import integer, text
from connectors.telegram.names import ABOUT, KINDS, SERVICE, SPOKEN
from nitka.domain.address import Address, Channel
from nitka.domain.customer import Profile
from nitka.domain.inbound import Choice, Edited, Ignored, Inbound, Incoming, Reach

_CHOICE = re.compile(r"c:([0-9a-f]{32}):([0-9]{1,3})")
_QUERY_ID = re.compile(r"[\x21-\x7e]{1,64}")


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where in which update something stands."""

    me: Me
    kind: str
    update: Json

    def ignored(self, reason: str, native_id: str | None = None) -> Ignored:
        if native_id is None:
            number = integer(self.update, "update_id")
            native_id = f"update:{number}:{digest([self.kind, self.update.get(self.kind)])}"
        return Ignored(Channel.TELEGRAM, self.me.account, native_id, reason)

    def address(self, user: int) -> Address:
        return Address(Channel.TELEGRAM, self.me.account, str(user))


def parse(update: object, *, me: Me) -> list[Incoming]:
    """Give what an update brings: one entry for each kind in it, as a rule exactly one."""
    if not isinstance(update, dict):
        return [malformed(update, me=me)]
    kinds = [name for name in update if name != "update_id"]
    if not kinds:
        return [_Scene(me, "", update).ignored("empty_update")]
    return [_one(_Scene(me, kind, update)) for kind in kinds]


def malformed(payload: object, *, me: Me) -> Ignored:
    """Account for what is no update at all."""
    return Ignored(Channel.TELEGRAM, me.account, f"bent:{digest(payload)}", "malformed")


def is_from_group(update: object) -> bool:
    """Say whether a message stands in a group, so that one must know the bot's own name."""
    found = obj(update)
    return any(
        (integer(obj(found, kind, "chat"), "id") or 0) < 0 for kind in ("message", "edited_message")
    )


def query_id(update: object) -> str | None:
    """Give the id of the button press in an update, to be answered at once."""
    query = text(obj(update, "callback_query"), "id")
    return query if query is not None and _QUERY_ID.fullmatch(query) else None


def _one(scene: _Scene) -> Incoming:
    read = _READERS.get(scene.kind)
    if read is not None:
        payload = obj(scene.update, scene.kind)
        return read(payload, scene) if payload else scene.ignored("malformed")
    return scene.ignored(scene.kind if scene.kind in KINDS else f"unknown_{snake(scene.kind)}")


@dataclass(frozen=True, slots=True)
class _Said:
    """A message with all that must be known of it."""

    chat: int
    number: int
    user: int
    content: Content

    @property
    def message_id(self) -> str:
        return f"{self.chat}:{self.number}"


def _said(message: Json, scene: _Scene) -> _Said | Ignored:
    """Sort out what is no word of a customer to the bot."""
    chat, number = integer(obj(message, "chat"), "id"), integer(message, "message_id")
    user = integer(obj(message, "from"), "id") or 0
    if chat is None or number is None:
        return scene.ignored("malformed")
    reason = _not_for_us(message, scene.me)
    content = content_of(message) if reason is None else None
    if content is None:
        native_id = f"message:{chat}:{number}" if scene.kind == "message" else None
        return scene.ignored(reason or _silence(message), native_id)
    told = without_address(content.text, scene.me)
    return _Said(chat, number, user, replace(content, text=told))


def _not_for_us(message: Json, me: Me) -> str | None:
    """Give the reason why whoever wrote this is no customer who speaks to the bot."""
    chat, sender = obj(message, "chat"), obj(message, "from")
    reason = None
    if message.get("is_automatic_forward") is True or chat.get("type") == "channel":
        reason = "channel_post"
    elif (integer(sender, "id") or 0) <= 0:
        reason = "anonymous_sender" if "sender_chat" in message else "malformed"
    elif sender.get("is_bot") is True:
        reason = "from_bot"
    elif (integer(chat, "id") or 0) < 0 and not is_addressed(message, me):
        reason = "group_not_addressed"
    return reason


def _silence(message: Json) -> str:
    """Say why a message says nothing."""
    for name in message:
        if name in SERVICE:
            return f"service_{name}"
    unknown = [name for name in message if name not in ABOUT | SPOKEN]
    return f"unknown_{snake(unknown[0])}" if unknown else "empty_message"


def _message(message: Json, scene: _Scene) -> Incoming:
    said = _said(message, scene)
    if isinstance(said, Ignored):
        return said
    album = text(message, "media_group_id")
    return Inbound(
        scene.address(said.user),
        f"message:{said.message_id}",
        said.content.text,
        message_id=said.message_id,
        attachments=said.content.attachments,
        profile=_profile(obj(message, "from"), phone=said.content.phone),
        place=_place(message),
        group=f"album:{said.chat}:{album[:64]}" if album else None,
        answers=_answered(message, said.chat),
    )


def _answered(message: Json, chat: int) -> str | None:
    """Name the message of the same chat that this one replies to; in a topic every message
    "replies" to the one that opened it, which says nothing."""
    replied = obj(message, "reply_to_message")
    number = integer(replied, "message_id")
    return (
        f"{chat}:{number}" if number is not None and "forum_topic_created" not in replied else None
    )


def _edited(message: Json, scene: _Scene) -> Incoming:
    said = _said(message, scene)
    if isinstance(said, Ignored):
        return said
    at, update = integer(message, "edit_date"), integer(scene.update, "update_id")
    native_id = f"edit:{said.message_id}:{at}:{update}"  # two edits may share a second
    return Edited(scene.address(said.user), native_id, said.message_id, said.content.text)


def _pressed(query: Json, scene: _Scene) -> Incoming:
    pressed, user = query_id(scene.update), integer(obj(query, "from"), "id")
    if pressed is None or user is None or user <= 0:
        return scene.ignored("malformed")
    data = text(query, "data") or ""
    found = _CHOICE.fullmatch(data)
    if found is None:
        return scene.ignored("unknown_button", f"callback:{pressed}")
    message = obj(query, "message")
    return Inbound(
        scene.address(user),
        f"callback:{pressed}",
        _title(message, data),
        choice=Choice(UUID(hex=found[1]), int(found[2])),
        profile=_profile(obj(query, "from")),
        place=_place(message),
    )


def _title(message: Json, data: str) -> str:
    """Give the title of the button that was pressed, as the message shows it."""
    rows = obj(message, "reply_markup").get("inline_keyboard")
    for row in rows if isinstance(rows, list) else []:
        for button in items({"row": row}, "row"):
            if button.get("callback_data") == data:
                return text(button, "text") or ""
    return ""


def _member(change: Json, scene: _Scene) -> Incoming:
    chat, at = integer(obj(change, "chat"), "id"), integer(change, "date")
    status = obj(change, "new_chat_member").get("status")
    if chat is None or at is None or not isinstance(status, str):
        return scene.ignored("malformed")
    native_id = f"member:{chat}:{at}:{integer(scene.update, 'update_id')}"
    if chat <= 0:
        return scene.ignored("group_membership", native_id)
    if status not in ("member", "kicked"):
        return scene.ignored("my_chat_member", native_id)
    return Reach(scene.address(chat), native_id, reachable=status == "member")


def _profile(user: Json, *, phone: str | None = None) -> Profile:
    names = [text(user, "first_name"), text(user, "last_name")]
    name = " ".join(part.strip() for part in names if part).strip()[:200]
    locale = text(user, "language_code")
    return Profile(name=name or None, locale=locale[:35] if locale else None, phone=phone)


def _place(message: Json) -> str | None:
    """Name a group, `<chat>` or `<chat>:<topic>`; a private chat is simply the address."""
    chat = integer(obj(message, "chat"), "id")
    topic = integer(message, "message_thread_id")
    topic = topic if message.get("is_topic_message") is True else None
    if chat is None or (chat > 0 and topic is None):
        return None
    return f"{chat}:{topic}" if topic is not None else str(chat)


_READERS: dict[str, Callable[[Json, _Scene], Incoming]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _pressed,
    "my_chat_member": _member,
}
