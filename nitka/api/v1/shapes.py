"""What `/api/v1` takes and gives, as JSON. Documented in `docs/api.md`; kept stable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    Field,
    StringConstraints,
    model_validator,
)

from nitka.domain.address import Channel, Evidence
from nitka.domain.customer import KnownAddress, Language
from nitka.domain.handoff import HandBack, Handoff, HandoffState, Next
from nitka.domain.link import ClaimKind
from nitka.domain.message import Attachment, Author, Message, MessageState
from nitka.domain.thread import Owner, Team
from nitka.service.show import Portrait
from nitka.service.suggest import Suggestion


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("must not contain NUL, nor half of a surrogate pair")
    return text


Storable = Annotated[str, AfterValidator(_storable)]
Name = Annotated[Storable, StringConstraints(min_length=1, max_length=320)]


class AddressShape(BaseModel):
    channel: Channel
    address: str
    evidence: Evidence


class HandoffShape(BaseModel):
    id: UUID
    team: Team
    state: HandoffState
    reason: str


class ListedHandoff(HandoffShape):
    customer: UUID
    facts: dict[str, object]
    opened_at: datetime
    agent: str | None = Field(None, description="Who has it, or had it last.")
    taken_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    next: Next | None = None
    score: int | None = Field(None, description="How the customer found it, 1 to 5.")
    remark: str | None = Field(None, description="His words on it.")


class SuggestionShape(BaseModel):
    """Somebody who may be the same customer; `clashes`: the site has signed them as two."""

    customer: UUID
    name: str | None = None
    because: list[ClaimKind]
    clashes: bool


class CustomerShape(BaseModel):
    id: UUID
    name: str | None = None
    owner: Owner
    team: Team | None = None
    language: Language | None
    time_zone: str | None = None
    addresses: list[AddressShape]
    slots: dict[str, object]
    handoffs: list[HandoffShape]
    suggestions: list[SuggestionShape] = []


class ButtonShape(BaseModel):
    title: Annotated[Storable, StringConstraints(min_length=1, max_length=100)]
    payload: Annotated[Storable, StringConstraints(min_length=1, max_length=2000)]


class AttachmentShape(BaseModel):
    kind: Literal["image", "file"]
    name: str
    type: str
    size: int
    file: str


class MessageShape(BaseModel):
    """One line of a thread. `channel` is missing for lines that went nowhere."""

    id: UUID
    customer: UUID
    seq: int
    channel: Channel | None = None
    author: Author
    name: str | None = None
    text: str
    state: MessageState
    reply_to: UUID | None = None
    internal: bool | None = Field(None, description="True: for staff, the customer has not got it.")
    buttons: list[ButtonShape] = []
    attachments: list[AttachmentShape] = []
    at: datetime


class Customers(BaseModel):
    customers: list[CustomerShape]


class Messages(BaseModel):
    messages: list[MessageShape]


class Handoffs(BaseModel):
    handoffs: list[ListedHandoff]


class NewMessage(BaseModel):
    """A message to a customer (`out`), or one as if he had written it (`in`).

    For whom: `customer`, or `channel` and `address`.
    """

    customer: UUID | None = None
    channel: Channel | None = None
    address: Name | None = None
    text: Annotated[Storable, StringConstraints(min_length=1, max_length=4000)]
    buttons: Annotated[list[ButtonShape], Field(max_length=20)] = []
    direction: Literal["out", "in"] = "out"
    author: Literal["system", "bot"] = "system"

    @model_validator(mode="after")
    def _for_somebody(self) -> Self:
        by_address = self.channel is not None and self.address is not None
        half = (self.channel is None) != (self.address is None)
        if half or (self.customer is not None) == by_address:
            raise ValueError("give either `customer`, or `channel` and `address`")
        if not self.text.strip():
            raise ValueError("`text` is empty")
        if self.direction == "in" and self.buttons:
            raise ValueError("`buttons` go out only")
        return self


Words = Annotated[Storable, StringConstraints(min_length=1, max_length=4000, pattern=r"\S")]
Seen = Annotated[int, Field(ge=0, lt=2**53)]


def _facts(facts: dict[str, object]) -> dict[str, object]:
    """Take what JSON and PostgreSQL both can keep, under the names of slots."""
    if not _shallow(facts, _DEEPEST):
        raise ValueError(f"must not be deeper than {_DEEPEST} levels")
    kept = json.dumps(facts, allow_nan=False, ensure_ascii=False)
    if "\\u0000" in kept or len(kept.encode()) > 16_384:
        raise ValueError("must be at most 16 KB, without NUL")
    if any(not _SLOT.fullmatch(name) for name in facts):
        raise ValueError("is an object of slots: names of letters, digits and _")
    return facts


def _shallow(value: object, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(inner, Iterable) or isinstance(inner, str):
        return True
    return levels > 0 and all(_shallow(one, levels - 1) for one in inner)


_DEEPEST = 20
_SLOT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
Facts = Annotated[dict[str, object], AfterValidator(_facts)]


class NewReply(BaseModel):
    """What staff say to a customer. `seen`: the `seq` of the newest line the author has seen."""

    text: Words
    seen: Seen
    channel: Channel | None = Field(None, description="Where; if not given, where he is.")


class NewNote(BaseModel):
    """What staff write for each other."""

    text: Words


class NewHandBack(BaseModel):
    """How a hand-off ends: the outcome, corrected slots, and what follows.

    A `reminder` needs `at`; a `callback` may have one. At that time whoever handed back, or his
    team, gets the thread with his `words`, and the bot writes `tell` to the customer.
    """

    outcome: Annotated[Storable, StringConstraints(min_length=1, max_length=2000, pattern=r"\S")]
    facts: Facts = Field(default_factory=dict)
    next: Next = Next.NONE
    at: AwareDatetime | None = None
    words: Words | None = None
    tell: Words | None = None

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        if self.next is Next.REMINDER and self.at is None:
            raise ValueError("a reminder needs `at`")
        later = self.at or self.words or self.tell
        if later and (self.at is None or self.next not in (Next.REMINDER, Next.CALLBACK)):
            raise ValueError("`at`, `words` and `tell` belong to a reminder or a callback `at`")
        return self

    def value(self) -> HandBack:
        """Give it as the service takes it."""
        return HandBack(self.outcome, self.facts, self.next, self.at, self.words, self.tell)


def address_shape(known: KnownAddress) -> AddressShape:
    address = known.address
    return AddressShape(channel=address.channel, address=address.native_id, evidence=known.evidence)


def customer_shape(portrait: Portrait) -> CustomerShape:
    return CustomerShape(
        id=portrait.customer.id,
        name=portrait.customer.name,
        owner=portrait.thread.owner,
        team=portrait.thread.team,
        language=portrait.customer.language,
        time_zone=portrait.customer.time_zone,
        addresses=[address_shape(known) for known in portrait.addresses],
        slots={name: value for name, value in portrait.slots.items() if value is not None},
        handoffs=[
            HandoffShape(id=h.id, team=h.team, state=h.state, reason=h.reason)
            for h in portrait.handoffs
        ],
        suggestions=[suggestion_shape(one) for one in portrait.suggestions],
    )


def suggestion_shape(suggestion: Suggestion) -> SuggestionShape:
    return SuggestionShape(
        customer=suggestion.customer.id,
        name=suggestion.customer.name,
        because=sorted(suggestion.because),
        clashes=suggestion.clashes,
    )


def attachment_shape(a: Attachment) -> AttachmentShape:
    return AttachmentShape(
        kind=a.kind.value, name=a.name, type=a.media_type, size=a.size, file=a.file_id
    )


def message_shape(message: Message) -> MessageShape:
    return MessageShape(
        id=message.id,
        customer=message.customer_id,
        seq=message.seq,
        channel=message.channel,
        author=message.author,
        name=message.author_name,
        text=message.text,
        state=message.state,
        reply_to=message.reply_to,
        internal=True if message.internal else None,
        buttons=[
            ButtonShape.model_construct(title=b.title, payload=b.payload) for b in message.buttons
        ],
        attachments=[attachment_shape(attachment) for attachment in message.attachments],
        at=message.created_at,
    )


def handoff_shape(handoff: Handoff) -> ListedHandoff:
    return ListedHandoff(
        id=handoff.id,
        customer=handoff.customer_id,
        team=handoff.team,
        state=handoff.state,
        reason=handoff.reason,
        facts=handoff.facts,
        opened_at=handoff.opened_at,
        agent=handoff.agent,
        taken_at=handoff.taken_at,
        closed_at=handoff.closed_at,
        outcome=handoff.outcome,
        next=handoff.next,
        score=handoff.score,
        remark=handoff.remark,
    )
