"""What a connector makes of a native payload, and what becomes of it in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from nitka.domain.address import Address, Channel
from nitka.domain.customer import Profile
from nitka.domain.message import Attachment


@dataclass(frozen=True, slots=True)
class Choice:
    """A button that was pressed, on channels that carry no payload of ours: the button's place."""

    message_id: UUID
    index: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """Something a customer said.

    `native_id` is unique within (channel, account): the same id again is the same message.
    `message_id` is the platform's id of the message itself (the web client's own id).
    `payload` is the value of a button, not yet checked against the ones that were offered;
    `choice` names the button instead.
    `place` says where within the channel it was said and is to be answered, if not simply at the
    address: a Slack thread, a Telegram group; the connector's own notation.
    `answers` is the platform's id of the message that the customer replied to, if it was to one.
    `group` is shared by the parts of one message that the platform sends one by one (an album).
    """

    address: Address
    native_id: str
    text: str
    message_id: str | None = None
    payload: str | None = None
    choice: Choice | None = None
    attachments: tuple[Attachment, ...] = ()
    profile: Profile = field(default_factory=Profile)
    place: str | None = None
    group: str | None = None
    answers: str | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """A customer changed what he had said. `message_id` is the platform's id of that message."""

    address: Address
    native_id: str
    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """A customer took back what he had said."""

    address: Address
    native_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Reach:
    """An address can no longer be written to, or can again."""

    address: Address
    native_id: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class Ignored:
    """A native payload that starts no turn, with the reason in snake_case for the accounting."""

    channel: Channel
    account: str
    native_id: str
    reason: str


Incoming = Inbound | Edited | Deleted | Reach | Ignored


class Outcome(StrEnum):
    """How an inbound ended. None of these, and not waiting for its turn, is a lost message."""

    ANSWERED = "answered"
    WITH_HUMAN = "with_human"
    CLOSED = "closed"
    DROPPED = "dropped"
