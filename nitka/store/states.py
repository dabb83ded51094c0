"""Dialogue states and the turns that led to them, as joins and splits need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.customer import Customer
from nitka.domain.handoff import SETTLED, WISHED_AT, Handoff
from nitka.domain.turn import Dialogue, DoneTurn
from nitka.store import mapping
from nitka.store.tables.customers import customers
from nitka.store.tables.flow import inbox
from nitka.store.tables.handoffs import handoffs
from nitka.store.tables.threads import messages, threads
from nitka.store.tables.turns import dialogue_states, turns


class SqlStates:
    """`ports.States` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, customer_id: UUID) -> Dialogue | None:
        query = select(dialogue_states).where(dialogue_states.c.customer_id == customer_id)
        row = (await self._connection.execute(query)).one_or_none()
        return Dialogue(row.state, row.slots, row.model) if row else None

    async def put(self, customer_id: UUID, dialogue: Dialogue | None) -> None:
        turn = (
            await self._connection.execute(
                update(threads)
                .where(threads.c.customer_id == customer_id)
                .values(turn=threads.c.turn + 1)
                .returning(threads.c.turn)
            )
        ).scalar_one()
        if dialogue is None:
            await self._connection.execute(
                delete(dialogue_states).where(dialogue_states.c.customer_id == customer_id)
            )
            return
        state = {
            "turn": turn,
            "state": dict(dialogue.body),
            "slots": dict(dialogue.slots),
            "model": dialogue.model,
        }
        await self._connection.execute(
            upsert(dialogue_states)
            .values(customer_id=customer_id, **state)
            .on_conflict_do_update(index_elements=["customer_id"], set_=state)
        )

    async def turns(self, homes: frozenset[UUID], *, since: datetime) -> Sequence[DoneTurn]:
        """Give the turns; one that a hand-back wished for belongs where its hand-off does."""
        rows = await self._connection.execute(
            select(
                func.coalesce(handoffs.c.home_id, messages.c.home_id).label("home_id"),
                turns.c.created_at,
                turns.c.events,
            )
            .join(messages, messages.c.id == turns.c.message_id)
            .outerjoin(inbox, inbox.c.message_id == messages.c.id)
            .outerjoin(
                handoffs,
                handoffs.c.home_id.in_(homes)
                & (inbox.c.native_id == WISHED_AT + cast(handoffs.c.id, Text)),
            )
            .where(messages.c.home_id.in_(homes), turns.c.created_at > since)
            .order_by(turns.c.created_at)
        )
        taken = [DoneTurn(row.home_id, row.created_at, row.events) for row in rows]
        backs = await self._connection.execute(
            select(handoffs).where(handoffs.c.home_id.in_(homes), handoffs.c.closed_at > since)
        )
        told = [_told(mapping.handoff(row)) for row in backs]
        return sorted([*taken, *told], key=lambda one: one.at)

    async def wishes(self, customer_id: UUID, *, limit: int) -> Sequence[str]:
        rows = await self._connection.execute(
            select(turns.c.understanding["intent"].astext.label("wish"))
            .where(turns.c.customer_id == customer_id)
            .order_by(turns.c.turn.desc())
            .limit(limit)
        )
        return [row.wish for row in reversed(rows.all()) if row.wish]

    async def last_turn_at(self, customer_id: UUID) -> datetime | None:
        query = select(func.max(turns.c.created_at)).where(turns.c.customer_id == customer_id)
        found: datetime | None = (await self._connection.execute(query)).scalar_one()
        return found

    async def describe(self, customer: Customer) -> None:
        await self._connection.execute(
            update(customers)
            .where(customers.c.id == customer.id)
            .values(
                name=customer.name,
                email=customer.email,
                phone=customer.phone,
                language=customer.language,
                language_fixed=customer.language_fixed,
                time_zone=customer.time_zone,
            )
        )


def _told(back: Handoff) -> DoneTurn:
    """Give what a hand-back changed."""
    assert back.closed_at is not None  # noqa: S101  # it was looked for by that
    home = back.home_id or back.customer_id
    return DoneTurn(home, back.closed_at, (), {**SETTLED, **back.corrected}, back.reopened)
