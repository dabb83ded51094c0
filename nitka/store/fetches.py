"""Which lines have attachments that are still on their platform."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.ports import Fetch
from nitka.store import mapping
from nitka.store.tables.flow import fetches
from nitka.store.tables.threads import messages


class SqlFetches:
    """`ports.Fetches` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, message_id: UUID, customer_id: UUID) -> None:
        await self._connection.execute(
            upsert(fetches)
            .values(message_id=message_id, customer_id=customer_id)
            .on_conflict_do_update(
                index_elements=["message_id"],
                set_={"done": False, "error": None, "attempts": 0, "due_at": func.now()},
            )
        )

    async def due(self, customer_id: UUID) -> Sequence[Fetch]:
        rows = await self._connection.execute(
            select(messages, fetches.c.attempts)
            .join(fetches, fetches.c.message_id == messages.c.id)
            .where(
                fetches.c.customer_id == customer_id,
                ~fetches.c.done,
                fetches.c.due_at <= func.now(),
            )
            .order_by(messages.c.seq)
        )
        return [Fetch(mapping.message(row), row.attempts) for row in rows]

    async def done(self, message_id: UUID, *, error: str | None = None) -> None:
        await self._connection.execute(
            update(fetches).where(fetches.c.message_id == message_id).values(done=True, error=error)
        )

    async def again(self, message_id: UUID, *, error: str, at: datetime) -> None:
        await self._connection.execute(
            update(fetches)
            .where(fetches.c.message_id == message_id)
            .values(error=error, due_at=at, attempts=fetches.c.attempts + 1)
        )

    async def due_customers(self, *, limit: int) -> Sequence[UUID]:
        rows = await self._connection.execute(
            select(fetches.c.customer_id)
            .where(~fetches.c.done, fetches.c.due_at <= func.now())
            .distinct()
            .limit(limit)
        )
        return list(rows.scalars())
