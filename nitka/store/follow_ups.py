"""What is planned for some time after a hand-back. It hangs on its hand-off and goes where that
goes: joins, splits and erasures need not know of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.follow_up import FollowUp, FollowUpKind, FollowUpState, NewFollowUp
from nitka.store.tables.handoffs import follow_ups, handoffs

_PLANNED = text("follow_ups.state = 'planned'")  # as the partial index says it


class SqlFollowUps:
    """`ports.FollowUps` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def plan(self, new: NewFollowUp) -> None:
        await self._connection.execute(
            upsert(follow_ups)
            .values(
                handoff_id=new.handoff_id,
                kind=new.kind,
                due_at=new.due_at,
                staff=new.staff,
                words=new.words,
                tell=new.tell,
            )
            .on_conflict_do_nothing(index_elements=["handoff_id", "kind"])
        )

    async def get(self, follow_up_id: UUID) -> FollowUp | None:
        found = await self._all(follow_ups.c.id == follow_up_id, limit=1)
        return found[0] if found else None

    async def due(self, at: datetime, *, limit: int) -> Sequence[FollowUp]:
        return await self._all(_PLANNED, follow_ups.c.due_at <= at, limit=limit)

    async def of(self, customer_id: UUID) -> Sequence[FollowUp]:
        return await self._all(_PLANNED, handoffs.c.customer_id == customer_id, limit=100)

    async def settle(self, follow_up_id: UUID, state: FollowUpState) -> None:
        await self._connection.execute(
            update(follow_ups).where(follow_ups.c.id == follow_up_id).values(state=state)
        )

    async def put_off(self, follow_up_id: UUID, until: datetime) -> None:
        await self._connection.execute(
            update(follow_ups).where(follow_ups.c.id == follow_up_id).values(due_at=until)
        )

    async def _all(self, *conditions: Any, limit: int) -> Sequence[FollowUp]:
        rows = await self._connection.execute(
            select(follow_ups, handoffs.c.customer_id)
            .join(handoffs, handoffs.c.id == follow_ups.c.handoff_id)
            .where(*conditions)
            .order_by(follow_ups.c.due_at)
            .limit(limit)
        )
        return [_follow_up(row) for row in rows]


def _follow_up(row: Row[Any]) -> FollowUp:
    return FollowUp(
        row.id,
        row.handoff_id,
        row.customer_id,
        FollowUpKind(row.kind),
        row.due_at,
        row.staff,
        row.words,
        row.tell,
        FollowUpState(row.state),
    )
