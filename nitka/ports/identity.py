"""What is kept of customers who proved to be one. Runs in its unit of work's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from nitka.domain.address import Address, Channel
from nitka.domain.code import Code, Guesses
from nitka.domain.customer import Customer, Profile
from nitka.domain.link import Before, Claim, Dismissal, Gain, Link, Proof
from nitka.domain.turn import Dialogue, DoneTurn


@dataclass(frozen=True, slots=True)
class NewLink:
    """A join to be made: `other_id` is hung below `customer_id`."""

    customer_id: UUID
    other_id: UUID
    proof: Proof
    actor: str
    reason: str | None
    before: Before
    gain: Gain


class Links(Protocol):
    """Joins, and what they move."""

    async def lock(self, *customer_ids: UUID) -> Sequence[UUID]:
        """Give the root of each customer, all of them locked until the transaction ends.

        Joins and splits run one at a time from here on: call it before anything else is locked
        (also with no customers, to look for them afterwards). Locks are taken in one order,
        addresses before threads, as whoever receives does.
        """
        ...

    async def root(self, customer_id: UUID) -> UUID | None:
        """Give the customer that this one is by now; None if there is none."""
        ...

    async def roots(self, customer_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Give the root of each customer that there is."""
        ...

    async def tree(self, root: UUID) -> Sequence[Link]:
        """Give the links that hold below a root, the oldest first."""
        ...

    async def get(self, link_id: UUID) -> Link | None: ...

    async def join(self, link: NewLink) -> Link:
        """Write the link and move everything of `other_id` to `customer_id`: both are locked.

        Lines are ordered by time and numbered anew; each side's own order stays.
        """
        ...

    async def split(self, link: Link, leaving: frozenset[UUID]) -> None:
        """Undo the link: what is at home with `leaving` goes back to `other_id`, numbered anew."""
        ...

    async def amend(self, link: Link) -> None:
        """Write anew what a root was before a link, and what it gained by it."""
        ...

    async def lines(self, root: UUID, homes: frozenset[UUID]) -> int:
        """Count the lines of a root's thread that are at home there."""
        ...


class States(Protocol):
    """Dialogue states as joins and splits need them."""

    async def of(self, customer_id: UUID) -> Dialogue | None: ...

    async def put(self, customer_id: UUID, dialogue: Dialogue | None) -> None:
        """Keep a dialogue under the next turn number, so that no live copy fits any more."""
        ...

    async def turns(self, homes: frozenset[UUID], *, since: datetime) -> Sequence[DoneTurn]:
        """Give the turns on messages at home there that were taken since, and what staff have
        put right since at hand-backs of hand-offs at home there, the oldest first."""
        ...

    async def wishes(self, customer_id: UUID, *, limit: int) -> Sequence[str]:
        """Give what the customer's last messages were understood as, the latest last."""
        ...

    async def last_turn_at(self, customer_id: UUID) -> datetime | None: ...

    async def describe(self, customer: Customer) -> None:
        """Write a customer's attributes anew."""
        ...


class Claims(Protocol):
    """What is said of customers, by whom; and signed identities that were used."""

    async def add(self, home_id: UUID, claim: Claim) -> None: ...

    async def of(self, homes: frozenset[UUID]) -> Sequence[Claim]: ...

    async def holders(self, claim: Claim, *, since: datetime) -> Sequence[UUID]:
        """Give the roots of whom just this has been claimed since."""
        ...

    async def sharing(self, homes: frozenset[UUID]) -> Sequence[tuple[UUID, Claim]]:
        """Give other roots of whom the same is claimed, by whatever source, at most 50, without
        what was dismissed of just these."""
        ...

    async def subjects(self, roots: Collection[UUID]) -> Mapping[UUID, frozenset[str]]:
        """Give, for each root, the site's ids of everybody below it; a root without any is not
        there."""
        ...

    async def sign(self, digest: str, address_id: UUID, *, expires_at: datetime) -> bool:
        """Note that an address used a signed identity; False if another one has used it."""
        ...


class Dismissals(Protocol):
    """What staff have said of who is not the same person. It stays with the customers of whom the
    same was claimed, whoever they are joined with and split from."""

    async def add(
        self, homes: frozenset[UUID], others: frozenset[UUID], *, actor: str, reason: str | None
    ) -> int:
        """Dismiss all that is claimed of both sides by now; how much of it was not yet."""
        ...

    async def of(self, homes: frozenset[UUID]) -> Sequence[Dismissal]:
        """Give what was dismissed between these and others, under the others' roots, the newest
        first."""
        ...

    async def take_back(self, homes: frozenset[UUID], others: frozenset[UUID]) -> int:
        """Forget all that was dismissed between both sides; how much it was."""
        ...


class Codes(Protocol):
    """One-time codes, by their digests, and guesses at them."""

    async def add(self, code: Code) -> None:
        """Keep a code; the address's codes that ran out are forgotten."""
        ...

    async def open_codes(self, address_id: UUID, *, now: datetime) -> int:
        """Count an address's codes that could still be used."""
        ...

    async def find(self, digest: str) -> Code | None:
        """Give a code, locked until the transaction ends."""
        ...

    async def use(self, digest: str, *, message_id: UUID) -> None: ...

    async def guess(self, message_id: UUID, address_id: UUID, *, at: datetime) -> None:
        """Note a wrong guess; the same message twice is one guess."""
        ...

    async def guesses(self, address_id: UUID, *, since: datetime) -> Guesses: ...


class Dialogues(Protocol):
    """Works on the engine's states without the engine: the implementation knows their JSON."""

    def remember(
        self, body: Mapping[str, object] | None, facts: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Give the state with these slots set; None is the state of a new customer."""
        ...

    def replay(
        self,
        body: Mapping[str, object] | None,
        events: Sequence[Mapping[str, object]],
    ) -> Mapping[str, object]:
        """Give the state as it is when these events have come on top."""
        ...

    def reopen(
        self, body: Mapping[str, object] | None, form: str, *, asks: str
    ) -> Mapping[str, object]:
        """Give the state with a form open again, and its question for a slot."""
        ...

    def slots(self, body: Mapping[str, object] | None) -> Mapping[str, object]:
        """Give what a state remembers, without empty slots."""
        ...

    def asks(self, body: Mapping[str, object] | None) -> str | None:
        """Name the slot that is being asked for, if a question is open."""
        ...


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code for continuing elsewhere, and how: channel to a link or to words to be sent."""

    code: str
    expires_at: datetime
    ways: Mapping[Channel, str]


@dataclass(frozen=True, slots=True)
class Signed:
    """A site's signed word on who a visitor is; `digest` names the signature itself."""

    subject: str
    email: str | None
    phone: str | None
    digest: str
    expires_at: datetime


class Recognising(Protocol):
    """Who a visitor of the web is. The implementation is `nitka.service.recognise`."""

    async def recognise(
        self, address: Address, profile: Profile, signed: Signed, *, seen_with: Address | None
    ) -> None:
        """Join a visitor with everybody whom the site signed as the same customer.

        `seen_with` is another customer's address in the same browser. Raises `Refused`, and
        nothing is stored: 401 `identity_replayed`, 409 `identity_clash`.
        """
        ...


class Continuing(Protocol):
    """Going on with a conversation elsewhere. The implementation is `nitka.service.link`."""

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels, but for the web, that one can continue on."""
        ...

    async def invite(self, address: Address, profile: Profile) -> Invitation:
        """Give an address a one-time code. Raises `Refused` 429 `too_many_requests`."""
        ...
