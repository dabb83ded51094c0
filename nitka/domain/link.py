"""Customers who proved to be one: what joins them, what that changed, and how it is undone.

A join hangs one customer below another: `Link.other_id` below `Link.customer_id`. The links that
hold make trees; the root of a tree is the customer that everybody sees, and who writes to any of
the others means him. Whatever can be split again has a *home*: the customer it began with, which
no join changes. So any link can be undone, in any order, and takes along just what is at home
below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from nitka.domain.customer import Customer
from nitka.domain.thread import Owner, Team, Thread
from nitka.domain.turn import Dialogue

FACTS = frozenset({"order_number", "email", "phone", "product"})
"""Slots that a customer tells of himself and his business: they fill gaps when two are joined.
Every other slot belongs to one conversation and stays with it."""

ATTRIBUTES = ("name", "email", "phone", "language", "time_zone")
"""What is known of a customer beside the dialogue: fills gaps likewise."""

EVER = datetime.min.replace(tzinfo=UTC)


class Proof(StrEnum):
    """What showed that two customers are one. Nothing else joins."""

    CODE = "code"  # a one-time code or deep link, given to one and used by the other
    SITE = "site"  # the site signed the same customer id for both
    CONTACT = "contact"  # his own contact in a messenger has the phone number that the site signed
    STAFF = "staff"  # a person of the firm has confirmed it, with a reason


class ClaimKind(StrEnum):
    """What can be said of a customer that another one may be said of too."""

    SUBJECT = "subject"
    EMAIL = "email"
    PHONE = "phone"
    BROWSER = "browser"


HINTS = (ClaimKind.EMAIL, ClaimKind.PHONE, ClaimKind.BROWSER)
"""What suggests that two are one where both claim it."""


class Source(StrEnum):
    """Who says so. Only the site's word, signed, and a contact's own number count as proof."""

    SITE = "site"
    CONTACT = "contact"
    PLATFORM = "platform"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Claim:
    """Something said of a customer: hints for staff, and subjects that must not clash."""

    kind: ClaimKind
    value: str
    source: Source


@dataclass(frozen=True, slots=True)
class Dismissal:
    """Somebody's word that a customer is not `other_id`, although the same is claimed of both.

    It holds for just that claim: another one that the two come to share is a new hint.
    """

    other_id: UUID
    kind: ClaimKind
    value: str
    actor: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Before:
    """What a root was before another customer was hung below it."""

    owner: Owner
    team: Team | None
    dialogue: Dialogue | None


@dataclass(frozen=True, slots=True)
class Gain:
    """What a root got from the other: attributes and facts that it had not.

    `conflicts` are those that both had and that differ: name to (kept, the other's); a slot's name
    begins with `slot:` there.
    """

    attributes: Mapping[str, object]
    facts: Mapping[str, object]
    conflicts: Mapping[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Link:
    """A join that holds, or held until `split_at`: `other_id` hangs below `customer_id`."""

    id: UUID
    customer_id: UUID
    other_id: UUID
    proof: Proof
    actor: str
    reason: str | None
    joined_at: datetime
    split_at: datetime | None
    before: Before
    gain: Gain


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one of two customers stands when they are joined. `asks`: a question is open."""

    customer: Customer
    thread: Thread
    asks: bool
    last_turn_at: datetime | None


_RANK = {Owner.BOT: 0, Owner.NOBODY: 1, Owner.AGENT: 2}


def in_progress(one: Standing, two: Standing) -> tuple[Standing, Standing]:
    """Put first whose conversation goes on: with people, then amid a question, then the latest."""

    def rank(standing: Standing) -> tuple[int, bool, float, float]:
        last = standing.last_turn_at
        return (
            _RANK[standing.thread.owner],
            standing.asks,
            last.timestamp() if last else 0.0,
            -standing.customer.created_at.timestamp(),
        )

    return (one, two) if rank(one) >= rank(two) else (two, one)


def fill(
    kept: Mapping[str, object], other: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, tuple[object, object]]]:
    """Give what `other` has and `kept` has not, and what both have and differs."""
    told = {name: value for name, value in other.items() if value is not None}
    filled = {name: value for name, value in told.items() if kept.get(name) is None}
    conflicts = {
        name: (kept[name], value)
        for name, value in told.items()
        if kept.get(name) is not None and kept[name] != value
    }
    return filled, conflicts


def members(root: UUID, links: Iterable[Link]) -> frozenset[UUID]:
    """Give everybody who hangs below `root` by these links, himself too."""
    below: dict[UUID, list[UUID]] = {}
    for link in links:
        below.setdefault(link.customer_id, []).append(link.other_id)
    found, pending = {root}, [root]
    while pending:
        new = [one for one in below.get(pending.pop(), ()) if one not in found]
        found.update(new)
        pending.extend(new)
    return frozenset(found)


def upwards(link: Link, links: Iterable[Link]) -> list[Link]:
    """Give the links from `link`'s upper end to the root, in that order."""
    above = {one.other_id: one for one in links}
    path: list[Link] = []
    at = link.customer_id
    while at in above:
        path.append(above[at])
        at = above[at].customer_id
    return path


def belonged_since(home: UUID, root: UUID, links: Iterable[Link]) -> datetime | None:
    """Say since when `home` has been below `root` without a break; None if it is not."""
    above = {one.other_id: one for one in links}
    since, at = EVER, home
    while at != root:
        if at not in above:
            return None
        since = max(since, above[at].joined_at)
        at = above[at].customer_id
    return since
