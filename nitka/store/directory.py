"""Finds customers, and keeps answers under idempotency keys: what the server-to-server API asks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.address import Channel
from nitka.domain.customer import Customer
from nitka.ports import Answer
from nitka.store import mapping
from nitka.store.links import SqlLinks
from nitka.store.tables.customers import addresses, customers
from nitka.store.tables.ledger import answers


class SqlDirectory:
    """`ports.Directory` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def with_address(self, channel: Channel, native_id: str) -> Sequence[Customer]:
        rows = await self._connection.execute(
            select(customers)
            .where(
                customers.c.id.in_(
                    select(addresses.c.customer_id).where(
                        addresses.c.channel == channel, addresses.c.native_id == native_id
                    )
                )
            )
            .order_by(customers.c.created_at)
            .limit(50)
        )
        return [mapping.customer(row) for row in rows]

    async def with_email(self, email: str) -> Sequence[Customer]:
        rows = await self._connection.execute(
            select(customers.c.id)
            .where(func.lower(customers.c.email) == func.lower(email))
            .order_by(customers.c.created_at)
            .limit(50)
        )
        roots = await SqlLinks(self._connection).roots(list(rows.scalars()))
        return await self.with_ids(roots.values())

    async def with_ids(self, ids: Collection[UUID]) -> Sequence[Customer]:
        rows = await self._connection.execute(
            select(customers).where(customers.c.id.in_(ids)).order_by(customers.c.created_at)
        )
        return [mapping.customer(row) for row in rows]


class SqlAnswers:
    """`ports.Answers` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, key: str) -> Answer | None:
        row = (
            await self._connection.execute(select(answers).where(answers.c.key == key))
        ).one_or_none()
        return Answer(row.digest, row.status, row.body) if row else None

    async def keep(self, key: str, answer: Answer) -> bool:
        made = await self._connection.execute(
            upsert(answers)
            .values(key=key, digest=answer.digest, status=answer.status, body=dict(answer.body))
            .on_conflict_do_nothing()
            .returning(answers.c.key)
        )
        return made.one_or_none() is not None
