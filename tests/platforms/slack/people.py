"""People in Slack, as a test or the page plays them: what they do becomes events."""

from __future__ import annotations

import itertools
import re
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.platforms.journal import Json
from tests.platforms.slack.dispatch import APP
from tests.platforms.slack.doors import Delivery, What
from tests.platforms.slack.world import Place, Posted, Workspace

if TYPE_CHECKING:
    from tests.platforms.slack.server import SlackServer

_URL = re.compile(r"https?://[^\s<>|]+")
_triggers = itertools.count(1)


@dataclass
class Person:
    """One user. Without a `place` given, everything happens in the direct message with the bot."""

    server: SlackServer
    workspace: Workspace
    user: Json

    @property
    def id(self) -> str:
        return str(self.user["id"])

    @property
    def chat(self) -> Place:
        return self.workspace.direct(self.id)

    @property
    def texts(self) -> list[str]:
        """Give what the bot wrote to him, in order."""
        return self.chat.texts

    @property
    def last(self) -> Posted:
        """Give the newest message of his own in the direct message."""
        return next(m for m in reversed(self.chat.messages) if m.message.get("user") == self.id)

    def say(self, text: str, *, thread: str | None = None) -> Posted:
        """Write to the bot."""
        return self.post(self.chat, text=typed(text), thread=thread)

    def mention(self, place: Place, text: str, *, thread: str | None = None) -> Posted:
        """Name the bot in a channel, which makes two events if the app asks for both."""
        said = f"<@{self.workspace.bot_user}> {typed(text)}"
        posted = self.post(place, text=said, thread=thread)
        event = {**posted.message, "type": "app_mention", "channel": place.id}
        self.server.dispatch.event(self.workspace, {**event, "event_ts": posted.ts})
        return posted

    def upload(
        self, content: bytes, name: str, media_type: str = "application/pdf", *, text: str = ""
    ) -> Posted:
        kept = self.workspace.keep(
            name, len(content), media_type, owner=self.id, base=self.server.url
        )
        kept.content, kept.uploaded, kept.shared = content, True, True
        more: Json = {"subtype": "file_share", "files": [kept.described], "upload": False}
        return self.post(self.chat, text=typed(text), **more)

    def edit(self, posted: Posted, text: str, *, place: Place | None = None) -> None:
        before = dict(posted.message)
        edited = {"user": self.id, "ts": self.workspace.ts()}
        posted.message |= {"text": typed(text), "edited": edited}
        self._changed("message_changed", place, message=posted.message, previous_message=before)

    def delete(self, posted: Posted, *, place: Place | None = None) -> None:
        posted.deleted = True
        more = {"previous_message": posted.message, "deleted_ts": posted.ts}
        self._changed("message_deleted", place, **more)

    def press(self, title: str, *, place: Place | None = None) -> Delivery:
        """Press a button by its title, of the newest message that has one."""
        where = place or self.chat
        for posted in reversed(where.from_bot):
            for button in posted.buttons:
                if button["text"]["text"] == title:
                    return self.press_button(where, posted, button)
        raise AssertionError(f"nobody offers {title!r}: {[m.buttons for m in where.from_bot]}")

    def press_button(self, place: Place, posted: Posted, button: Json) -> Delivery:
        """Press whatever is given, also what never was there."""
        team = {"id": self.workspace.id, "domain": self.workspace.name.lower()}
        action = {**button, "action_ts": self.workspace.ts()}
        action.pop("style", None)
        container = {"message_ts": posted.ts, "channel_id": place.id, "is_ephemeral": False}
        name = str(self.user["name"])
        payload: Json = {
            "type": "block_actions",
            "user": {"id": self.id, "username": name, "name": name, "team_id": team["id"]},
            "api_app_id": APP,
            "token": "verification-token-of-old",
            "container": {"type": "message", **container},
            "trigger_id": self._trigger(),
            "team": team,
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": place.id, "name": place.name},
            "message": posted.message,
            "state": {"values": {}},
            "response_url": self.server.response_url(self, place),
            "actions": [action],
        }
        return self.server.dispatch.hand(What.INTERACTION, payload)

    def command(self, line: str, *, place: Place | None = None) -> Delivery:
        """Type a slash command, `/nitka link CODE`."""
        name, _, text = line.partition(" ")
        where = place or self.chat
        fields: Json = {
            "token": "verification-token-of-old",
            "team_id": self.workspace.id,
            "team_domain": self.workspace.name.lower(),
            "channel_id": where.id,
            "channel_name": where.name,
            "user_id": self.id,
            "user_name": self.user["name"],
            "command": name,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self.server.response_url(self, where),
            "trigger_id": self._trigger(),
        }
        return self.server.dispatch.hand(What.COMMAND, fields)

    def post(self, place: Place, *, thread: str | None = None, **content: object) -> Posted:
        """Post any message as this person, as the fields of a Slack message."""
        more: Json = {"thread_ts": thread} if thread else {}
        posted = self.workspace.post(
            place, user=self.id, client_msg_id=str(uuid.uuid4()), **content, **more
        )
        event = {**posted.message, "channel": place.id, "channel_type": place.kind}
        self.server.dispatch.event(self.workspace, {**event, "event_ts": posted.ts})
        return posted

    def _changed(self, subtype: str, place: Place | None, **content: object) -> None:
        where, ts = place or self.chat, self.workspace.ts()
        event: Json = {
            "type": "message",
            "subtype": subtype,
            "hidden": True,
            "channel": where.id,
            "channel_type": where.kind,
            "ts": ts,
            "event_ts": ts,
            **content,
        }
        self.server.dispatch.event(self.workspace, event)

    def _trigger(self) -> str:
        return f"{int(time.time())}.{next(_triggers):012d}.{uuid.uuid4().hex}"


def typed(text: str) -> str:
    """Give a text as Slack stores what somebody types."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _URL.sub(lambda found: f"<{found[0]}>", escaped)
