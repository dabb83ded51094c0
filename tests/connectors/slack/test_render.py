"""What goes out is cut, escaped and built as Slack wants it."""

from __future__ import annotations

import pytest

from connectors.slack.mrkdwn import length, mrkdwn, split
from connectors.slack.plain import plain
from connectors.slack.render import choice_of, render
from nitka.domain.inbound import Choice
from nitka.domain.message import Attachment, AttachmentKind, Button
from tests.connectors.harness import Case, table
from tests.connectors.slack.conftest import MESSAGE_ID, message
from tests.connectors.slack.specification import violations

PHOTO = Attachment("f1", AttachmentKind.IMAGE, "photo.png", "image/png", 3)


def buttons(number: int, title: str = "Choice {}") -> tuple[Button, ...]:
    return tuple(Button(title.format(n), f"/intent_{n}") for n in range(number))


def postable(body: object, key: str) -> list[str]:
    """Give what Slack would have against a part."""
    assert isinstance(body, dict)
    call = {"channel": "D1", "text": body["text"], "blocks": body.get("blocks")}
    metadata = {"event_type": "nitka_message", "event_payload": {"key": key}}
    return violations(
        "chat.postMessage",
        {name: value for name, value in {**call, "metadata": metadata}.items() if value},
    )


@table(
    Case("plain", "hello", "hello"),
    Case("Slack's own marks", "a < b & <!channel> @here", "a &lt; b &amp; &lt;!channel&gt; @here"),
    Case("address", "see https://a.pl/?x=1&y=2, ok", "see <https://a.pl/?x=1&amp;y=2>, ok"),
    Case("address in brackets", "(https://a.pl/b_(c))", "(<https://a.pl/b_(c)>)"),
    Case("nearly an address", "https:// and http", "https:// and http"),
)
def test_mrkdwn(given: str, expected: str) -> None:
    """A text stands there as it was written; addresses are links, nothing else is."""
    assert mrkdwn(given) == expected
    assert plain(expected) == given


def test_one_text() -> None:
    """A short text is one part, known by its message for ever."""
    (part,) = render(message("hi", place="C1:1.2"))
    assert part.key == f"{MESSAGE_ID}:0"
    assert part.body == {"kind": "text", "text": "hi", "place": "C1:1.2", "at": 1700000000.0}
    assert render(message("hi", place="C1:1.2"))[0] == part


@pytest.mark.parametrize("number", [1, 5, 25, 26, 100])
def test_buttons(number: int) -> None:
    """Buttons stand below the text, at most 25 in a row of blocks, and carry no payload."""
    (part,) = render(message("choose & win", buttons=buttons(number)))
    assert postable(part.body, part.key) == []
    blocks = part.body["blocks"]
    assert isinstance(blocks, list)
    assert blocks[0]["text"]["text"] == "choose &amp; win"
    elements = [element for block in blocks[1:] for element in block["elements"]]
    choices = [choice_of(element["value"]) for element in elements]
    assert choices == [Choice(MESSAGE_ID, index) for index in range(number)]
    assert "/intent" not in str(part.body)


def test_odd_buttons() -> None:
    """Titles that are blank or too long are made to fit; without a text the titles are the text."""
    long = "Where is my parcel and when will it come to me, please tell me as soon as you can"
    made = (Button(long, "/a"), Button("  ", "/b"), Button("Ok\nthen <b>", "/c"))
    (part,) = render(message("", buttons=made))
    assert postable(part.body, part.key) == []
    blocks = part.body["blocks"]
    assert isinstance(blocks, list)
    titles = [element["text"]["text"] for element in blocks[0]["elements"]]
    assert titles[0] == "Where is my parcel and when will it come to me,…"
    assert titles[1:] == ["…", "Ok then <b>"]
    assert long in str(part.body["text"])


def test_files_come_after_the_text() -> None:
    """A message's files are parts of their own."""
    parts = render(message("see", attachments=(PHOTO, PHOTO)))
    assert [part.body["kind"] for part in parts] == ["text", "file", "file"]
    assert len({part.key for part in parts}) == 3
    assert [part.body["kind"] for part in render(message("", attachments=(PHOTO,)))] == ["file"]


def test_there_is_always_a_part() -> None:
    """Even a blank message has something that Slack takes."""
    elsewhere = Attachment("", AttachmentKind.FILE, "a.pdf", "application/pdf", 1, source="x")
    for line in (message(" \n "), message("", attachments=(elsewhere,))):
        (part,) = render(line)
        assert postable(part.body, part.key) == []


@table(
    Case("words", " ".join(f"word{n}" for n in range(3000)), None),
    Case("one word", "x" * 20_000, None),
    Case("escapes that grow", "&<>" * 5000, None),
    Case("smileys", "👍🏽" * 5000, None),
    Case("Cyrillic paragraphs", "\n\n".join(["Заказ № 5. " * 40] * 40), None),
    Case("addresses", " ".join(["https://shop.pl/?a=1&b=2"] * 900), None),
)
def test_long_texts(given: str, expected: None) -> None:
    """A long text arrives whole, in order, in pieces that Slack takes."""
    parts = render(message(given, buttons=buttons(2)))
    assert len(parts) > 1
    for part in parts:
        assert postable(part.body, part.key) == []
        assert length(str(part.body["text"])) <= 3000
    arrived = " ".join(plain(str(part.body["text"])) for part in parts)
    assert "".join(arrived.split()) == "".join(given.split())
    assert [bool(part.body.get("blocks")) for part in parts] == [False] * (len(parts) - 1) + [True]


@table(
    Case("paragraphs", "One two.\n\nThree four five.", ["One two.", "Three four five."]),
    Case("lines", "One two three\nfour five six", ["One two three", "four five six"]),
    Case("sentences", "One two three? Four five", ["One two three?", "Four five"]),
    Case("words", "aaaa bbbb cccc dddd eeee", ["aaaa bbbb cccc dddd", "eeee"]),
    Case("nowhere", "a" * 25, ["a" * 20, "a" * 5]),
    Case("never within a sign", "a" * 19 + "e\u0301" + "b", ["a" * 19, "e\u0301b"]),
)
def test_natural_places(given: str, expected: list[str]) -> None:
    """A text is cut where a reader would pause."""
    assert list(split(given, 20, measure=len)) == expected
