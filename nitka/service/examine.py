"""Who a customer is and why that is believed, as staff look at it. Every look is in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from nitka.domain.customer import Customer, KnownAddress
from nitka.domain.link import Claim, Link, members
from nitka.domain.message import Message
from nitka.domain.staff import Account
from nitka.ports import Clock, Store
from nitka.service.compare import Comparison
from nitka.service.confirm import Confirm
from nitka.service.find import find_root, unknown_customer
from nitka.service.look import note_look
from nitka.service.split import Preview
from nitka.service.suggest import Likeness, likeness


@dataclass(frozen=True, slots=True)
class Person:
    """A customer, and what makes him one.

    `members` are the customers who were joined into him, himself among them, the first one first.
    """

    customer: Customer
    members: Sequence[Customer]
    addresses: Sequence[KnownAddress]
    claims: Sequence[Claim]
    links: Sequence[Link]
    likeness: Likeness


class Examine:
    """Reads of who is who, for staff."""

    def __init__(self, store: Store, *, confirm: Confirm, clock: Clock) -> None:
        self._store = store
        self._confirm = confirm
        self._clock = clock

    async def person(self, account: Account, customer_id: UUID) -> Person:
        """Give what makes a customer one. Raises `Refused` 404 `unknown_customer`."""
        async with self._store.begin() as uow:
            root = await find_root(uow, customer_id)
            await note_look(uow, account, root, at=self._clock.now())
            links = await uow.links.tree(root)
            known = [await uow.customers.get(home) for home in members(root, links)]
            customers = {one.id: one for one in known if one}
            if root not in customers:  # erased meanwhile: nothing is kept of this look either
                raise unknown_customer()
            return Person(
                customers[root],
                sorted(customers.values(), key=lambda one: one.created_at),
                await uow.customers.addresses(root),
                await uow.claims.of(frozenset(customers)),
                links,
                await likeness(uow, root),
            )

    async def compare(self, account: Account, customer_id: UUID, other_id: UUID) -> Comparison:
        """Say what a join would do (`service.compare`); both customers' trails know of it."""
        found = await self._confirm.compare(customer_id, other_id)
        one, other = found.kept.customer.id, found.other.customer.id
        async with self._store.begin() as uow:
            for seen, beside in ((one, other), (other, one)):
                await uow.ledger.audit(
                    "preview_join",
                    actor=account.email,
                    customer_id=seen,
                    facts={"other": str(beside)},
                )
        return found

    async def parting(self, account: Account, link_id: UUID) -> Preview:
        """Say what a split would do (`service.split.preview`)."""
        found = await self._confirm.preview(link_id)
        async with self._store.begin() as uow:
            await uow.ledger.audit(
                "preview_split",
                actor=account.email,
                customer_id=found.root,
                facts={"link": str(link_id)},
            )
        return found

    async def notes(
        self, account: Account, customer_id: UUID, *, before: int | None, limit: int
    ) -> Sequence[Message]:
        """Give what staff noted of a customer, the newest first.

        Raises `Refused` 404 `unknown_customer`.
        """
        async with self._store.begin() as uow:
            root = await find_root(uow, customer_id)
            await note_look(uow, account, root, at=self._clock.now())
            return await uow.inboxes.notes(root, before=before, limit=limit)
