"""What the desk's API takes and gives of threads and customers, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from nitka.api.v1.shapes import (
    AttachmentShape,
    CustomerShape,
    ListedHandoff,
    MessageShape,
    NewReply,
    Storable,
    Words,
    attachment_shape,
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
from nitka.ports import Revision
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
    edited: bool | None = None


class Preview(BaseModel):
    text: str
    author: Author
    channel: Channel | None = None
    internal: bool
    deleted: bool | None = None


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


class NewWords(BaseModel):
    text: Words


class RevisionShape(BaseModel):
    """What a line was until `by` changed it; a customer's own former words are not kept."""

    at: datetime
    by: str = Field(description="Staff's e-mail address, or `customer`.")
    text: str | None = None
    attachments: list[AttachmentShape] = []


class History(BaseModel):
    revisions: list[RevisionShape]


class PageShape(BaseModel):
    customer: UUID
    epoch: int
    seq: int = Field(description="The number of the thread's last line.")
    changed: int = Field(description="The number of the last change that these lines have.")
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


FileId = Annotated[Storable, StringConstraints(min_length=1, max_length=100)]


class DeskReply(NewReply):
    """An answer: words, files that were uploaded for it, or both."""

    text: Annotated[Storable, StringConstraints(max_length=4000)] = ""
    files: Annotated[list[FileId], Field(max_length=10)] = Field(default_factory=list)
    key: Annotated[Storable, StringConstraints(min_length=8, max_length=100)] | None = Field(
        None, description="The same key is said once."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text.strip() and not self.files:
            raise ValueError("give `text`, `files` or both")
        return self


class FileLimits(BaseModel):
    bytes: int
    types: list[str] = Field(description="Media types; a file is what its bytes say.")


class KeptFile(BaseModel):
    """A file that is kept for a day, to be sent with a reply's `files`."""

    id: str
    kind: Literal["image", "file"]
    name: str
    type: str
    size: int


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
    placeholders: list[str] = Field(description="What is filled in, in braces, when one is used.")


class NewCanned(BaseModel):
    shortcut: Annotated[Storable, StringConstraints(pattern=r"^[\w-]{1,30}$")]
    language: Language
    text: Words


class MentionShape(BaseModel):
    customer: UUID
    name: str | None = Field(None, description="The customer's.")
    message: LineShape
    read: bool


class Mentions(BaseModel):
    mentions: list[MentionShape]
    unread: int


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
            text=(last.text or ", ".join(file.name for file in last.attachments))[:200],
            author=last.author,
            channel=last.channel,
            internal=last.internal,
            deleted=True if last.deleted else None,
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
        edited=True if message.changed is not None and not message.deleted else None,
    )


def revision_shape(revision: Revision) -> RevisionShape:
    return RevisionShape(
        at=revision.at,
        by=revision.actor,
        text=revision.text,
        attachments=[attachment_shape(one) for one in revision.attachments],
    )


def page_shape(page: Page) -> PageShape:
    return PageShape.model_construct(
        customer=page.customer_id,
        epoch=page.epoch,
        seq=page.seq,
        changed=page.changed,
        messages=[line_shape(line) for line in page.messages],
    )


def canned_shape(canned: Canned) -> CannedShape:
    return CannedShape(
        id=canned.id, shortcut=canned.shortcut, language=canned.language, text=canned.text
    )


def mention_shape(mention: Mention) -> MentionShape:
    return MentionShape(
        customer=mention.message.customer_id,
        name=mention.customer,
        message=line_shape(mention.message),
        read=mention.read,
    )
