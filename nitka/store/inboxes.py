"""What the desk reads: inbox, pages of a thread, search. A fixed number of queries each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.customer import Customer
from nitka.domain.desk import Hits, Place, Row, View
from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.message import Message
from nitka.domain.staff import Account, Right
from nitka.store import mapping, search
from nitka.store.tables.customers import customers
from nitka.store.tables.handoffs import handoffs
from nitka.store.tables.ledger import audit
from nitka.store.tables.staff import staff_reads
from nitka.store.tables.threads import messages, threads

_OPEN = text("handoffs.state <> 'closed'")  # as the partial index says it


class SqlInboxes:
    """`ports.Inboxes` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def rows(
        self,
        account: Account,
        view: View,
        *,
        before: Place | None,
        limit: int,
        only: UUID | None = None,
    ) -> Sequence[Row]:
        query = (
            select(threads, staff_reads.c.seq.label("read_seq"))
            .outerjoin(
                staff_reads,
                (staff_reads.c.customer_id == threads.c.customer_id)
                & (staff_reads.c.staff == account.email),
            )
            .where(threads.c.seq > 0, *_shown(account, view))
            .order_by(threads.c.last_at.desc(), threads.c.customer_id.desc())
            .limit(limit)
        )
        if before is not None:
            place = tuple_(threads.c.last_at, threads.c.customer_id)
            query = query.where(place < tuple_(before.at, before.customer_id))
        if only is not None:
            query = query.where(threads.c.customer_id == only)
        found = (await self._connection.execute(query)).all()
        ids = [row.customer_id for row in found]
        people = await self._people(ids)
        last = await self._last_lines(ids)
        open_ones = await self._open_handoffs(ids)
        return [
            Row(
                people[row.customer_id],
                mapping.thread(row),
                row.last_at,
                last.get(row.customer_id),
                open_ones.get(row.customer_id),
                row.seq > (row.read_seq or 0),
            )
            for row in found
        ]

    async def _people(self, ids: Iterable[UUID]) -> dict[UUID, Customer]:
        rows = await self._connection.execute(select(customers).where(customers.c.id.in_(ids)))
        return {row.id: mapping.customer(row) for row in rows}

    async def _last_lines(self, ids: Iterable[UUID]) -> dict[UUID, Message]:
        lines = await self._connection.execute(
            select(messages)
            .join(
                threads,
                (threads.c.customer_id == messages.c.customer_id)
                & (threads.c.seq == messages.c.seq),
            )
            .where(threads.c.customer_id.in_(ids))
        )
        return {row.customer_id: mapping.message(row) for row in lines}

    async def _open_handoffs(self, ids: Iterable[UUID]) -> dict[UUID, Handoff]:
        """Give one open hand-off of each: the one somebody has, else the one that waits longest."""
        rows = await self._connection.execute(
            select(handoffs)
            .where(handoffs.c.customer_id.in_(ids), _OPEN)
            .order_by(handoffs.c.customer_id, handoffs.c.state, handoffs.c.opened_at)
            .ext(distinct_on(handoffs.c.customer_id))
        )
        return {row.customer_id: mapping.handoff(row) for row in rows}

    async def page(self, customer_id: UUID, *, before: int | None, limit: int) -> Sequence[Message]:
        return (await self._newest(customer_id, before, limit))[::-1]

    async def notes(
        self, customer_id: UUID, *, before: int | None, limit: int
    ) -> Sequence[Message]:
        return await self._newest(customer_id, before, limit, messages.c.internal)

    async def _newest(
        self, customer_id: UUID, before: int | None, limit: int, *those: ColumnElement[bool]
    ) -> list[Message]:
        """Give the last lines of a thread, the newest first."""
        query = (
            select(messages)
            .where(messages.c.customer_id == customer_id, *those)
            .order_by(messages.c.seq.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(messages.c.seq < before)
        return [mapping.message(row) for row in await self._connection.execute(query)]

    async def search(self, words: str, *, limit: int) -> Hits:
        return Hits(
            tuple(await search.people(self._connection, words, limit=limit)),
            tuple(await search.lines(self._connection, words, limit=limit)),
        )

    async def read_up_to(self, staff: str, customer_id: UUID, seq: int) -> None:
        known = (
            select(literal(staff), customers.c.id, literal(seq))
            .where(customers.c.id == customer_id)
            .with_for_update(read=True, key_share=True)  # he may be erased just now
        )
        made = upsert(staff_reads).from_select(["staff", "customer_id", "seq"], known)
        await self._connection.execute(
            made.on_conflict_do_update(index_elements=["staff", "customer_id"], set_={"seq": seq})
        )

    async def looked(self, staff: str, customer_id: UUID, *, since: datetime) -> bool:
        known = exists().where(
            audit.c.customer_id == customer_id,
            audit.c.actor == staff,
            audit.c.action == "look",
            audit.c.at > since,
        )
        return bool((await self._connection.execute(select(known))).scalar_one())


def _shown(account: Account, view: View) -> list[ColumnElement[bool]]:
    """Give the conditions of a view; who directs sees every team."""
    teams = [] if account.may(Right.DIRECT) else [handoffs.c.team.in_(list(account.teams))]

    def has(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        open_ones = select(handoffs.c.customer_id).where(_OPEN, *teams, *conditions)
        return threads.c.customer_id.in_(open_ones)

    match view:
        case View.MINE:
            return [threads.c.agent == account.email]
        case View.WAITING:
            return [has(handoffs.c.state == HandoffState.WAITING)]
        case View.TEAM:
            return [has()]
        case View.ALL:
            return []
