"""A message → the calls that show it on Telegram. Pure; the text goes out plain.

Without `parse_mode` Telegram reads no markup, so nothing that anybody writes can break a message;
links, addresses and numbers are made clickable by the apps themselves. Buttons carry a reference
to themselves, never their payload: `callback_data` has 64 bytes.
https://core.telegram.org/bots/api#inlinekeyboardbutton
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from connectors.telegram.split import split, units
from nitka.domain.message import Attachment, AttachmentKind, Button, Message
from nitka.ports import Part

TEXT_LIMIT = 4096  # UTF-16 code units
CAPTION_LIMIT = 1024
BUTTONS_LIMIT = 100  # of one keyboard
PHOTO_BYTES = 10 * 1024 * 1024  # a larger picture goes as a file

_ROW_WIDTH = 32  # characters that a row of equally wide buttons shows on a telephone
_ROW_MOST = 4
_PHOTOS = frozenset({"image/jpeg", "image/png", "image/webp"})
_NOTHING = "…"  # Telegram takes no empty text, but a keyboard needs a message

Body = dict[str, object]


def render(message: Message) -> list[Part]:
    """Give the parts of a message: its files, then its text, with the buttons on the last.

    A text that fits a caption (1024) goes with the last file. More than 100 buttons go on below
    further messages.
    """
    keyboards = _keyboards(message.id, message.buttons)
    bodies = [_file(attachment) for attachment in message.attachments]
    text = message.text if message.text.strip() else ""
    if bodies and units(text) <= CAPTION_LIMIT:
        bodies[-1]["caption"] = text
    else:
        pieces = split(text, limit=TEXT_LIMIT) or [_NOTHING]
        bodies += [{"method": "sendMessage", "text": piece} for piece in pieces]
    if keyboards:
        bodies[-1]["keyboard"] = keyboards[0]
    for further in keyboards[1:]:
        bodies.append({"method": "sendMessage", "text": _NOTHING, "keyboard": further})
    return [
        Part(f"{message.id}:{number}", {**body, "place": message.place})
        for number, body in enumerate(bodies)
    ]


def _file(attachment: Attachment) -> Body:
    photo = (
        attachment.kind is AttachmentKind.IMAGE
        and attachment.media_type in _PHOTOS
        and attachment.size <= PHOTO_BYTES
    )
    body: Body = {
        "method": "sendPhoto" if photo else "sendDocument",
        "file": attachment.file_id,
        "name": attachment.name,
    }
    if not attachment.file_id:
        body["url"] = attachment.source
    return body


def _keyboards(message_id: UUID, buttons: Sequence[Button]) -> list[list[list[Body]]]:
    shown: list[Body] = [
        {
            "text": button.title.strip() or _NOTHING,
            "callback_data": f"c:{message_id.hex}:{index}",
        }
        for index, button in enumerate(buttons)
    ]
    return [
        _rows(shown[start : start + BUTTONS_LIMIT]) for start in range(0, len(shown), BUTTONS_LIMIT)
    ]


def _rows(buttons: Sequence[Body]) -> list[list[Body]]:
    """Put short titles side by side and long ones below each other."""
    rows: list[list[Body]] = []
    for button in buttons:
        row = [*rows[-1], button] if rows else []
        widest = max((len(str(one["text"])) for one in row), default=0)
        if row and len(row) <= _ROW_MOST and len(row) * widest <= _ROW_WIDTH:
            rows[-1] = row
        else:
            rows.append([button])
    return rows
