"""Messages where a channel has no buttons: a numbered list that is answered by number or title."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from nitka.domain.message import Author, Button, Message, MessageState, numbered
from nitka.domain.wording import chosen

TITLES = ("Where is my order?", "Нет, спасибо", "Ja")
ASKED = Message(
    id=uuid4(),
    customer_id=uuid4(),
    seq=1,
    author=Author.BOT,
    text="What is it?",
    state=MessageState.PENDING,
    created_at=datetime(2026, 11, 25, tzinfo=UTC),
    buttons=tuple(Button(title, f"/{n}") for n, title in enumerate(TITLES)),
)


def test_buttons_become_a_numbered_list() -> None:
    """In order, below the text; a message without buttons stays as it is."""
    shown = numbered(ASKED)
    assert shown.text == "What is it?\n1. Where is my order?\n2. Нет, спасибо\n3. Ja"
    assert shown.buttons == ()
    assert numbered(shown) is shown
    scale = replace(ASKED, buttons=(Button("1 – bad", "/1"), Button("2", "/2"), Button(" ", "/3")))
    assert numbered(scale).text == "What is it?\n1 – bad\n2\n3.", "a title may be its number"


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("1", 0),
        (" 2. ", 1),
        ("3)", 2),
        ("where is my order", 0),
        ("НЕТ СПАСИБО", 1),
        ("ja!", 2),
        ("4", None),
        ("0", None),
        ("12345", None),
        ("where is my other order", None),
        ("", None),
        ("?", None),
    ],
)
def test_a_number_or_a_title_chooses(text: str, index: int | None) -> None:
    """And nothing else does."""
    assert chosen(text, TITLES) == index
