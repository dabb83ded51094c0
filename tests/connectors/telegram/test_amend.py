"""Changing what was sent: the calls, held against the specification, and what refusals mean."""

from __future__ import annotations

import json

import pytest

from connectors.telegram.connector import Telegram
from nitka.errors import SendError, SendFault
from tests.connectors.telegram.made import ANNA
from tests.connectors.telegram.platform import Platform, no, ok
from tests.connectors.telegram.test_render import BUTTONS, KEYBOARD, PAPER, PICTURE, a_message


async def test_a_text_keeps_its_buttons(telegram: Telegram, platform: Platform) -> None:
    """Else Telegram would take them off; a part in a group is changed where it stands."""
    (part,) = telegram.render(a_message("Better", buttons=BUTTONS))
    platform.will("editMessageText", ok({"message_id": 7}))
    await telegram.change(ANNA, part, "-1001:7")
    (call,) = platform.calls
    assert json.loads(call.given.pop("reply_markup")) == {"inline_keyboard": KEYBOARD}
    assert (call.method, call.given) == (
        "editMessageText",
        {"chat_id": "-1001", "message_id": "7", "text": "Better"},
    )


async def test_a_file_has_its_caption_changed(telegram: Telegram, platform: Platform) -> None:
    """The file itself stays; a text is no file, and another file is another part."""
    before, after = (
        telegram.render(a_message(text, attachments=(PAPER,)))[0] for text in ("a", "b")
    )
    (text,) = telegram.render(a_message("a"))
    (other,) = telegram.render(a_message("a", attachments=(PICTURE,)))
    assert telegram.same_kind(before, after)
    assert not telegram.same_kind(before, text)
    assert not telegram.same_kind(before, other)
    platform.will("editMessageCaption", ok({"message_id": 7}))
    await telegram.change(ANNA, after, "42:7")
    (call,) = platform.calls
    assert call.given == {"chat_id": "42", "message_id": "7", "caption": "b"}


async def test_a_part_is_deleted(telegram: Telegram, platform: Platform) -> None:
    (part,) = telegram.render(a_message("Gone"))
    platform.will("deleteMessage", ok(True))
    await telegram.withdraw(ANNA, part, "42:7")
    (call,) = platform.calls
    assert (call.method, call.given) == ("deleteMessage", {"chat_id": "42", "message_id": "7"})


async def test_what_is_so_already_is_no_error(telegram: Telegram, platform: Platform) -> None:
    """After a crash it is done once more."""
    (part,) = telegram.render(a_message("Same"))
    platform.will("editMessageText", no(400, "Bad Request: message is not modified: specified"))
    await telegram.change(ANNA, part, "42:7")
    platform.will("deleteMessage", no(400, "Bad Request: message to delete not found"))
    await telegram.withdraw(ANNA, part, "42:7")


@pytest.mark.parametrize(
    ("method", "refusal", "fault"),
    [
        ("deleteMessage", no(400, "Bad Request: message can't be deleted"), SendFault.REJECTED),
        ("deleteMessage", no(429, "Too Many", retry_after=3), SendFault.RATE_LIMITED),
        ("deleteMessage", no(502, "Bad Gateway"), SendFault.PLATFORM_DOWN),
    ],
)
async def test_refusals(
    telegram: Telegram, platform: Platform, method: str, refusal: object, fault: SendFault
) -> None:
    """Too old, too fast, away: sorted as for what is sent."""
    (part,) = telegram.render(a_message("Stays"))
    platform.will(method, refusal)  # type: ignore[arg-type]  # a reply
    with pytest.raises(SendError) as caught:
        await telegram.withdraw(ANNA, part, "42:7")
    assert caught.value.fault is fault


async def test_a_part_of_an_unknown_place_is_refused(telegram: Telegram) -> None:
    (part,) = telegram.render(a_message("?"))
    with pytest.raises(SendError, match="unknown message"):
        await telegram.change(ANNA, part, "nowhere")
