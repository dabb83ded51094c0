"""Sealed values: what they are for and how they are sealed is their owner's business."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.store.tables.ledger import secrets


class SqlSecrets:
    """`ports.Secrets` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, name: str) -> bytes | None:
        query = select(secrets.c.sealed).where(secrets.c.name == name)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def put(self, name: str, sealed: bytes) -> None:
        await self._connection.execute(
            upsert(secrets)
            .values(name=name, sealed=sealed)
            .on_conflict_do_update(index_elements=["name"], set_={"sealed": sealed})
        )

    async def remove(self, name: str) -> None:
        await self._connection.execute(delete(secrets).where(secrets.c.name == name))
