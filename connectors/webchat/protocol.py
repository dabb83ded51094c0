"""The web chat protocol, version 1: frames in and frames out, as pure functions.

A frame from the client becomes one of the values below or a `Fault`, which is what the client is
told. Frames are JSON objects in text frames; `docs/channels/web.md` describes them all.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from nitka.domain.address import Channel
from nitka.domain.message import Attachment, Author, Message
from nitka.domain.text import storable
from nitka.domain.thread import Owner, Team

SUBPROTOCOL: Final = "nitka.v1"
FRAME_BYTES: Final = 64 * 1024
TEXT_LIMIT: Final = 4000  # characters (code points)
ID_LIMIT: Final = 64
PAYLOAD_LIMIT: Final = 2000
SEQ_LIMIT: Final = 2**53  # what JavaScript counts exactly

FILE_URL: Final = "/api/webchat/files/"

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Hello:
    token: str
    after: int


@dataclass(frozen=True, slots=True)
class Say:
    """`id` is the client's own; `reply` is the payload of the button that was pressed."""

    id: str
    text: str
    reply: str | None


@dataclass(frozen=True, slots=True)
class Upload:
    id: str
    file: str


@dataclass(frozen=True, slots=True)
class Read:
    seq: int


@dataclass(frozen=True, slots=True)
class Typing:
    pass


@dataclass(frozen=True, slots=True)
class Ping:
    pass


@dataclass(frozen=True, slots=True)
class Fault:
    """What a client is told of a frame that is not taken. `retry_after` in seconds."""

    code: str
    message: str
    id: str | None = None
    retry_after: float | None = None


Frame = Hello | Say | Upload | Read | Typing | Ping


def parse(raw: str | bytes) -> Frame | Fault:
    """Read one frame of the client, whatever it is; never raises."""
    try:
        return _read(_object(raw))
    except _Bent as bent:
        return bent.fault


class _Bent(Exception):
    def __init__(self, code: str, message: str, id: str | None = None) -> None:  # noqa: A002
        self.fault = Fault(code, message, id)


def _object(raw: str | bytes) -> Json:
    if isinstance(raw, bytes):
        raise _Bent("not_text", "Frames are JSON in text frames; this one is binary.")
    if len(raw) > FRAME_BYTES or len(raw.encode("utf-8", "surrogatepass")) > FRAME_BYTES:
        raise _Bent("frame_too_large", f"A frame may have {FRAME_BYTES} bytes.")
    try:
        bag = json.loads(raw)
    except (ValueError, RecursionError):
        raise _Bent("not_json", "The frame is not JSON.") from None
    if not isinstance(bag, dict):
        raise _Bent("bad_frame", "A frame is a JSON object with a `type`.")
    return bag


def _read(bag: Json) -> Frame:
    kind = bag.get("type")
    if not isinstance(kind, str):
        raise _Bent("bad_frame", "`type` must be text.", _id_or_none(bag))
    if kind not in _READERS:
        known = ", ".join(_READERS)
        raise _Bent("unknown_type", f"`type` must be one of {known}.", _id_or_none(bag))
    return _READERS[kind](bag)


def _hello(bag: Json) -> Frame:
    token = bag.get("token")
    after = _seq(bag, "after") if "after" in bag else 0
    return Hello(token if isinstance(token, str) else "", after)


def _say(bag: Json) -> Frame:
    id = _id(bag)  # noqa: A001
    text, reply = bag.get("text", ""), bag.get("reply")
    if not isinstance(text, str):
        raise _Bent("bad_frame", "`text` must be text.", id)
    if reply is not None and (not isinstance(reply, str) or not 0 < len(reply) <= PAYLOAD_LIMIT):
        raise _Bent("bad_frame", f"`reply` must be text of 1 to {PAYLOAD_LIMIT} characters.", id)
    if len(text) > TEXT_LIMIT:
        raise _Bent("text_too_long", f"A message may have {TEXT_LIMIT} characters.", id)
    text = storable(text)
    if not text.strip() and reply is None:
        raise _Bent("empty_message", "The message is empty.", id)
    return Say(id, text, storable(reply) if reply is not None else None)


def _upload(bag: Json) -> Frame:
    id, file = _id(bag), bag.get("file")  # noqa: A001
    if not isinstance(file, str) or not 0 < len(file) <= 100 or not file.isascii():
        raise _Bent("bad_frame", "`file` must be the id of an uploaded file.", id)
    return Upload(id, file)


_READERS: dict[str, Callable[[Json], Frame]] = {
    "hello": _hello,
    "message": _say,
    "typing": lambda _: Typing(),
    "read": lambda bag: Read(_seq(bag, "seq")),
    "upload": _upload,
    "ping": lambda _: Ping(),
}


def _id(bag: Json) -> str:
    value = _id_or_none(bag)
    if value is None:
        raise _Bent("bad_frame", f"`id` must be text of 1 to {ID_LIMIT} printable characters.")
    return value


def _id_or_none(bag: Json) -> str | None:
    value = bag.get("id")
    fits = isinstance(value, str) and 0 < len(value) <= ID_LIMIT and value.isprintable()
    return value if fits and isinstance(value, str) else None


def _seq(bag: Json, name: str) -> int:
    value = bag.get(name)
    if type(value) is not int or not 0 <= value < SEQ_LIMIT:
        raise _Bent("bad_frame", f"`{name}` must be a whole number from 0.", _id_or_none(bag))
    return value


# ── what the server says ───────────────────────────────────────────────────────────────────


def welcome(seq: int) -> Json:
    return {"type": "welcome", "seq": seq}


def ack(id: str, seq: int) -> Json:  # noqa: A002
    return {"type": "ack", "id": id, "seq": seq}


def reset(seq: int) -> Json:
    return {"type": "reset", "seq": seq}


def typing(author: str) -> Json:
    return {"type": "typing", "author": author}


def state(owner: Owner, team: Team | None) -> Json:
    return {"type": "state", "owner": owner.value, **({"team": team.value} if team else {})}


def pong() -> Json:
    return {"type": "pong"}


def error(fault: Fault) -> Json:
    frame: Json = {"type": "error", "code": fault.code, "message": fault.message}
    if fault.id is not None:
        frame["id"] = fault.id
    if fault.retry_after is not None:
        frame["retry_after"] = math.ceil(fault.retry_after * 10) / 10
    return frame


def message(line: Message) -> Json:
    """Give a line of the thread as a frame; a customer's own web message has his client's id."""
    own = line.author is Author.CUSTOMER and line.channel is Channel.WEB and line.native_id
    frame: Json = {
        "type": "message",
        "seq": line.seq,
        "id": own or str(line.id),
        "author": line.author.value,
    }
    if line.author_name:
        frame["name"] = line.author_name
    frame["text"] = line.text
    if line.buttons:
        frame["buttons"] = [{"title": b.title, "payload": b.payload} for b in line.buttons]
    here = [a for a in line.attachments if a.file_id]  # the others are still on their platform
    if here:
        frame["attachments"] = [_attachment(a) for a in here]
    frame["at"] = moment(line.created_at)
    if line.channel is not None:
        frame["channel"] = line.channel.value
    if line.deleted:
        frame["deleted"] = True
    elif line.changed is not None:
        frame["edited"] = True
    return frame


def moment(at: datetime) -> str:
    """Write a time as ISO 8601 in UTC with milliseconds and `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _attachment(a: Attachment) -> Mapping[str, object]:
    """Give an attachment as the widget shows it; a `file_id` that is a URL stays what it is."""
    url = a.file_id if "/" in a.file_id else FILE_URL + a.file_id
    return {
        "kind": a.kind.value,
        "name": a.name,
        "type": a.media_type,
        "size": a.size,
        "url": url,
    }
