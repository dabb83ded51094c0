"""One line of the thread, in either direction, and the state of its delivery."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from nitka.domain.address import Channel


class Author(StrEnum):
    """Who said it. The values are part of the web-chat protocol."""

    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class MessageState(StrEnum):
    """How far a message has come. A state only moves up, see `rises_to`."""

    RECEIVED = "received"
    PENDING = "pending"
    FAILED = "failed"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"

    def rises_to(self, new: MessageState) -> bool:
        """Say whether `new` is further than this state: a late `sent` never hides a `read`."""
        return _RANK[new] > _RANK[self]


_RANK = {state: rank for rank, state in enumerate(MessageState)}


@dataclass(frozen=True, slots=True)
class Button:
    """A choice offered below a message. `payload` comes back when it is chosen."""

    title: str
    payload: str


class AttachmentKind(StrEnum):
    IMAGE = "image"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. `size` in bytes.

    Its bytes are kept under `file_id`; one that is still on its platform has an empty `file_id`
    and a `source`, by which its connector can download it.
    """

    file_id: str
    kind: AttachmentKind
    name: str
    media_type: str
    size: int
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a customer's thread.

    `seq` orders the thread and never changes outside a join or a split. `native_id` is the
    platform's (or the web client's own) id. `channel` is None for lines that went nowhere.
    `place` is where within the channel it was said, see `Inbound`. A line that was taken back has
    no text any more and is `deleted`; `changed` is the number of its last change. An `internal`
    line is for staff: it has no audience and never reaches the customer. `staff` is the key of the
    staff member who wrote it.
    """

    id: UUID
    customer_id: UUID
    seq: int
    author: Author
    text: str
    state: MessageState
    created_at: datetime
    channel: Channel | None = None
    address_id: UUID | None = None
    author_name: str | None = None
    payload: str | None = None
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    native_id: str | None = None
    reply_to: UUID | None = None
    place: str | None = None
    deleted: bool = False
    internal: bool = False
    staff: str | None = None
    changed: int | None = None


def numbered(message: Message) -> Message:
    """Give a message with its buttons as a numbered list, for channels that have no buttons.

    The number or the title, typed, chooses (`nitka.domain.wording.chosen`).
    """
    if not message.buttons:
        return message
    listed = [_listed(number, button.title) for number, button in enumerate(message.buttons, 1)]
    return replace(message, text="\n".join([message.text, *listed]).strip(), buttons=())


def _listed(number: int, title: str) -> str:
    return title if title.split()[:1] == [str(number)] else f"{number}. {title}"
