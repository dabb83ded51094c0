"""People on Telegram, as a test or the page plays them: what they do becomes updates."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.platforms.journal import Json
from tests.platforms.telegram.limits import units
from tests.platforms.telegram.world import Press, Room, Shown

if TYPE_CHECKING:
    from tests.platforms.telegram.server import TelegramServer

_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]+)?")
_MENTION = re.compile(r"(?<![\w@])@[A-Za-z0-9_]{3,32}")


@dataclass
class Person:
    """One user. Without a `room` given, everything happens in his private chat with the bot."""

    server: TelegramServer
    user: Json

    @property
    def id(self) -> int:
        return int(self.user["id"])

    @property
    def chat(self) -> Room:
        return self.server.world.rooms[self.id]

    @property
    def texts(self) -> list[str]:
        """Give what the bot wrote to him, in order."""
        return self.chat.texts

    def say(self, text: str, *, room: Room | None = None, **more: object) -> Json:
        """Write something; commands and mentions are marked as Telegram marks them."""
        entities = _entities(text)
        marked = {"entities": entities} if entities else {}
        return self.post(room, text=text, **marked, **more)

    def start(self, code: str = "") -> Json:
        """Press "Start", with what a deep link carries."""
        return self.say(f"/start {code}".strip())

    def photo(self, content: bytes, *, caption: str = "", album: str | None = None) -> Json:
        kept = self.server.world.keep("photo.jpg", content, kind="photos")
        more: Json = {"caption": caption} if caption else {}
        if album:
            more["media_group_id"] = album
        return self.post(None, photo=self.server.world.sizes(kept), **more)

    def document(
        self, content: bytes, name: str, media_type: str = "application/pdf", *, caption: str = ""
    ) -> Json:
        kept = self.server.world.keep(name, content)
        described = self.server.world.file_json(kept, file_name=name, mime_type=media_type)
        return self.post(None, document=described, **({"caption": caption} if caption else {}))

    def voice(self, content: bytes) -> Json:
        kept = self.server.world.keep("voice.oga", content, kind="voice")
        described = self.server.world.file_json(kept, duration=3, mime_type="audio/ogg")
        return self.post(None, voice=described)

    def sticker(self, emoji: str = "👍") -> Json:
        kept = self.server.world.keep("sticker.webp", b"RIFF", kind="stickers")
        flags = {"is_animated": False, "is_video": False, "type": "regular"}
        described = self.server.world.file_json(kept, width=512, height=512, emoji=emoji, **flags)
        return self.post(None, sticker=described)

    def location(self, latitude: float, longitude: float) -> Json:
        return self.post(None, location={"latitude": latitude, "longitude": longitude})

    def contact(self, phone: str, *, own: bool = True) -> Json:
        """Share a telephone number, one's own or somebody else's."""
        contact: Json = {"phone_number": phone, "first_name": self.user["first_name"]}
        return self.post(None, contact=contact | ({"user_id": self.id} if own else {}))

    def reply(self, to: Shown, text: str, *, room: Room | None = None) -> Json:
        plain = {k: v for k, v in to.message.items() if k != "reply_to_message"}
        return self.say(text, room=room, reply_to_message=plain)

    def edit(self, message: Shown, text: str) -> Json:
        """Change a message of his own."""
        message.message |= {"text": text, "edit_date": int(time.time())}
        return self.server.updates.push("edited_message", message.message)

    def press(self, title: str, *, room: Room | None = None) -> Press:
        """Press a button by its title, of the newest message that has one."""
        shown = room or self.chat
        for message in reversed(shown.from_bot):
            for button in message.buttons:
                if button["text"] == title:
                    return self.press_data(message, button["callback_data"])
        raise AssertionError(f"nobody offers {title!r}: {[m.buttons for m in shown.from_bot]}")

    def press_data(self, message: Shown, data: str) -> Press:
        """Press whatever button carries this data, also one that never was there."""
        press = Press(str(4_382_000_000_000 + next(self.server.world.numbers)))
        self.server.world.presses[press.id] = press
        query = {
            "id": press.id,
            "from": self.user,
            "message": message.message,
            "chat_instance": "-5213451276812345",
            "data": data,
        }
        self.server.updates.push("callback_query", query)
        return press

    def block(self) -> Json:
        """Stop the bot: it can write to him no more."""
        self.chat.forbids = "Forbidden: bot was blocked by the user"
        return self._membership("member", "kicked")

    def unblock(self) -> Json:
        self.chat.forbids = None
        return self._membership("kicked", "member")

    def post(self, room: Room | None, **content: object) -> Json:
        """Send any message, as the fields of a Bot API message; gives the update."""
        shown = self.server.world.post(room or self.chat, self.user, **content)
        return self.server.updates.push("message", shown.message)

    @property
    def last(self) -> Shown:
        """Give the newest message of his own in the private chat."""
        return next(m for m in reversed(self.chat.messages) if not m.by_bot)

    def _membership(self, old: str, new: str) -> Json:
        def member(status: str) -> Json:
            described: Json = {"status": status, "user": self.server.world.bot}
            return described | ({"until_date": 0} if status == "kicked" else {})

        change = {
            "chat": self.chat.chat,
            "from": self.user,
            "date": int(time.time()),
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        }
        return self.server.updates.push("my_chat_member", change)


def _entities(text: str) -> list[Json]:
    return [
        {"type": kind, "offset": units(text[: found.start()]), "length": units(found[0])}
        for kind, pattern in (("bot_command", _COMMAND), ("mention", _MENTION))
        for found in pattern.finditer(text)
    ]
