"""Slack's side of things: workspaces with people, channels, messages and files.

Everything is kept as Slack's own JSON, so what an app gets is what is shown.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.platforms.journal import Json

SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "im:history",
        "im:write",
        "mpim:history",
        "users:read",
        "users:read.email",
    }
)


@dataclass
class Posted:
    """A message in a channel, as its members see it; `only` names who alone sees it."""

    message: Json
    deleted: bool = False
    only: str | None = None

    @property
    def ts(self) -> str:
        return str(self.message["ts"])

    @property
    def thread(self) -> str | None:
        found = self.message.get("thread_ts")
        return str(found) if found and found != self.ts else None

    @property
    def text(self) -> str:
        return str(self.message.get("text", ""))

    @property
    def by_bot(self) -> bool:
        return "bot_id" in self.message

    @property
    def buttons(self) -> list[Json]:
        """Give the buttons of all blocks, each with its block's id."""
        return [
            {"block_id": block.get("block_id", f"b{number}"), **element}
            for number, block in enumerate(self.message.get("blocks") or [])
            for element in block.get("elements", []) or []
            if isinstance(element, dict) and element.get("type") == "button"
        ]


@dataclass
class Place:
    """A channel, a group or a direct message."""

    id: str
    name: str
    members: set[str]
    messages: list[Posted] = field(default_factory=list)
    archived: bool = False

    @property
    def kind(self) -> str:
        """Name the kind as events do (`channel_type`)."""
        return {"D": "im", "G": "group"}.get(self.id[0], "channel")

    @property
    def from_bot(self) -> list[Posted]:
        return [one for one in self.messages if one.by_bot and not one.deleted]

    @property
    def texts(self) -> list[str]:
        """Give what the bot wrote here, in order."""
        return [one.text for one in self.from_bot]

    def find(self, ts: str) -> Posted | None:
        return next((one for one in self.messages if one.ts == ts and not one.deleted), None)


@dataclass
class KeptFile:
    """A file on Slack's side. `described` is the file object; `shared`: somebody can see it."""

    id: str
    described: Json
    content: bytes = b""
    uploaded: bool = False
    shared: bool = False


@dataclass
class Workspace:
    """One team in which the app is installed."""

    id: str
    name: str
    bot_user: str
    bot_token: str
    scopes: frozenset[str] = SCOPES
    users: dict[str, Json] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    files: dict[str, KeptFile] = field(default_factory=dict)
    installed: bool = True
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _last_ts: float = 0.0

    @property
    def bot_id(self) -> str:
        return f"B{self.bot_user[1:]}"

    def next_id(self, letter: str) -> str:
        return f"{letter}{self.id[1:5]}{next(self._numbers):05d}"

    def ts(self) -> str:
        """Give a time stamp that no other message has."""
        self._last_ts = max(round(time.time(), 6), round(self._last_ts + 0.000_001, 6))
        return f"{self._last_ts:.6f}"

    def direct(self, user: str) -> Place:
        """Give the direct message of the bot with somebody, opened at the first call."""
        place_id = f"D{user[1:]}"
        members = {user, self.bot_user}
        return self.places.setdefault(place_id, Place(place_id, "directmessage", members))

    def post(self, place: Place, **content: object) -> Posted:
        """Put a message into a channel."""
        posted = Posted({"type": "message", "ts": self.ts(), "team": self.id, **content})
        place.messages.append(posted)
        return posted

    def keep(self, name: str, size: int, media_type: str, *, owner: str, base: str) -> KeptFile:
        """Begin a file; its bytes come later."""
        file_id = self.next_id("F")
        url = f"{base}/files-pri/{self.id}-{file_id}/{name.replace(' ', '_')}"
        described = {
            "id": file_id,
            "created": int(time.time()),
            "name": name,
            "title": name,
            "mimetype": media_type,
            "filetype": name.rpartition(".")[2],
            "user": owner,
            "size": size,
            "mode": "hosted",
            "is_external": False,
            "url_private": url,
            "url_private_download": url,
        }
        kept = KeptFile(file_id, described)
        self.files[file_id] = kept
        return kept
