"""Who may be the same customer: hints for staff, who may confirm one with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from nitka.domain.customer import Customer
from nitka.domain.link import ClaimKind, Proof, members
from nitka.errors import Refused
from nitka.ports import Dialogues, Store, UnitOfWork
from nitka.service.join import Grounds, join
from nitka.service.mover import Mover
from nitka.service.split import Preview, preview, split


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


class Confirm:
    """Joins and splits by the word of staff, who say why."""

    def __init__(self, store: Store, *, dialogues: Dialogues, mover: Mover) -> None:
        self._store = store
        self._dialogues = dialogues
        self._mover = mover

    async def join(self, one: UUID, other: UUID, *, staff: str, reason: str) -> UUID:
        """Join two customers and give the root.

        Raises `Refused`: 404 `unknown_customer`, 409 `identity_clash` or `already_joined`.
        """
        async with self._mover.still(one, other), self._store.begin() as uow:
            grounds = Grounds(Proof.STAFF, f"staff:{staff}", reason)
            link = await join(uow, self._dialogues, one, other, grounds)
        if link is None:
            raise Refused("already_joined", "These two are one customer already.", status=409)
        await self._mover.tell(link.customer_id, link.other_id)
        return link.customer_id

    async def preview(self, link_id: UUID) -> Preview:
        """Say what a split would do. Raises `Refused`: 404 `unknown_link`, 409 `already_split`."""
        async with self._store.begin() as uow:
            return await preview(uow, link_id)

    async def split(self, link_id: UUID, *, staff: str, reason: str) -> Preview:
        """Undo a join. Raises `Refused` as `preview`."""
        seen = await self.preview(link_id)
        sides = (seen.root, seen.link.other_id)
        async with self._mover.still(*sides), self._store.begin() as uow:
            actor = f"staff:{staff}"
            done = await split(uow, self._dialogues, link_id, actor=actor, reason=reason)
        await self._mover.tell(*sides)
        return done
