"""What the desk's API takes and gives of who a customer is, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from nitka.api.desk.shapes import LineShape, Preview, line_shape
from nitka.api.v1.identity import Joining, LinkShape, PreviewShape, Splitting, link_shape
from nitka.api.v1.shapes import AddressShape, Storable, SuggestionShape, suggestion_shape
from nitka.domain.customer import Customer, KnownAddress, Language, number_of
from nitka.domain.link import ClaimKind, Link, Proof, Source
from nitka.domain.mask import masked
from nitka.domain.message import Message
from nitka.domain.thread import Owner
from nitka.service.compare import Comparison, Side
from nitka.service.examine import Person
from nitka.service.split import Preview as Parting
from nitka.service.suggest import Dismissed

_MASKED = frozenset({"email", "phone", "slot:email", "slot:phone"})
_NUMBER = "The short number by which people name him."
Version = Annotated[Storable, StringConstraints(min_length=1, max_length=100)]


class MemberShape(BaseModel):
    """A customer as he was by himself: one of those who proved to be one."""

    customer: UUID
    number: str = Field(description=_NUMBER)
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    since: datetime


class ReachShape(AddressShape):
    """An address, and why it is his: `proof` and `joined_at` of the join that brought it."""

    account: str
    reachable: bool
    home: UUID = Field(description="The member that it began with.")
    seen_at: datetime | None = None
    proof: Proof | None = None
    joined_at: datetime | None = None


class ClaimShape(BaseModel):
    kind: ClaimKind
    value: str
    source: Source


class DismissedShape(BaseModel):
    """Who is not the same person, although the same is claimed of both."""

    customer: UUID
    name: str | None = None
    because: list[ClaimKind]
    by: str = Field(description="Staff's e-mail address.")
    reason: str | None = None
    at: datetime


class Dismissing(BaseModel):
    """Who is not the same person; why, if somebody wants to say it."""

    other: UUID
    reason: Annotated[Storable, StringConstraints(max_length=500, strip_whitespace=True)] = ""


class PersonShape(BaseModel):
    customer: UUID
    number: str = Field(description=_NUMBER)
    first_seen_at: datetime
    last_seen_at: datetime | None = None
    members: list[MemberShape]
    addresses: list[ReachShape]
    claims: list[ClaimShape]
    links: list[LinkShape]
    suggestions: list[SuggestionShape]
    dismissed: list[DismissedShape]


class SideShape(MemberShape):
    """One of two who may be joined. Addresses are masked but for who directs."""

    language: Language | None = None
    time_zone: str | None = None
    owner: Owner
    addresses: list[AddressShape]
    seen_at: datetime | None = None
    lines: int
    last: list[Preview] = Field(description="The last lines, cut short.")


class ComparisonShape(BaseModel):
    """What a join would do: the conversation of `kept` goes on and is `filled` with what it had
    not; of `conflicts` the first value stays. `refused` is the code it would be refused with."""

    version: Version
    kept: SideShape
    other: SideShape
    because: list[ClaimKind]
    filled: dict[str, object]
    conflicts: dict[str, list[object]]
    refused: str | None = None


class DeskJoining(Joining):
    version: Version = Field(description="Of the comparison that was looked at.")


class DeskPreview(PreviewShape):
    version: Version


class DeskSplitting(Splitting):
    version: Version = Field(description="Of the preview that was looked at.")


class Erasing(BaseModel):
    confirm: Annotated[Storable, StringConstraints(max_length=100)] = Field(
        description="The customer's number, typed by who means it."
    )


class Notes(BaseModel):
    notes: list[LineShape]


def person_shape(person: Person) -> PersonShape:
    seen = [known.seen_at for known in person.addresses if known.seen_at]
    brought = {link.other_id: link for link in person.links}
    return PersonShape(
        customer=person.customer.id,
        number=number_of(person.customer.id),
        first_seen_at=min(one.created_at for one in person.members),
        last_seen_at=max(seen, default=None),
        members=[_member(one) for one in person.members],
        addresses=[_reach(known, brought.get(known.home_id)) for known in person.addresses],
        claims=[
            ClaimShape(kind=claim.kind, value=claim.value, source=claim.source)
            for claim in person.claims
            if claim.kind is not ClaimKind.BROWSER
        ],
        links=[link_shape(link) for link in person.links],
        suggestions=[suggestion_shape(one) for one in person.likeness.suggestions],
        dismissed=[_dismissed(one) for one in person.likeness.dismissed],
    )


def comparison_shape(comparison: Comparison, *, whole: bool) -> ComparisonShape:
    """Give a comparison; `whole`: with addresses that are not masked."""
    gain = comparison.gain
    return ComparisonShape(
        version=comparison.version,
        kept=_side(comparison.kept, whole=whole),
        other=_side(comparison.other, whole=whole),
        because=sorted(comparison.because),
        filled={
            **_shown(gain.attributes, whole=whole),
            **_shown({f"slot:{n}": value for n, value in gain.facts.items()}, whole=whole),
        },
        conflicts={
            name: [_value(name, one, whole=whole) for one in pair]
            for name, pair in gain.conflicts.items()
        },
        refused=comparison.refused,
    )


def parting_shape(parting: Parting, shown: PreviewShape) -> DeskPreview:
    return DeskPreview(**shown.model_dump(), version=parting.version)


def notes_shape(notes: Sequence[Message]) -> Notes:
    return Notes.model_construct(notes=[line_shape(note) for note in notes])


def _member(customer: Customer) -> MemberShape:
    return MemberShape(
        customer=customer.id,
        number=number_of(customer.id),
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        since=customer.created_at,
    )


def _dismissed(one: Dismissed) -> DismissedShape:
    return DismissedShape(
        customer=one.customer.id,
        name=one.customer.name,
        because=sorted(one.because),
        by=one.actor,
        reason=one.reason,
        at=one.at,
    )


def _reach(known: KnownAddress, brought_by: Link | None) -> ReachShape:
    return ReachShape(
        channel=known.address.channel,
        account=known.address.account,
        address=known.address.native_id,
        evidence=known.evidence,
        reachable=known.reachable,
        home=known.home_id,
        seen_at=known.seen_at,
        proof=brought_by.proof if brought_by else None,
        joined_at=brought_by.joined_at if brought_by else None,
    )


def _side(side: Side, *, whole: bool) -> SideShape:
    customer = side.customer
    return SideShape(
        customer=customer.id,
        number=number_of(customer.id),
        name=customer.name,
        email=_value("email", customer.email, whole=whole),
        phone=_value("phone", customer.phone, whole=whole),
        since=customer.created_at,
        language=customer.language,
        time_zone=customer.time_zone,
        owner=side.thread.owner,
        addresses=[
            AddressShape(
                channel=known.address.channel,
                address=known.address.native_id if whole else masked(known.address.native_id),
                evidence=known.evidence,
            )
            for known in side.addresses
        ],
        seen_at=max((known.seen_at for known in side.addresses if known.seen_at), default=None),
        lines=side.thread.seq,
        last=[
            Preview(text=line.text[:160], author=line.author, channel=line.channel, internal=False)
            for line in side.last
        ],
    )


def _shown(values: Mapping[str, object], *, whole: bool) -> dict[str, object]:
    return {name: _value(name, value, whole=whole) for name, value in values.items()}


def _value(name: str, value: object, *, whole: bool) -> object:
    if whole or value is None or name not in _MASKED:
        return value
    several = value if isinstance(value, list | tuple) else [value]
    return ", ".join(masked(str(one)) for one in several)
