"""The outbox: everything on its way out, in order for each address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, cast, exists, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.customer import KnownAddress
from nitka.domain.message import Message
from nitka.ports import Due, Way
from nitka.store import mapping
from nitka.store.tables.customers import addresses
from nitka.store.tables.flow import outbox
from nitka.store.tables.threads import messages


def _one_more(native_id: str | None) -> ColumnElement[object]:
    """Give the ids of the parts that are out, with one more."""
    return outbox.c.natives.op("||")(cast([native_id], JSONB))


_OPEN = text("outbox.state IN ('pending', 'sending')")  # as the partial indexes say it


class SqlOutbox:
    """`ports.Outbox` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, message: Message, address: KnownAddress) -> None:
        await self._connection.execute(
            insert(outbox).values(
                message_id=message.id,
                customer_id=message.customer_id,
                address_id=address.id,
                seq=message.seq,
            )
        )

    async def due(self, customer_id: UUID) -> Sequence[Due]:
        """Give the first open message of each address, if its time has come.

        A message that waits for a second try holds back those behind it, so that order is kept.
        """
        firsts = (
            select(outbox)
            .where(outbox.c.customer_id == customer_id, _OPEN)
            .order_by(outbox.c.address_id, outbox.c.seq)
            .ext(distinct_on(outbox.c.address_id))
            .subquery()
        )
        rows = (
            await self._connection.execute(
                select(firsts).where(firsts.c.due_at <= func.now()).order_by(firsts.c.seq)
            )
        ).all()
        found = []
        for row in rows:
            line = await self._connection.execute(
                select(messages).where(messages.c.id == row.message_id)
            )
            where = await self._connection.execute(
                select(addresses).where(addresses.c.id == row.address_id)
            )
            found.append(
                Due(
                    mapping.message(line.one()),
                    mapping.known_address(where.one()),
                    row.attempts,
                    row.state == "sending",
                    row.parts_sent,
                )
            )
        return found

    async def sending(self, message_id: UUID) -> None:
        await self._connection.execute(
            update(outbox)
            .where(outbox.c.message_id == message_id)
            .values(state="sending", attempts=outbox.c.attempts + 1)
        )

    async def progress(
        self, message_id: UUID, parts_sent: int, *, native_id: str | None = None
    ) -> None:
        await self._connection.execute(
            update(outbox)
            .where(outbox.c.message_id == message_id)
            .values(parts_sent=parts_sent, natives=_one_more(native_id))
        )

    async def sent(self, message_id: UUID, *, native_id: str | None = None) -> None:
        await self._connection.execute(
            update(outbox)
            .where(outbox.c.message_id == message_id)
            .values(state="sent", error=None, natives=_one_more(native_id))
        )

    async def way(self, message_id: UUID) -> Way | None:
        found = await self._connection.execute(
            select(outbox).where(outbox.c.message_id == message_id).with_for_update()
        )
        row = found.one_or_none()
        if row is None:
            return None
        where = await self._connection.execute(
            select(addresses).where(addresses.c.id == row.address_id)
        )
        waits = row.state == "pending" and row.parts_sent == 0
        return Way(
            mapping.known_address(where.one()),
            waits,
            not waits and row.state in ("pending", "sending"),
            row.state == "dead",
            row.natives,
        )

    async def drop(self, message_id: UUID) -> None:
        await self._connection.execute(
            update(outbox).where(outbox.c.message_id == message_id).values(state="dropped")
        )

    async def failed(
        self, message_id: UUID, *, error: str, retry_at: datetime | None, doubtful: bool
    ) -> None:
        again = "sending" if doubtful else "pending"
        values: dict[str, object] = {"state": again if retry_at else "dead", "error": error}
        if retry_at:
            values["due_at"] = retry_at
        await self._connection.execute(
            update(outbox).where(outbox.c.message_id == message_id).values(values)
        )

    async def due_customers(self, *, limit: int) -> Sequence[UUID]:
        """Give customers with a message that `due` would give, the longest due first."""
        before = outbox.alias("before")
        held_back = exists().where(
            before.c.customer_id == outbox.c.customer_id,
            before.c.address_id == outbox.c.address_id,
            before.c.seq < outbox.c.seq,
            text("before.state IN ('pending', 'sending')"),
        )
        rows = await self._connection.execute(
            select(outbox.c.customer_id)
            .where(_OPEN, outbox.c.due_at <= func.now(), ~held_back)
            .group_by(outbox.c.customer_id)
            .order_by(func.min(outbox.c.due_at))
            .limit(limit)
        )
        return list(rows.scalars())
