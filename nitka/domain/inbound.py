"""What a connector makes of a native payload, and what becomes of it in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from nitka.domain.address import Address, Channel
from nitka.domain.customer import Profile
from nitka.domain.message import Attachment


@dataclass(frozen=True, slots=True)
class Inbound:
    """Something a customer said.

    `native_id` is unique within (channel, account): the same id again is the same message.
    `message_id` is the platform's id of the message itself (the web client's own id).
    `payload` is the value of a button, not yet checked against the ones that were offered.
    """

    address: Address
    native_id: str
    text: str
    message_id: str | None = None
    payload: str | None = None
    attachments: tuple[Attachment, ...] = ()
    profile: Profile = field(default_factory=Profile)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A native payload that starts no turn, with the reason in snake_case for the accounting."""

    channel: Channel
    account: str
    native_id: str
    reason: str


class Outcome(StrEnum):
    """How an inbound ended. None of these, and not waiting for its turn, is a lost message."""

    ANSWERED = "answered"
    WITH_HUMAN = "with_human"
    CLOSED = "closed"
    DROPPED = "dropped"
