"""Hand-offs while people have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, null, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.handoff import Alarm, Handoff, HandoffState
from nitka.domain.message import Author, Message
from nitka.domain.routing import Load
from nitka.store import mapping
from nitka.store.tables.handoffs import handoffs
from nitka.store.tables.threads import messages

_LATELY = timedelta(days=2)


class SqlCases:
    """`ports.Cases` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, handoff_id: UUID) -> Handoff | None:
        query = select(handoffs).where(handoffs.c.id == handoff_id)
        row = (await self._connection.execute(query)).one_or_none()
        return mapping.handoff(row) if row else None

    async def change(self, handoff: Handoff) -> None:
        await self._connection.execute(
            update(handoffs)
            .where(handoffs.c.id == handoff.id)
            .values(
                team=handoff.team,
                reason=handoff.reason,
                facts=dict(handoff.facts),
                state=handoff.state,
                agent=handoff.agent,
                taken_at=handoff.taken_at,
                waiting_since=handoff.waiting_since,
                first_reply_at=handoff.first_reply_at,
                closed_at=handoff.closed_at,
                outcome=handoff.outcome,
                next=handoff.next,
                offered_to=handoff.offered_to,
                offered_at=handoff.offered_at,
                alarm=handoff.alarm,
                corrected=dict(handoff.corrected),
                reopened=asdict(handoff.reopened) if handoff.reopened else null(),
                asked_at=handoff.asked_at,
                score=handoff.score,
                remark=handoff.remark,
                rated_at=handoff.rated_at,
            )
        )

    async def unanswered(self, customer_id: UUID, *, since: datetime) -> None:
        await self._connection.execute(
            update(handoffs)
            .where(
                handoffs.c.customer_id == customer_id,
                handoffs.c.state != HandoffState.CLOSED,
                handoffs.c.waiting_since.is_(None),
            )
            .values(waiting_since=since, alarm=Alarm.NONE)
        )

    async def newest(self, customer_id: UUID, *, limit: int) -> Sequence[Message]:
        rows = await self._connection.execute(
            select(messages)
            .where(messages.c.customer_id == customer_id)
            .order_by(messages.c.seq.desc())
            .limit(limit)
        )
        return [mapping.message(row) for row in reversed(rows.all())]

    async def last_said(self, customer_id: UUID, address_id: UUID) -> Message | None:
        rows = await self._connection.execute(
            select(messages)
            .where(
                messages.c.customer_id == customer_id,
                messages.c.address_id == address_id,
                messages.c.author == Author.CUSTOMER,
            )
            .order_by(messages.c.seq.desc())
            .limit(1)
        )
        row = rows.one_or_none()
        return mapping.message(row) if row else None


class SqlLoads:
    """`ports.Loads` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open_handoffs(self, *, limit: int, after: Handoff | None = None) -> Sequence[Handoff]:
        query = (
            select(handoffs)
            .where(text("handoffs.state <> 'closed'"))  # as the partial index says it
            .order_by(handoffs.c.opened_at, handoffs.c.id)
            .limit(limit)
        )
        if after is not None:
            place = tuple_(handoffs.c.opened_at, handoffs.c.id)
            query = query.where(place > tuple_(after.opened_at, after.id))
        return [mapping.handoff(row) for row in await self._connection.execute(query)]

    async def of_staff(self) -> Mapping[str, Load]:
        """Count open hand-offs, and find when each did something last: took or closed one."""
        lately = func.now() - _LATELY
        rows = await self._connection.execute(
            select(
                handoffs.c.agent,
                func.count().filter(handoffs.c.state == HandoffState.ACTIVE).label("active"),
                func.max(func.greatest(handoffs.c.taken_at, handoffs.c.closed_at)).label("idle"),
            )
            .where(
                handoffs.c.agent.is_not(None),
                (handoffs.c.state == HandoffState.ACTIVE) | (handoffs.c.opened_at > lately),
            )
            .group_by(handoffs.c.agent)
        )
        return {row.agent: Load(row.active, row.idle) for row in rows}
