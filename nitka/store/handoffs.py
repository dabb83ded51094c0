"""Hand-offs, and the bot's late replies that stayed drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.thread import Team
from nitka.store import mapping
from nitka.store.tables.handoffs import drafts, handoffs
from nitka.store.tables.threads import threads


class SqlHandoffs:
    """`ports.Handoffs` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(
        self,
        customer_id: UUID,
        team: Team,
        reason: str,
        facts: Mapping[str, object],
        *,
        home_id: UUID | None = None,
    ) -> Handoff:
        """Open a hand-off. One that waits for the same team already takes the new facts on."""
        await self._connection.execute(
            select(threads.c.fence).where(threads.c.customer_id == customer_id).with_for_update()
        )
        waiting = (
            select(handoffs.c.id)
            .where(
                handoffs.c.customer_id == customer_id,
                handoffs.c.team == team,
                handoffs.c.state == HandoffState.WAITING,
            )
            .order_by(handoffs.c.opened_at)
            .limit(1)
        )
        found = (await self._connection.execute(waiting)).scalar_one_or_none()
        statement = (
            update(handoffs)
            .where(handoffs.c.id == found)
            .values(facts=handoffs.c.facts.op("||")(dict(facts)))
            .returning(handoffs)
            if found
            else insert(handoffs)
            .values(
                customer_id=customer_id,
                home_id=home_id or customer_id,
                team=team,
                reason=reason,
                facts=dict(facts),
                state=HandoffState.WAITING,
            )
            .returning(handoffs)
        )
        return mapping.handoff((await self._connection.execute(statement)).one())

    async def of(self, customer_id: UUID) -> Sequence[Handoff]:
        rows = await self._connection.execute(
            select(handoffs)
            .where(handoffs.c.customer_id == customer_id)
            .order_by(handoffs.c.opened_at.desc())
        )
        return [mapping.handoff(row) for row in rows]

    async def find(
        self, *, team: Team | None = None, state: HandoffState | None = None, limit: int = 200
    ) -> Sequence[Handoff]:
        query = select(handoffs).order_by(handoffs.c.opened_at.desc()).limit(limit)
        if team is not None:
            query = query.where(handoffs.c.team == team)
        if state is not None:
            query = query.where(handoffs.c.state == state)
        return [mapping.handoff(row) for row in await self._connection.execute(query)]

    async def draft(self, customer_id: UUID, message: UUID, replies: Sequence[str]) -> None:
        for words in replies:
            await self._connection.execute(
                insert(drafts).values(
                    customer_id=customer_id,
                    message_id=message,
                    text=words,
                    created_at=func.clock_timestamp(),  # now() is the same for all of them
                )
            )

    async def drafts(self, customer_id: UUID) -> Sequence[str]:
        rows = await self._connection.execute(
            select(drafts.c.text)
            .where(drafts.c.customer_id == customer_id)
            .order_by(drafts.c.created_at, drafts.c.id)
        )
        return list(rows.scalars())
