"""Frames in and out, as tables."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from hypothesis import given as always
from hypothesis import strategies as st

from connectors.webchat import protocol
from connectors.webchat.protocol import Fault, Hello, Ping, Read, Say, Typing, Upload, parse
from nitka.domain.address import Channel
from nitka.domain.message import Attachment, AttachmentKind, Author, Button, Message, MessageState
from nitka.domain.thread import Owner, Team
from tests.connectors.harness import Case, Specification, table

FRAMES = Specification(Path(__file__).with_name("frames.json"))
ID = UUID("00000000-0000-4000-8000-000000000001")
AT = datetime(2026, 11, 22, 17, 19, 11, 123456, tzinfo=UTC)


@table(
    Case("hello", '{"type":"hello","token":"t","after":7}', Hello("t", 7)),
    Case("hello without after begins at 0", '{"type":"hello","token":"t"}', Hello("t", 0)),
    Case("hello without token names nobody", '{"type":"hello"}', Hello("", 0)),
    Case("hello with a bent token names nobody", '{"type":"hello","token":5}', Hello("", 0)),
    Case("message", '{"type":"message","id":"a","text":"Hi"}', Say("a", "Hi", None)),
    Case("button", '{"type":"message","id":"a","text":"","reply":"/yes"}', Say("a", "", "/yes")),
    Case(
        "NUL and half a surrogate pair are taken out",
        '{"type":"message","id":"a","text":"a\\u0000b\\ud800c"}',
        Say("a", "ab?c", None),
    ),
    Case(
        "4000 characters outside the BMP, all escaped",
        json.dumps({"type": "message", "id": "a", "text": "🧵" * 4000}),
        Say("a", "🧵" * 4000, None),
    ),
    Case("typing", '{"type":"typing"}', Typing()),
    Case("read", '{"type":"read","seq":3}', Read(3)),
    Case("upload", '{"type":"upload","id":"a","file":"f"}', Upload("a", "f")),
    Case("ping", '{"type":"ping"}', Ping()),
    Case("unknown members are ignored", '{"type":"ping","more":[1]}', Ping()),
)
def test_a_good_frame_is_read(given: str, expected: object) -> None:
    """Every frame of the protocol becomes its value."""
    assert parse(given) == expected


@table(
    Case("binary", b"\x00\xff", ("not_text", None)),
    Case("1 MB", "x" * 1_048_576, ("frame_too_large", None)),
    Case("a little too large in bytes, not in characters", "ż" * 32_769, ("frame_too_large", None)),
    Case("no JSON", "{", ("not_json", None)),
    Case("empty", "", ("not_json", None)),
    Case("nested without end", "[" * 60_000, ("not_json", None)),
    Case("a number of 10,000 digits", "9" * 10_000, ("not_json", None)),
    Case("a list", "[]", ("bad_frame", None)),
    Case("no type", "{}", ("bad_frame", None)),
    Case("type is no text", '{"type":{}}', ("bad_frame", None)),
    Case("unknown type", '{"type":"dance","id":"a"}', ("unknown_type", "a")),
    Case("no id", '{"type":"message","text":"Hi"}', ("bad_frame", None)),
    Case("empty id", '{"type":"message","id":"","text":"Hi"}', ("bad_frame", None)),
    Case("id is a number", '{"type":"message","id":1,"text":"Hi"}', ("bad_frame", None)),
    Case("long id", '{"type":"message","id":"%s","text":"Hi"}' % ("a" * 65), ("bad_frame", None)),
    Case("id with NUL", '{"type":"message","id":"a\\u0000","text":"Hi"}', ("bad_frame", None)),
    Case(
        "id with half a pair", '{"type":"message","id":"\\ud800","text":"a"}', ("bad_frame", None)
    ),
    Case("text is no text", '{"type":"message","id":"a","text":1}', ("bad_frame", "a")),
    Case("reply is no text", '{"type":"message","id":"a","text":"","reply":1}', ("bad_frame", "a")),
    Case("nothing said", '{"type":"message","id":"a"}', ("empty_message", "a")),
    Case("only spaces", '{"type":"message","id":"a","text":" \\n"}', ("empty_message", "a")),
    Case("only NUL", '{"type":"message","id":"a","text":"\\u0000"}', ("empty_message", "a")),
    Case(
        "4001 characters",
        json.dumps({"type": "message", "id": "a", "text": "x" * 4001}),
        ("text_too_long", "a"),
    ),
    Case("upload without file", '{"type":"upload","id":"a"}', ("bad_frame", "a")),
    Case("read without seq", '{"type":"read"}', ("bad_frame", None)),
    Case("read what is true", '{"type":"read","seq":true}', ("bad_frame", None)),
    Case("read a negative seq", '{"type":"read","seq":-1}', ("bad_frame", None)),
    Case("read a huge seq", '{"type":"read","seq":9007199254740993}', ("bad_frame", None)),
    Case("after is text", '{"type":"hello","token":"t","after":"7"}', ("bad_frame", None)),
)
def test_a_bent_frame_is_a_fault(given: str | bytes, expected: tuple[str, str | None]) -> None:
    """Every bent frame has its code, names the message where it can, and raises nothing."""
    fault = parse(given)
    assert isinstance(fault, Fault)
    assert (fault.code, fault.id) == expected
    FRAMES.check(protocol.error(fault))


@always(st.one_of(st.text(), st.binary(), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["type", "id", "text", "reply", "seq", "after", "token", "file"]), inner
    ),
).map(json.dumps)))  # fmt: skip
def test_no_frame_at_all_breaks_the_parser(given: str | bytes) -> None:
    """Whatever comes, it is a frame or a fault."""
    fault = parse(given)
    if isinstance(fault, Fault):
        FRAMES.check(protocol.error(fault))


def _line(**more: object) -> Message:
    facts: dict[str, object] = {
        "id": ID,
        "customer_id": ID,
        "seq": 4,
        "author": Author.BOT,
        "text": "Dzień dobry",
        "state": MessageState.PENDING,
        "created_at": AT,
        "channel": Channel.WEB,
    }
    return Message(**(facts | more))  # type: ignore[arg-type]  # fields of a message


_BASE = {
    "type": "message",
    "seq": 4,
    "id": str(ID),
    "author": "bot",
    "text": "Dzień dobry",
    "at": "2026-11-22T17:19:11.123Z",
    "channel": "web",
}
_FILE = Attachment("f1", AttachmentKind.IMAGE, "a.png", "image/png", 9)


@table(
    Case("the bot's", _line(), _BASE),
    Case(
        "the customer's own has his client's id",
        _line(author=Author.CUSTOMER, native_id="mine"),
        _BASE | {"author": "customer", "id": "mine"},
    ),
    Case(
        "his from elsewhere has the thread's id and its channel",
        _line(author=Author.CUSTOMER, native_id="77", channel=Channel.TELEGRAM),
        _BASE | {"author": "customer", "channel": "telegram"},
    ),
    Case(
        "an agent has a name",
        _line(author=Author.AGENT, author_name="Ewa"),
        _BASE | {"author": "agent", "name": "Ewa"},
    ),
    Case(
        "buttons",
        _line(buttons=(Button("Yes", "/affirm"),)),
        _BASE | {"buttons": [{"title": "Yes", "payload": "/affirm"}]},
    ),
    Case(
        "an attachment still on its platform is not shown",
        _line(attachments=(replace(_FILE, file_id="", source="x"),)),
        _BASE,
    ),
    Case("one taken back", _line(text="", deleted=True), _BASE | {"text": "", "deleted": True}),
    Case(
        "attachments",
        _line(attachments=(_FILE,)),
        _BASE
        | {
            "attachments": [
                {
                    "kind": "image",
                    "name": "a.png",
                    "type": "image/png",
                    "size": 9,
                    "url": "/api/webchat/files/f1",
                }
            ]
        },
    ),
)
def test_a_line_is_shown(given: Message, expected: object) -> None:
    """A line of the thread becomes exactly the frame of the protocol."""
    frame = protocol.message(given)
    FRAMES.check(frame)
    assert frame == expected


def test_a_line_that_went_nowhere_has_no_channel() -> None:
    """`channel` is web, telegram or slack, or is not there."""
    assert "channel" not in protocol.message(_line(channel=None))


@table(
    Case("bot", (Owner.BOT, None), {"type": "state", "owner": "bot"}),
    Case(
        "waiting for sales",
        (Owner.NOBODY, Team.SALES),
        {"type": "state", "owner": "nobody", "team": "sales"},
    ),
)
def test_the_owner_is_shown(given: tuple[Owner, Team | None], expected: object) -> None:
    """`state` names the owner, and the team if there is one."""
    frame = protocol.state(*given)
    FRAMES.check(frame)
    assert frame == expected
