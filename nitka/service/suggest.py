"""Who may be the same customer: hints for staff, who may confirm one (`service.confirm`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from nitka.domain.customer import Customer
from nitka.domain.link import ClaimKind, members
from nitka.errors import Refused
from nitka.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another customer of whom the same is claimed. `clashes`: the site says they are two."""

    customer: Customer
    because: frozenset[ClaimKind]
    clashes: bool


async def suggestions(uow: UnitOfWork, customer_id: UUID) -> Sequence[Suggestion]:
    """Give whom the customer of this root may be, who shares most first."""
    homes = members(customer_id, await uow.links.tree(customer_id))
    shared: dict[UUID, set[ClaimKind]] = {}
    for root, claim in await uow.claims.sharing(homes):
        if root != customer_id:
            shared.setdefault(root, set()).add(claim.kind)
    subjects = await uow.claims.subjects([customer_id, *shared])
    own = subjects.get(customer_id, frozenset())
    found = []
    for customer in await uow.directory.with_ids(list(shared)):
        others = subjects.get(customer.id, frozenset())
        clashes = bool(own and others and not own & others)
        found.append(Suggestion(customer, frozenset(shared[customer.id]), clashes))
    return sorted(found, key=lambda one: (-len(one.because), one.customer.created_at))


def already_joined() -> Refused:
    return Refused("already_joined", "These two are one customer already.", status=409)
