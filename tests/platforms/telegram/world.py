"""Telegram's side of things: chats with what is seen in them, files, button presses.

Everything is kept as Bot API JSON, so what a bot gets is what is shown.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.journal import Json
from tests.platforms.telegram.spec import Upload


@dataclass
class Shown:
    """A message as whoever looks into the chat sees it."""

    message: Json
    deleted: bool = False

    @property
    def id(self) -> int:
        return int(self.message["message_id"])

    @property
    def text(self) -> str:
        return str(self.message.get("text") or self.message.get("caption") or "")

    @property
    def by_bot(self) -> bool:
        return bool(self.message.get("from", {}).get("is_bot"))

    @property
    def buttons(self) -> list[Json]:
        """Give the inline buttons, row by row."""
        rows = self.message.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    def file_id(self) -> str | None:
        """Give the file that goes with the message, the largest size of a photo."""
        photo = self.message.get("photo")
        if photo:
            return str(photo[-1]["file_id"])
        for kind in ("document", "voice", "video", "audio", "sticker", "animation", "video_note"):
            if kind in self.message:
                return str(self.message[kind]["file_id"])
        return None


@dataclass
class Room:
    """A chat: a private one (its id is the user's) or a group (a negative id)."""

    chat: Json
    messages: list[Shown] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    acted_at: float = 0.0  # of `time.monotonic`
    forbids: str | None = None  # why the bot cannot write here
    moved_to: int | None = None

    @property
    def id(self) -> int:
        return int(self.chat["id"])

    @property
    def from_bot(self) -> list[Shown]:
        return [one for one in self.messages if one.by_bot and not one.deleted]

    @property
    def typing(self) -> bool:
        """Say whether the chat shows an action now: for 5 seconds, or until a message comes."""
        return time.monotonic() - self.acted_at < 5

    @property
    def texts(self) -> list[str]:
        """Give what the bot wrote here, in order."""
        return [one.text for one in self.from_bot]

    def find(self, message_id: int) -> Shown | None:
        return next((m for m in self.messages if m.id == message_id and not m.deleted), None)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file on Telegram's side. `path` is what `getFile` tells."""

    file_id: str
    path: str
    content: bytes
    name: str


@dataclass
class Press:
    """A button press that waits for its answer, which Telegram shows as a clock."""

    id: str
    answered: Json | None = None


@dataclass
class World:
    """All of it, for one bot."""

    bot: Json
    rooms: dict[int, Room] = field(default_factory=dict)
    files: dict[str, KeptFile] = field(default_factory=dict)
    presses: dict[str, Press] = field(default_factory=dict)
    commands: list[Json] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1001))

    def keep(self, name: str, content: bytes, *, kind: str = "documents") -> KeptFile:
        """Keep a file's bytes under a new id."""
        number = next(self.numbers)
        ending = name.rpartition(".")[2] if "." in name else "bin"
        file_id = f"BQACAgIAAxkBAAI{number:07d}AAF"
        kept = KeptFile(file_id, f"{kind}/file_{number}.{ending}", content, name)
        self.files[file_id] = kept
        return kept

    def file_json(self, kept: KeptFile, **more: object) -> Json:
        """Describe a file as messages do."""
        return {
            "file_id": kept.file_id,
            "file_unique_id": f"AgAD{kept.file_id[-11:]}",
            "file_size": len(kept.content),
            **more,
        }

    def sizes(self, kept: KeptFile) -> list[Json]:
        """Describe a photo: two sizes, the larger one last."""
        return [
            self.file_json(kept, width=90, height=60),
            self.file_json(kept, width=1280, height=853),
        ]

    def post(self, room: Room, sender: Json, **content: object) -> Shown:
        """Put a message into a chat."""
        message: Json = {
            "message_id": next(self.numbers),
            "from": sender,
            "chat": room.chat,
            "date": int(time.time()),
            **content,
        }
        shown = Shown(message)
        room.messages.append(shown)
        if shown.by_bot:
            room.acted_at = 0.0
        return shown

    def media(self, given: object) -> KeptFile | None:
        """Find or keep the file a call gives: an upload, a `file_id` or an address."""
        if isinstance(given, Upload):
            return self.keep(given.name, given.content)
        if isinstance(given, str) and given.startswith(("http://", "https://")):
            return self.keep(given.rpartition("/")[2] or "file", given.encode())
        return self.files.get(str(given))
