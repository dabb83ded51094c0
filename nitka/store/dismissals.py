"""What staff have said of who is not the same person, kept for each claim that two share."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.link import HINTS, ClaimKind, Dismissal
from nitka.store.links import SqlLinks
from nitka.store.tables.identity import dismissals

_ADD = text(
    """
    INSERT INTO dismissals (home_id, other_id, kind, value, actor, reason)
    SELECT DISTINCT least(one.home_id, other.home_id), greatest(one.home_id, other.home_id),
           one.kind, one.value, :actor, CAST(:reason AS text)
    FROM claims one JOIN claims other ON other.kind = one.kind AND other.value = one.value
    WHERE one.home_id = ANY(:homes) AND other.home_id = ANY(:others) AND one.kind = ANY(:kinds)
    ON CONFLICT DO NOTHING
    """
)
_TAKE_BACK = text(
    """
    DELETE FROM dismissals
    WHERE (home_id = ANY(:homes) AND other_id = ANY(:others))
       OR (home_id = ANY(:others) AND other_id = ANY(:homes))
    """
)


class SqlDismissals:
    """`ports.Dismissals` in PostgreSQL. A pair stands there once, the smaller id first."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._links = SqlLinks(connection)

    async def add(
        self, homes: frozenset[UUID], others: frozenset[UUID], *, actor: str, reason: str | None
    ) -> int:
        sides = {"homes": list(homes), "others": list(others), "kinds": list(HINTS)}
        added = await self._connection.execute(_ADD, {**sides, "actor": actor, "reason": reason})
        return added.rowcount

    async def of(self, homes: frozenset[UUID]) -> Sequence[Dismissal]:
        pair = (dismissals.c.home_id, dismissals.c.other_id)
        rows = await self._connection.execute(
            select(dismissals)
            .where(or_(*(side.in_(homes) for side in pair)))
            .order_by(dismissals.c.at.desc())
        )
        found = [(row, row.other_id if row.home_id in homes else row.home_id) for row in rows]
        apart = [(row, other) for row, other in found if other not in homes]
        roots = await self._links.roots({other for _, other in apart}) if apart else {}
        return [
            Dismissal(roots[other], ClaimKind(row.kind), row.value, row.actor, row.reason, row.at)
            for row, other in apart
            if other in roots
        ]

    async def take_back(self, homes: frozenset[UUID], others: frozenset[UUID]) -> int:
        sides = {"homes": list(homes), "others": list(others)}
        return (await self._connection.execute(_TAKE_BACK, sides)).rowcount
