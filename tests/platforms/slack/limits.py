"""What Slack's pages say of single methods, beyond names and types of arguments.

https://docs.slack.dev/reference/methods/chat.postMessage
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from tests.platforms.journal import Fault, Json
from tests.platforms.rate import Drip, Window
from tests.platforms.slack.blocks import faults as block_faults

LONGEST_TEXT = 40_000
_TS = re.compile(r"\d{1,12}\.\d{6}")
_EVENT_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")

# https://docs.slack.dev/apis/web-api/rate-limits
POSTS = Drip(2, 1)
TIERS = {1: Window(1, 60), 2: Window(20, 60), 3: Window(50, 60), 4: Window(100, 60)}
TIER = {
    "apps.connections.open": 1,
    "chat.delete": 3,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.open": 3,
    "conversations.replies": 3,
    "files.completeUploadExternal": 4,
    "files.delete": 3,
    "files.getUploadURLExternal": 4,
    "files.info": 4,
    "oauth.v2.access": 4,
    "users.info": 4,
}
SCOPES = {
    "chat.postMessage": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.open": ("im:write", "mpim:write", "channels:manage"),
    "files.completeUploadExternal": ("files:write",),
    "files.delete": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "users.info": ("users:read",),
}
HISTORY = {"C": "channels:history", "G": "groups:history", "D": "im:history"}


def faults(method: str, values: Json) -> list[Fault]:
    """Name what in a call's arguments Slack's pages do not allow."""
    if method in ("chat.postMessage", "chat.update", "chat.postEphemeral"):
        return list(_message(values))
    if method in ("conversations.history", "conversations.replies"):
        return list(_page(values))
    if method == "files.getUploadURLExternal" and int(values.get("length") or 0) < 1:
        return [Fault("length", "no bytes", "invalid_arguments")]
    return []


def _message(values: Json) -> Iterator[Fault]:
    text, blocks = values.get("text"), values.get("blocks")
    if not text and not blocks and not values.get("attachments"):
        yield Fault("text", "nothing to say", "no_text")
    if blocks and not text:
        yield Fault("text", "blocks without a text to fall back on: notifications are empty")
    if isinstance(text, str) and len(text) > LONGEST_TEXT:
        yield Fault("text", f"{len(text)} characters, at most {LONGEST_TEXT}", "msg_too_long")
    if blocks is not None:
        yield from (Fault("blocks", one, "invalid_blocks") for one in block_faults(blocks))
    for name in ("thread_ts", "ts"):
        if name in values and not _TS.fullmatch(str(values[name])):
            yield Fault(name, "no time stamp", "invalid_arguments")
    if "metadata" in values:
        yield from _metadata(values["metadata"])


def _metadata(metadata: object) -> Iterator[Fault]:
    known = isinstance(metadata, dict) and set(metadata) <= {"event_type", "event_payload"}
    if not isinstance(metadata, dict) or not known:
        yield Fault("metadata", "not event_type and event_payload", "invalid_metadata_format")
        return
    if not _EVENT_TYPE.fullmatch(str(metadata.get("event_type", ""))):
        yield Fault("metadata", "no event_type", "invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        yield Fault("metadata", "no event_payload", "invalid_metadata_format")
    if len(json.dumps(metadata)) > 8000:
        yield Fault("metadata", "larger than 8000 bytes", "metadata_too_large")


def _page(values: Json) -> Iterator[Fault]:
    if not 1 <= int(values.get("limit", 100)) <= 999:
        yield Fault("limit", "not from 1 to 999", "invalid_limit")
    for name in ("oldest", "latest"):
        if name in values and not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", str(values[name])):
            yield Fault(name, "no time stamp", f"invalid_ts_{name}")
