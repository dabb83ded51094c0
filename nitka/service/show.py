"""Reads for other systems: customers as a whole, their threads, and hand-offs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from nitka.domain.address import Channel
from nitka.domain.customer import Customer, KnownAddress
from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.link import Link
from nitka.domain.message import Message
from nitka.domain.thread import Team, Thread
from nitka.ports import Store, UnitOfWork
from nitka.service.find import find_root
from nitka.service.suggest import Suggestion, suggestions


@dataclass(frozen=True, slots=True)
class Portrait:
    """One customer with everything that hangs on him but his messages."""

    customer: Customer
    thread: Thread
    addresses: Sequence[KnownAddress]
    slots: Mapping[str, object]
    handoffs: Sequence[Handoff]
    suggestions: Sequence[Suggestion] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """How a customer came to be who he is, and who he may be as well."""

    customer_id: UUID
    links: Sequence[Link]
    suggestions: Sequence[Suggestion]


class Show:
    """Looks things up; changes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def customer(self, customer_id: UUID) -> Sequence[Portrait]:
        """Give the customer with this id, or that he was joined into; nobody is an empty answer."""
        async with self._store.begin() as uow:
            root = await uow.links.root(customer_id)
            customer = await uow.customers.get(root) if root else None
            return [await _portrait(uow, customer)] if customer else []

    async def identity(self, customer_id: UUID) -> Identity:
        """Give a customer's joins and suggestions. Raises `Refused` 404 `unknown_customer`."""
        async with self._store.begin() as uow:
            root = await find_root(uow, customer_id)
            return Identity(root, await uow.links.tree(root), await suggestions(uow, root))

    async def customers_at(self, channel: Channel, native_id: str) -> Sequence[Portrait]:
        """Give the customers with this address on a channel."""
        async with self._store.begin() as uow:
            found = await uow.directory.with_address(channel, native_id)
            return [await _portrait(uow, customer) for customer in found]

    async def customers_with(self, email: str) -> Sequence[Portrait]:
        """Give the customers with this e-mail address."""
        async with self._store.begin() as uow:
            found = await uow.directory.with_email(email)
            return [await _portrait(uow, customer) for customer in found]

    async def messages(
        self, customer_id: UUID, *, after: int, limit: int, internal: bool = False
    ) -> Sequence[Message]:
        """Give lines of a thread in order, internal ones only to staff.

        Raises `Refused` 404 `unknown_customer`.
        """
        async with self._store.begin() as uow:
            root = await find_root(uow, customer_id)
            return await uow.messages.after(root, after, limit=limit, internal=internal)

    async def handoffs(self, *, team: Team | None, state: HandoffState | None) -> Sequence[Handoff]:
        """Give hand-offs, the newest first."""
        async with self._store.begin() as uow:
            return await uow.handoffs.find(team=team, state=state)


async def _portrait(uow: UnitOfWork, customer: Customer) -> Portrait:
    return Portrait(
        customer,
        await uow.threads.get(customer.id),
        await uow.customers.addresses(customer.id),
        await uow.threads.slots(customer.id),
        await uow.handoffs.of(customer.id),
        await suggestions(uow, customer.id),
    )
