"""Makes Slack messages of ours; pure.

Limits: https://docs.slack.dev/reference/block-kit/blocks (50 blocks a message, 3000 characters a
section, 25 elements in actions, 75 characters on a button).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from connectors.slack.mrkdwn import length, mrkdwn, split
from nitka.domain.inbound import Choice
from nitka.domain.message import Attachment, Button, Message
from nitka.ports import Part

TEXT_LIMIT = 3000
MOST_BLOCKS = 50
MOST_ELEMENTS = 25
BUTTON_LIMIT = 75
_BLANK = "…"


def render(message: Message) -> Sequence[Part]:
    """Give a message's parts: its text in pieces, the last one with the buttons, then its files.

    A part's body: `kind` ("text" or "file"), `place`, `at` (seconds), and what the kind needs.
    """
    pieces = list(split(message.text, TEXT_LIMIT, measure=_rendered_length))
    titled = [(index, button) for index, button in enumerate(message.buttons)]
    if not pieces and (titled or not message.attachments):
        pieces = [""]
    bodies: list[Mapping[str, object]] = [_text(piece) for piece in pieces]
    if titled:
        bodies[-1] = _with_buttons(pieces[-1], message.id, titled)
    bodies += [_file(attachment) for attachment in message.attachments if attachment.file_id]
    if not bodies:  # only files that are not ours to send
        bodies = [_text(", ".join(attachment.name for attachment in message.attachments))]
    common = {"place": message.place, "at": message.created_at.timestamp()}
    return [
        Part(f"{message.id}:{number}", {**body, **common}) for number, body in enumerate(bodies)
    ]


def choice_of(value: str) -> Choice | None:
    """Read a button's value back, see `_value`."""
    kind, _, rest = value.partition(":")
    message_id, _, index = rest.partition(":")
    if kind != "c" or len(message_id) != 32 or not (index.isascii() and index.isdigit()):
        return None
    try:
        return Choice(UUID(hex=message_id), int(index[:4]))
    except ValueError:
        return None


def _value(message_id: UUID, index: int) -> str:
    """Name a button; what it stands for is kept on our side."""
    return f"c:{message_id.hex}:{index}"


def _text(piece: str) -> Mapping[str, object]:
    return {"kind": "text", "text": mrkdwn(piece) or _BLANK}


def _with_buttons(
    piece: str, message_id: UUID, titled: Sequence[tuple[int, Button]]
) -> Mapping[str, object]:
    text = mrkdwn(piece)
    blocks: list[Mapping[str, object]] = []
    if text:
        section = {"type": "mrkdwn", "text": text, "verbatim": True}
        blocks.append({"type": "section", "text": section})
    for start in range(0, len(titled), MOST_ELEMENTS):
        if len(blocks) == MOST_BLOCKS:
            break
        row = titled[start : start + MOST_ELEMENTS]
        elements = [_button(message_id, index, button) for index, button in row]
        blocks.append({"type": "actions", "block_id": f"choices:{start}", "elements": elements})
    titles = mrkdwn(", ".join(button.title for _, button in titled))
    return {"kind": "text", "text": text or titles[:TEXT_LIMIT] or _BLANK, "blocks": blocks}


def _button(message_id: UUID, index: int, button: Button) -> Mapping[str, object]:
    title = " ".join(button.title.split()) or _BLANK
    if length(title) > BUTTON_LIMIT:
        title = split(title, BUTTON_LIMIT - 1, measure=length)[0] + _BLANK
    return {
        "type": "button",
        "action_id": f"choice:{index}",
        "text": {"type": "plain_text", "text": title, "emoji": True},
        "value": _value(message_id, index),
    }


def _file(attachment: Attachment) -> Mapping[str, object]:
    return {
        "kind": "file",
        "file_id": attachment.file_id,
        "name": attachment.name or "file",
        "size": attachment.size,
    }


def _rendered_length(piece: str) -> int:
    return length(mrkdwn(piece))
