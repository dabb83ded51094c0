"""What the desk's API takes and gives of threads and customers, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from nitka.api.v1.shapes import (
    CustomerShape,
    ListedHandoff,
    MessageShape,
    NewReply,
    Storable,
    Words,
    handoff_shape,
    message_shape,
)
from nitka.domain.address import Channel
from nitka.domain.customer import Language
from nitka.domain.desk import Canned, Mention, Row
from nitka.domain.follow_up import FollowUp, FollowUpKind
from nitka.domain.handoff import Alarm, Handoff
from nitka.domain.message import Author, Message
from nitka.domain.thread import Owner, Team
from nitka.service.look import Page

Tag = Annotated[Storable, StringConstraints(min_length=1, max_length=40, pattern=r"^\S(.*\S)?$")]
Handle = Annotated[Storable, StringConstraints(min_length=1, max_length=254)]


class DeskHandoff(ListedHandoff):
    waiting_since: datetime | None = None
    first_reply_at: datetime | None = None
    alarm: Alarm = Alarm.NONE
    offered_to: str | None = None
    asked_at: datetime | None = Field(None, description="When the customer was asked how it was.")


class FollowUpShape(BaseModel):
    """Something planned at a hand-back."""

    id: UUID
    handoff: UUID
    kind: FollowUpKind
    at: datetime
    staff: str
    words: str | None = None
    tell: str | None = None


class LineShape(MessageShape):
    staff: str | None = Field(None, description="Who of the staff wrote it.")
    deleted: bool | None = None


class Preview(BaseModel):
    text: str
    author: Author
    channel: Channel | None = None
    internal: bool


class RowShape(BaseModel):
    customer: UUID
    name: str | None = None
    language: Language | None = None
    owner: Owner
    team: Team | None = None
    agent: str | None = None
    at: datetime
    last: Preview | None = None
    handoff: DeskHandoff | None = None
    unread: bool


class Inbox(BaseModel):
    threads: list[RowShape]


class PageShape(BaseModel):
    customer: UUID
    epoch: int
    seq: int = Field(description="The number of the thread's last line.")
    messages: list[LineShape]


class DeskCustomer(CustomerShape):
    agent: str | None = None
    tags: list[str]
    drafts: list[str] = Field(description="What the bot would have said; it never went out.")
    cases: list[DeskHandoff]
    planned: list[FollowUpShape]


class Person(BaseModel):
    id: UUID
    name: str | None = None
    email: str | None = None
    phone: str | None = None


class HitsShape(BaseModel):
    customers: list[Person]
    messages: list[LineShape]


class ReadUpTo(BaseModel):
    seq: Annotated[int, Field(ge=0, lt=2**53)]


class DeskReply(NewReply):
    key: Annotated[Storable, StringConstraints(min_length=8, max_length=100)] | None = Field(
        None, description="The same key is said once."
    )


class DeskNote(BaseModel):
    text: Words
    mentions: Annotated[list[Handle], Field(max_length=20)] = []


class PassOn(BaseModel):
    """To whom: a colleague's e-mail address, or a team's queue."""

    to: Handle | None = None
    team: Team | None = None


class TakeOver(BaseModel):
    team: Team = Team.SUPPORT


class Tags(BaseModel):
    tags: Annotated[list[Tag], Field(max_length=30)]


class CannedShape(BaseModel):
    id: UUID
    shortcut: str
    language: Language
    text: str


class CannedList(BaseModel):
    canned: list[CannedShape]


class NewCanned(BaseModel):
    shortcut: Annotated[str, StringConstraints(pattern=r"^[\w-]{1,30}$")]
    language: Language
    text: Words


class MentionShape(BaseModel):
    customer: UUID
    message: LineShape
    read: bool


class Mentions(BaseModel):
    mentions: list[MentionShape]


class Looking(BaseModel):
    what: Literal["looking", "typing"] = "looking"


def row_shape(row: Row) -> RowShape:
    last = row.last
    return RowShape(
        customer=row.customer.id,
        name=row.customer.name,
        language=row.customer.language,
        owner=row.thread.owner,
        team=row.thread.team,
        agent=row.thread.agent,
        at=row.last_at,
        last=Preview(
            text=last.text[:200], author=last.author, channel=last.channel, internal=last.internal
        )
        if last
        else None,
        handoff=case_shape(row.handoff) if row.handoff else None,
        unread=row.unread,
    )


def case_shape(handoff: Handoff) -> DeskHandoff:
    return DeskHandoff(
        **handoff_shape(handoff).model_dump(),
        waiting_since=handoff.waiting_since,
        first_reply_at=handoff.first_reply_at,
        alarm=handoff.alarm,
        offered_to=handoff.offered_to,
        asked_at=handoff.asked_at,
    )


def follow_up_shape(planned: FollowUp) -> FollowUpShape:
    return FollowUpShape(
        id=planned.id,
        handoff=planned.handoff_id,
        kind=planned.kind,
        at=planned.due_at,
        staff=planned.staff,
        words=planned.words,
        tell=planned.tell,
    )


def line_shape(message: Message) -> LineShape:
    return LineShape.model_construct(
        **dict(message_shape(message)),
        staff=message.staff,
        deleted=True if message.deleted else None,
    )


def page_shape(page: Page) -> PageShape:
    return PageShape.model_construct(
        customer=page.customer_id,
        epoch=page.epoch,
        seq=page.seq,
        messages=[line_shape(line) for line in page.messages],
    )


def canned_shape(canned: Canned) -> CannedShape:
    return CannedShape(
        id=canned.id, shortcut=canned.shortcut, language=canned.language, text=canned.text
    )


def mention_shape(mention: Mention) -> MentionShape:
    return MentionShape(
        customer=mention.message.customer_id,
        message=line_shape(mention.message),
        read=mention.read,
    )
