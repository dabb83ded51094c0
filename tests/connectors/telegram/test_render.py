"""What goes out, as a table: messages and the parts they become."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from connectors.telegram.render import BUTTONS_LIMIT, render
from nitka.domain.message import Attachment, AttachmentKind, Author, Button, Message, MessageState
from tests.connectors.harness import Case, table
from tests.connectors.telegram.made import MESSAGE

PICTURE = Attachment("f1", AttachmentKind.IMAGE, "mug.png", "image/png", 1000)
PAPER = Attachment("f2", AttachmentKind.FILE, "bill.pdf", "application/pdf", 1000)
OFFERED = ("Yes", "No", "I would rather talk to a person", "Later")
BUTTONS = tuple(Button(title, f'/choose{{"x": "{"long" * 30}"}}') for title in OFFERED)


def a_message(text: str, **more: Any) -> Message:
    plain = Message(
        id=MESSAGE,
        customer_id=UUID(int=1),
        seq=3,
        author=Author.BOT,
        text=text,
        state=MessageState.PENDING,
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    return replace(plain, **more)


def shown(index: int) -> dict[str, str]:
    return {"text": OFFERED[index], "callback_data": f"c:{MESSAGE.hex}:{index}"}


KEYBOARD = [[shown(0), shown(1)], [shown(2)], [shown(3)]]


def sent(text: str, **more: Any) -> dict[str, object]:
    return {"method": "sendMessage", "text": text, "place": None, **more}


def photo(**more: Any) -> dict[str, object]:
    return {"method": "sendPhoto", "file": "f1", "name": "mug.png", "place": None, **more}


def paper(**more: Any) -> dict[str, object]:
    return {"method": "sendDocument", "file": "f2", "name": "bill.pdf", "place": None, **more}


@table(
    Case("text", a_message("*Hi* <b>_"), [sent("*Hi* <b>_")]),
    Case("in a group's topic", a_message("Hi", place="-1:4"), [sent("Hi", place="-1:4")]),
    Case("buttons", a_message("Well?", buttons=BUTTONS), [sent("Well?", keyboard=KEYBOARD)]),
    Case(
        "buttons below the last piece",
        a_message("a" * 4097, buttons=BUTTONS),
        [sent("a" * 4096), sent("a", keyboard=KEYBOARD)],
    ),
    Case("nothing to say", a_message(" \n"), [sent("…")]),
    Case("only buttons", a_message("", buttons=BUTTONS), [sent("…", keyboard=KEYBOARD)]),
    Case(
        "a picture with a caption and buttons",
        a_message("A mug", attachments=(PICTURE,), buttons=BUTTONS),
        [photo(caption="A mug", keyboard=KEYBOARD)],
    ),
    Case("a file alone", a_message("", attachments=(PAPER,)), [paper(caption="")]),
    Case(
        "two files, the caption with the last",
        a_message("Both", attachments=(PICTURE, PAPER)),
        [photo(), paper(caption="Both")],
    ),
    Case(
        "too much for a caption",
        a_message("a" * 1025, attachments=(PICTURE,), buttons=BUTTONS),
        [photo(), sent("a" * 1025, keyboard=KEYBOARD)],
    ),
    Case(
        "a large picture goes as a file",
        a_message("", attachments=(replace(PICTURE, size=11 * 1024 * 1024),)),
        [photo(method="sendDocument", caption="")],
    ),
    Case(
        "a picture that only has an address",
        a_message("", attachments=(replace(PICTURE, file_id="", source="https://shop/mug.png"),)),
        [photo(file="", url="https://shop/mug.png", caption="")],
    ),
)
def test_parts(given: Message, expected: list[dict[str, object]]) -> None:
    """Files first, the text with the last one or after it, the buttons below everything."""
    assert [dict(part.body) for part in render(given)] == expected


def test_keys_stay() -> None:
    """The same message gives the same parts under the same keys."""
    message = a_message("a" * 9000)
    assert [part.key for part in render(message)] == [f"{MESSAGE}:{n}" for n in range(3)]
    assert render(message) == render(message)


def test_more_buttons_than_a_keyboard_holds() -> None:
    """Every button is shown, 100 to a message, and each keeps its own number."""
    many = tuple(Button(f"{number}", "/x") for number in range(230))
    bodies = [part.body for part in render(a_message("Choose", buttons=many))]
    keyboards: list[Any] = [body["keyboard"] for body in bodies]
    flat = [[button for row in keyboard for button in row] for keyboard in keyboards]
    assert [len(buttons) for buttons in flat] == [BUTTONS_LIMIT, BUTTONS_LIMIT, 30]
    references = [button["callback_data"] for buttons in flat for button in buttons]
    assert references == [f"c:{MESSAGE.hex}:{number}" for number in range(230)]
    assert max(len(reference.encode()) for reference in references) <= 64
    assert all(len(row) <= 4 for keyboard in keyboards for row in keyboard)
