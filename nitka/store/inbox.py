"""The inbox: everything that came in, once, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.address import Address, Channel
from nitka.domain.inbound import Inbound, Outcome
from nitka.domain.message import Message
from nitka.errors import Unavailable
from nitka.ports import Waiting
from nitka.store import mapping
from nitka.store.tables.customers import addresses
from nitka.store.tables.flow import inbox
from nitka.store.tables.threads import messages


class SqlInbox:
    """`ports.Inbox` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(
        self, inbound: Inbound, *, customer_id: UUID, message_id: UUID, due_in: timedelta
    ) -> None:
        """Store an inbound. One that was dropped before and is understood now takes that row.

        Raises `Unavailable` if another address has just stored the same native id: then it is
        `known` at the next try.
        """
        turn = {
            "customer_id": customer_id,
            "message_id": message_id,
            "due_at": func.clock_timestamp() + due_in,
        }
        stored = await self._connection.execute(
            upsert(inbox)
            .values(
                channel=inbound.address.channel,
                account=inbound.address.account,
                native_id=inbound.native_id,
                **turn,
            )
            .on_conflict_do_update(
                index_elements=["channel", "account", "native_id"],
                set_={**turn, "outcome": None, "reason": None, "finished_at": None},
                where=inbox.c.message_id.is_(None),
            )
            .returning(inbox.c.id)
        )
        if stored.one_or_none() is None:
            raise Unavailable(f"{inbound.native_id} is just being stored for another address")

    async def note(
        self, channel: Channel, account: str, native_id: str, *, outcome: Outcome, reason: str
    ) -> bool:
        made = await self._connection.execute(
            upsert(inbox)
            .values(
                channel=channel,
                account=account,
                native_id=native_id,
                outcome=outcome,
                reason=reason,
                finished_at=func.now(),
            )
            .on_conflict_do_nothing()
            .returning(inbox.c.id)
        )
        return made.one_or_none() is not None

    async def delay(self, message_id: UUID, due_in: timedelta) -> None:
        await self._connection.execute(
            update(inbox)
            .where(inbox.c.message_id == message_id, inbox.c.outcome.is_(None))
            .values(due_at=func.clock_timestamp() + due_in)
        )

    async def known(self, address: Address, native_id: str) -> Message | None:
        row = (
            await self._connection.execute(
                select(messages)
                .join(inbox, inbox.c.message_id == messages.c.id)
                .where(
                    inbox.c.channel == address.channel,
                    inbox.c.account == address.account,
                    inbox.c.native_id == native_id,
                )
            )
        ).one_or_none()
        return mapping.message(row) if row else None

    async def next(self, customer_id: UUID) -> Waiting | None:
        row = (
            await self._connection.execute(
                select(inbox, (inbox.c.due_at <= func.clock_timestamp()).label("due"))
                .where(inbox.c.customer_id == customer_id, inbox.c.outcome.is_(None))
                .order_by(inbox.c.id)
                .limit(1)
            )
        ).one_or_none()
        if row is None or not row.due:
            return None
        line = (
            await self._connection.execute(select(messages).where(messages.c.id == row.message_id))
        ).one()
        address = (
            await self._connection.execute(
                select(addresses).where(addresses.c.id == line.address_id)
            )
        ).one()
        return Waiting(
            row.id,
            mapping.message(line),
            mapping.known_address(address),
            row.received_at,
            row.attempts,
        )

    async def attempt(self, inbox_id: int) -> None:
        await self._connection.execute(
            update(inbox).where(inbox.c.id == inbox_id).values(attempts=inbox.c.attempts + 1)
        )

    async def finish(self, inbox_id: int, outcome: Outcome, *, reason: str | None = None) -> None:
        await self._connection.execute(
            update(inbox)
            .where(inbox.c.id == inbox_id, inbox.c.outcome.is_(None))
            .values(outcome=outcome, reason=reason, finished_at=func.clock_timestamp())
        )

    async def waiting_customers(self, *, longer_than: timedelta, limit: int) -> Sequence[UUID]:
        rows = await self._connection.execute(
            select(inbox.c.customer_id)
            .where(inbox.c.outcome.is_(None), inbox.c.due_at < func.now() - longer_than)
            .group_by(inbox.c.customer_id)
            .order_by(func.min(inbox.c.id))
            .limit(limit)
        )
        return list(rows.scalars())
