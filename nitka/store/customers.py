"""Customers and their addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.address import Address
from nitka.domain.customer import Customer, KnownAddress, Language, Profile
from nitka.store import mapping
from nitka.store.tables.customers import addresses, customers
from nitka.store.tables.threads import threads


class SqlCustomers:
    """`ports.Customers` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(
        self, address: Address, *, lock: bool = False
    ) -> tuple[Customer, KnownAddress] | None:
        query = select(addresses).where(
            addresses.c.channel == address.channel,
            addresses.c.account == address.account,
            addresses.c.native_id == address.native_id,
        )
        if lock:  # a join or a split that moves the address is waited for, and seen
            query = query.with_for_update(key_share=True)
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        customer = await self.get(row.customer_id)
        assert customer is not None  # noqa: S101  # a foreign key says so
        return customer, mapping.known_address(row)

    async def at(
        self, address: Address, profile: Profile, *, spoke: bool = True
    ) -> tuple[Customer, KnownAddress, bool]:
        """Give the customer of an address; a new one gets a thread in the same transaction.

        Two first messages at once make one customer: the loser of the race finds the winner's.
        """
        found = await self.find(address, lock=True)
        if found is None and await self._create(address, profile):
            found = await self.find(address)
            assert found is not None  # noqa: S101  # made a line above, in this transaction
            return *found, True
        if found is None:
            found = await self.find(address, lock=True)
            assert found is not None  # noqa: S101  # the conflicting row is committed by now
        customer, known = found
        if spoke:
            await self._connection.execute(
                update(addresses)
                .where(addresses.c.id == known.id)
                .values(last_inbound_at=func.clock_timestamp(), reachable=True)
            )
        learnt = await self._learn(customer, profile)
        return learnt, replace(known, reachable=known.reachable or spoke), False

    async def _learn(self, customer: Customer, profile: Profile) -> Customer:
        """Keep what a channel tells where nothing is known yet; nothing known is replaced.

        Locks are taken in one order: thread, then customer.
        """
        told = {
            "name": profile.name,
            "email": profile.email,
            "phone": profile.phone,
            "language": Language.of(profile.locale),
            "time_zone": profile.time_zone,
        }
        known = {
            "name": customer.name,
            "language": customer.language,
            "time_zone": customer.time_zone,
        }
        told = {column: value for column, value in told.items() if value and not known.get(column)}
        if not told:
            return customer
        await self._connection.execute(
            select(threads.c.seq).where(threads.c.customer_id == customer.id).with_for_update()
        )
        change = update(customers).where(customers.c.id == customer.id)
        values = {c: func.coalesce(customers.c[c], value) for c, value in told.items()}
        row = await self._connection.execute(change.values(values).returning(customers))
        return mapping.customer(row.one())

    async def _create(self, address: Address, profile: Profile) -> bool:
        customer_id = uuid4()
        language = Language.of(profile.locale)
        async with self._connection.begin_nested() as attempt:
            await self._connection.execute(
                insert(customers).values(
                    id=customer_id,
                    name=profile.name,
                    email=profile.email,
                    phone=profile.phone,
                    language=language,
                    time_zone=profile.time_zone,
                )
            )
            made = await self._connection.execute(
                upsert(addresses)
                .values(
                    customer_id=customer_id,
                    channel=address.channel,
                    account=address.account,
                    native_id=address.native_id,
                    home_id=customer_id,
                )
                .on_conflict_do_nothing()
                .returning(addresses.c.id)
            )
            if made.one_or_none() is None:
                await attempt.rollback()
                return False
            await self._connection.execute(insert(threads).values(customer_id=customer_id))
        return True

    async def get(self, customer_id: UUID) -> Customer | None:
        row = (
            await self._connection.execute(select(customers).where(customers.c.id == customer_id))
        ).one_or_none()
        return mapping.customer(row) if row else None

    async def with_address(self, address_id: UUID) -> tuple[Customer, KnownAddress] | None:
        query = select(addresses).where(addresses.c.id == address_id)
        row = (await self._connection.execute(query)).one_or_none()
        customer = await self.get(row.customer_id) if row else None
        return (customer, mapping.known_address(row)) if row and customer else None

    async def addresses(self, customer_id: UUID) -> Sequence[KnownAddress]:
        rows = await self._connection.execute(
            select(addresses)
            .where(addresses.c.customer_id == customer_id)
            .order_by(addresses.c.last_inbound_at.desc(), addresses.c.id)
        )
        return [mapping.known_address(row) for row in rows]

    async def told_epoch(self, address_id: UUID) -> int:
        query = select(addresses.c.told_epoch).where(addresses.c.id == address_id)
        return int((await self._connection.execute(query)).scalar_one())

    async def tell_epoch(self, address_id: UUID, epoch: int) -> None:
        await self._connection.execute(
            update(addresses).where(addresses.c.id == address_id).values(told_epoch=epoch)
        )

    async def speak(self, customer_id: UUID, language: Language, *, fixed: bool = False) -> None:
        """Remember the language; one that the customer chose himself is changed only by him."""
        change = update(customers).where(customers.c.id == customer_id)
        if not fixed:
            change = change.where(~customers.c.language_fixed)
        await self._connection.execute(
            change.values(language=language, language_fixed=customers.c.language_fixed | fixed)
        )

    async def reach(self, address_id: UUID, *, reachable: bool) -> None:
        await self._connection.execute(
            update(addresses).where(addresses.c.id == address_id).values(reachable=reachable)
        )
