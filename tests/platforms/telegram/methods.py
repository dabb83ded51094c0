"""What the Bot API's methods do. Parameters come checked and in their types.

A method that the specification knows and that is not here answers True where it may, else 400.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

from tests.platforms.journal import Json
from tests.platforms.rate import Drip, Limits, Window
from tests.platforms.telegram.markup import plain
from tests.platforms.telegram.spec import bot_api
from tests.platforms.telegram.updates import Updates
from tests.platforms.telegram.webhook import Webhook
from tests.platforms.telegram.world import Room, Shown, World

DOWNLOAD_LIMIT = 20 * 1024 * 1024
DELETABLE_SECONDS = 48 * 3600  # https://core.telegram.org/bots/api#deletemessage
OVERALL = Window(30, 1)
CHAT = Drip(5, 1)
GROUP = Window(20, 60)


class ApiError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass(frozen=True, slots=True)
class Rates:
    """How much the platform takes; a burst within a chat is let through.

    https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    """

    overall: Window = OVERALL
    chat: Drip = CHAT
    group: Window = GROUP


@dataclass
class Methods:
    """The methods of one bot. `call` carries out one."""

    world: World
    updates: Updates
    webhook: Webhook
    limits: Limits
    rates: Rates

    async def call(self, method: str, values: Json) -> Any:
        """Give the method's result. Raises `ApiError`."""
        own: dict[str, Callable[[Json], Any]] = {
            "getMe": lambda _: self.world.bot,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "sendMessage": self._send_text,
            "sendMediaGroup": self._send_album,
            "sendLocation": self._send_place,
            "sendChatAction": self._act,
            "answerCallbackQuery": self._answer_press,
            "editMessageText": self._edit_text,
            "editMessageCaption": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "deleteMessage": self._delete,
            "getFile": self._file,
            "getChat": lambda values: self._room(values).chat,
            "setMyCommands": self._set_commands,
            "getMyCommands": lambda _: self.world.commands,
        }
        media = method.removeprefix("send").lower()
        if method in own:
            result = own[method](values)
            return await result if isinstance(result, Awaitable) else result
        if media in ("photo", "document", "voice", "video", "audio", "animation", "sticker"):
            return self._send_media(media, values)
        if "Boolean" in bot_api().returns(method):
            return True
        raise ApiError(400, f"Bad Request: {method} is not played here")

    # ── sending ───────────────────────────────────────────────────────────────────────────

    def _open_room(self, values: Json) -> Room:
        """Give the chat of a call that sends, within the limits."""
        room = self._room(values)
        if room.moved_to is not None:
            text = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, text, migrate_to_chat_id=room.moved_to)
        if room.forbids:
            raise ApiError(403, room.forbids)
        asked: list[tuple[Hashable, Window | Drip]] = [
            ("overall", self.rates.overall),
            (room.id, self.rates.chat),
        ]
        if room.id < 0:
            asked.append((("group", room.id), self.rates.group))
        wait = self.limits.wait(*asked)
        if wait > 0:
            seconds = max(1, int(wait + 0.999))
            text = f"Too Many Requests: retry after {seconds}"
            raise ApiError(429, text, retry_after=seconds)
        return room

    def _room(self, values: Json) -> Room:
        try:
            return self.world.rooms[int(values["chat_id"])]
        except (KeyError, ValueError):
            raise ApiError(400, "Bad Request: chat not found") from None

    def _posted(self, room: Room, values: Json, **content: object) -> Json:
        markup = values.get("reply_markup")
        if markup and "inline_keyboard" in markup:
            content["reply_markup"] = markup
        reply = values.get("reply_parameters")
        replied = room.find(reply["message_id"]) if reply else None
        if reply and replied is None and not reply.get("allow_sending_without_reply"):
            raise ApiError(400, "Bad Request: message to be replied not found")
        if replied is not None:
            content["reply_to_message"] = replied.message
        if values.get("message_thread_id") is not None:
            content |= {"message_thread_id": values["message_thread_id"], "is_topic_message": True}
        return self.world.post(room, self.world.bot, **content).message

    def _send_text(self, values: Json) -> Json:
        room = self._open_room(values)
        return self._posted(room, values, text=_shown(values, "text"))

    def _send_media(self, kind: str, values: Json) -> Json:
        room = self._open_room(values)
        kept = self.world.media(values[kind])
        if kept is None:
            raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
        if kind == "photo":
            if not kept.content:
                raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
            content: Json = {"photo": self.world.sizes(kept)}
        else:
            more: Json = {"file_name": kept.name} if kind == "document" else {"duration": 1}
            if kind in ("video", "animation", "sticker"):
                more |= {"width": 512, "height": 512}
            content = {kind: self.world.file_json(kept, **more)}
        if values.get("caption"):
            content["caption"] = _shown(values, "caption")
        return self._posted(room, values, **content)

    def _send_album(self, values: Json) -> list[Json]:
        room, album = self._open_room(values), str(next(self.world.numbers))
        sent = []
        for one in values["media"]:
            given = {one["type"]: one["media"], "caption": one.get("caption")}
            kept = self.world.media(given[one["type"]])
            if kept is None:
                raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
            content: Json = {"media_group_id": album}
            if one["type"] == "photo":
                content["photo"] = self.world.sizes(kept)
            else:
                content[one["type"]] = self.world.file_json(kept, file_name=kept.name)
            if one.get("caption"):
                content["caption"] = one["caption"]
            sent.append(self._posted(room, values, **content))
        return sent

    def _send_place(self, values: Json) -> Json:
        place = {name: values[name] for name in ("latitude", "longitude")}
        return self._posted(self._open_room(values), values, location=place)

    def _act(self, values: Json) -> bool:
        room = self._room(values)
        if room.forbids:
            raise ApiError(403, room.forbids)
        room.actions.append(values["action"])
        room.acted_at = time.monotonic()
        return True

    # ── what was sent ─────────────────────────────────────────────────────────────────────

    def _message(self, values: Json) -> Shown:
        room = self._room(values)
        shown = room.find(int(values.get("message_id", 0)))
        if shown is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        if not shown.by_bot:
            raise ApiError(400, "Bad Request: message can't be edited")
        return shown

    def _edit_text(self, values: Json) -> Json:
        shown = self._message(values)
        name = "text" if "text" in values else "caption"
        text, markup = _shown(values, name), values.get("reply_markup")
        same = shown.message.get("reply_markup") == markup
        if shown.message.get(name) == text and same:
            raise ApiError(400, "Bad Request: message is not modified")
        shown.message |= {name: text, "edit_date": int(time.time())}
        return self._edit_markup(values)

    def _edit_markup(self, values: Json) -> Json:
        shown = self._message(values)
        shown.message.pop("reply_markup", None)
        if values.get("reply_markup"):
            shown.message["reply_markup"] = values["reply_markup"]
        return shown.message

    def _delete(self, values: Json) -> bool:
        shown = self._room(values).find(int(values["message_id"]))
        if shown is None:
            raise ApiError(400, "Bad Request: message to delete not found")
        if time.time() - shown.message["date"] > DELETABLE_SECONDS:
            raise ApiError(400, "Bad Request: message can't be deleted for everyone")
        shown.deleted = True
        return True

    def _answer_press(self, values: Json) -> bool:
        press = self.world.presses.get(values["callback_query_id"])
        if press is None or press.answered is not None:
            old = "query is too old and response timeout expired or query ID is invalid"
            raise ApiError(400, f"Bad Request: {old}")
        press.answered = values
        return True

    def _file(self, values: Json) -> Json:
        kept = self.world.files.get(values["file_id"])
        if kept is None:
            raise ApiError(400, "Bad Request: invalid file_id")
        if len(kept.content) > DOWNLOAD_LIMIT:
            raise ApiError(400, "Bad Request: file is too big")
        return self.world.file_json(kept, file_path=kept.path)

    def _set_commands(self, values: Json) -> bool:
        self.world.commands = values["commands"]
        return True

    # ── the webhook ───────────────────────────────────────────────────────────────────────

    def _set_webhook(self, values: Json) -> bool:
        self.webhook.url = values["url"]
        self.webhook.secret = values.get("secret_token")
        self.webhook.connections = values.get("max_connections", 40)
        self.webhook.last_error = None
        self._ask_for(values)
        self.webhook.pump()
        return True

    def _delete_webhook(self, values: Json) -> bool:
        self.webhook.url, self.webhook.secret = "", None
        if values.get("drop_pending_updates"):
            self.updates.waiting.clear()
        return True

    def _ask_for(self, values: Json) -> None:
        if values.get("allowed_updates") is not None:
            self.updates.allowed = values["allowed_updates"] or None
        if values.get("drop_pending_updates"):
            self.updates.waiting.clear()

    def _webhook_info(self, _values: Json) -> Json:
        told: Json = {
            "url": self.webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.waiting),
        }
        if self.webhook.url:
            told["max_connections"] = self.webhook.connections
        if self.updates.allowed:
            told["allowed_updates"] = self.updates.allowed
        if self.webhook.last_error:
            at, text = self.webhook.last_error
            told |= {"last_error_date": at, "last_error_message": text}
        return told


def _shown(values: Json, name: str) -> str:
    """Give a text as it is shown: without markup, and without white space around it."""
    text, mode = str(values[name]), values.get("parse_mode")
    return (plain(text, mode) if mode else text).strip()
