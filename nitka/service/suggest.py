"""Who may be the same customer: hints for staff, who may confirm one (`service.confirm`) or dismiss
it (`service.dismiss`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from nitka.domain.customer import Customer
from nitka.domain.link import ClaimKind, Dismissal, members
from nitka.errors import Refused
from nitka.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another customer of whom the same is claimed. `clashes`: the site says they are two."""

    customer: Customer
    because: frozenset[ClaimKind]
    clashes: bool


@dataclass(frozen=True, slots=True)
class Dismissed:
    """Another customer of whom the same is claimed, and who said last that they are two."""

    customer: Customer
    because: frozenset[ClaimKind]
    actor: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Likeness:
    """Who may be the same customer, and who is not by the word of staff."""

    suggestions: Sequence[Suggestion]
    dismissed: Sequence[Dismissed]


async def suggestions(uow: UnitOfWork, customer_id: UUID) -> Sequence[Suggestion]:
    """Give whom the customer of this root may be, who shares most first."""
    return (await likeness(uow, customer_id)).suggestions


async def likeness(uow: UnitOfWork, customer_id: UUID) -> Likeness:
    """Give who shares something with the customer of this root.

    A dismissal holds as long as nothing else speaks for it; what does not brings all of it back.
    """
    homes = members(customer_id, await uow.links.tree(customer_id))
    told: dict[UUID, list[Dismissal]] = {}
    for one in await uow.dismissals.of(homes):
        told.setdefault(one.other_id, []).append(one)
    shared: dict[UUID, set[ClaimKind]] = {}
    for root, claim in await uow.claims.sharing(homes):
        known = {(one.kind, one.value) for one in told.get(root, ())}
        if root != customer_id and (claim.kind, claim.value) not in known:
            shared.setdefault(root, set()).add(claim.kind)
    for root in shared.keys() & told.keys():
        shared[root] |= {one.kind for one in told.pop(root)}
    customers = {one.id: one for one in await uow.directory.with_ids([*shared, *told])}
    return Likeness(
        await _suggested(uow, customer_id, shared, customers),
        [_dismissed(customers[root], all_) for root, all_ in told.items() if root in customers],
    )


async def _suggested(
    uow: UnitOfWork,
    customer_id: UUID,
    shared: Mapping[UUID, set[ClaimKind]],
    customers: Mapping[UUID, Customer],
) -> Sequence[Suggestion]:
    subjects = await uow.claims.subjects([customer_id, *shared])
    own = subjects.get(customer_id, frozenset())
    found = []
    for root in shared.keys() & customers.keys():
        others = subjects.get(root, frozenset())
        clashes = bool(own and others and not own & others)
        found.append(Suggestion(customers[root], frozenset(shared[root]), clashes))
    return sorted(found, key=lambda one: (-len(one.because), one.customer.created_at))


def _dismissed(customer: Customer, told: Sequence[Dismissal]) -> Dismissed:
    last = told[0]
    because = frozenset(one.kind for one in told)
    return Dismissed(customer, because, last.actor, last.reason, last.at)


def already_joined() -> Refused:
    return Refused("already_joined", "These two are one customer already.", status=409)
