"""Joins and splits of customers: who hangs below whom, and everything that moves with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.link import Before, Gain, Link, Proof
from nitka.domain.thread import Owner, Team
from nitka.domain.turn import Dialogue
from nitka.ports import NewLink
from nitka.store.tables.customers import addresses
from nitka.store.tables.identity import links
from nitka.store.tables.threads import messages, threads

_ONE_AT_A_TIME = 0x6E69746B61  # "nitka"
_JOINED = text(
    """
    WITH timed AS (
      SELECT id, seq, customer_id = :other AS moved,
             max(created_at) OVER (PARTITION BY customer_id ORDER BY seq) AS at
      FROM messages WHERE customer_id IN (:root, :other)
    ), numbered AS (
      SELECT id, row_number() OVER (ORDER BY at, moved, seq) AS number FROM timed
    )
    UPDATE messages SET customer_id = :root, seq = number
    FROM numbered WHERE messages.id = numbered.id AND (customer_id = :other OR seq <> number)
    """
)
"""Each side's lines keep their order, whatever the clocks said: the time of a line is at least
that of the lines before it."""

_PARTED = text(
    """
    WITH numbered AS (
      SELECT id, home_id = ANY(:leaving) AS moved,
             row_number() OVER (PARTITION BY home_id = ANY(:leaving) ORDER BY seq) AS number
      FROM messages WHERE customer_id = :root
    )
    UPDATE messages SET customer_id = CASE WHEN moved THEN :other ELSE :root END, seq = number
    FROM numbered WHERE messages.id = numbered.id AND (moved OR seq <> number)
    """
)

_FOLLOW = [
    text(
        f"UPDATE {table} SET {', '.join(f'{name} = m.{name}' for name in kept)} FROM messages m"
        f" WHERE m.id = {table}.message_id AND {table}.customer_id IN (:root, :other)"
        f" AND ({' OR '.join(f'{table}.{name} <> m.{name}' for name in kept)})"
    )
    for table, *kept in (
        ("inbox", "customer_id"),
        ("outbox", "customer_id", "seq"),
        ("fetches", "customer_id"),
        ("drafts", "customer_id"),
    )
]
"""What goes with its message."""

_COUNT = text(
    """
    UPDATE threads SET fence = fence + 1, epoch = epoch + 1,
      seq = (SELECT count(*) FROM messages m WHERE m.customer_id = threads.customer_id),
      joined_into = CASE WHEN customer_id = :other AND :joined THEN CAST(:root AS uuid) END
    WHERE customer_id IN (:root, :other)
    """
)

_UNCHOOSE = text(
    """
    UPDATE threads SET answer_at = NULL, answer_while_at = NULL
    WHERE customer_id = :root AND EXISTS (
      SELECT FROM addresses a
      WHERE a.id IN (answer_at, answer_while_at) AND a.customer_id <> threads.customer_id
    )
    """
)
"""Who wanted to be answered at an address that has left."""

_ROOT = text(
    """
    WITH RECURSIVE up AS (
      SELECT customer_id, joined_into FROM threads WHERE customer_id = :customer
      UNION ALL
      SELECT t.customer_id, t.joined_into FROM threads t JOIN up ON t.customer_id = up.joined_into
    )
    SELECT customer_id FROM up WHERE joined_into IS NULL
    """
)

_ROOTS = text(
    """
    WITH RECURSIVE up AS (
      SELECT customer_id AS home, customer_id, joined_into FROM threads
      WHERE customer_id = ANY(:homes)
      UNION ALL
      SELECT up.home, t.customer_id, t.joined_into
      FROM threads t JOIN up ON t.customer_id = up.joined_into
    )
    SELECT home, customer_id FROM up WHERE joined_into IS NULL
    """
)


class SqlLinks:
    """`ports.Links` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, *customer_ids: UUID) -> Sequence[UUID]:
        """Lock and look again, until the roots that are locked are the roots.

        Joins and splits come one after the other, so that two of them cannot wait for each other.
        """
        await self._connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
        while True:
            roots = [await self.root(one) for one in customer_ids]
            known = [one for one in roots if one is not None]
            for column in (addresses.c.customer_id, threads.c.customer_id):
                table = column.table
                key = addresses.c.id if table is addresses else threads.c.customer_id
                await self._connection.execute(
                    select(key)
                    .where(column.in_(known))
                    .order_by(key)
                    .with_for_update(key_share=True)
                )
            if [await self.root(one) for one in customer_ids] == roots:
                return known

    async def root(self, customer_id: UUID) -> UUID | None:
        """Give the customer that another one hangs below in the end; None if there is none."""
        found = await self._connection.execute(_ROOT, {"customer": customer_id})
        return found.scalar_one_or_none()

    async def roots(self, customer_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        found = await self._connection.execute(_ROOTS, {"homes": list(customer_ids)})
        return {row.home: row.customer_id for row in found}

    async def tree(self, root: UUID) -> Sequence[Link]:
        top = (
            select(links)
            .where(links.c.customer_id == root, links.c.split_at.is_(None))
            .cte(recursive=True)
        )
        below = select(links).where(
            links.c.customer_id == top.c.other_id, links.c.split_at.is_(None)
        )
        tree = top.union_all(below)
        rows = await self._connection.execute(select(tree).order_by(tree.c.joined_at))
        return [_link(row) for row in rows]

    async def get(self, link_id: UUID) -> Link | None:
        row = (
            await self._connection.execute(select(links).where(links.c.id == link_id))
        ).one_or_none()
        return _link(row) if row else None

    async def join(self, link: NewLink) -> Link:
        pair = {"root": link.customer_id, "other": link.other_id}
        await self._connection.execute(_JOINED, pair)
        await self._follow(pair, joined=True)
        await self._connection.execute(
            text("UPDATE addresses SET customer_id = :root WHERE customer_id = :other"), pair
        )
        await self._connection.execute(
            text("UPDATE handoffs SET customer_id = :root WHERE customer_id = :other"), pair
        )
        row = await self._connection.execute(
            insert(links)
            .values(
                customer_id=link.customer_id,
                other_id=link.other_id,
                proof=link.proof,
                actor=link.actor,
                reason=link.reason,
                before=asdict(link.before),
                gain=asdict(link.gain),
                joined_at=func.clock_timestamp(),
            )
            .returning(links)
        )
        return _link(row.one())

    async def split(self, link: Link, leaving: frozenset[UUID]) -> None:
        root = await self.root(link.customer_id)
        pair = {"root": root, "other": link.other_id}
        moved = {**pair, "leaving": list(leaving)}
        await self._connection.execute(_PARTED, moved)
        for table in ("addresses", "handoffs"):
            where = "WHERE customer_id = :root AND home_id = ANY(:leaving)"
            await self._connection.execute(
                text(f"UPDATE {table} SET customer_id = :other {where}"),
                moved,
            )
        await self._follow(pair, joined=False)
        await self._connection.execute(_UNCHOOSE, {"root": root})
        await self._connection.execute(
            update(links).where(links.c.id == link.id).values(split_at=func.clock_timestamp())
        )

    async def _follow(self, pair: dict[str, Any], *, joined: bool) -> None:
        for statement in _FOLLOW:
            await self._connection.execute(statement, pair)
        await self._connection.execute(_COUNT, {**pair, "joined": joined})

    async def amend(self, link: Link) -> None:
        await self._connection.execute(
            update(links)
            .where(links.c.id == link.id)
            .values(before=asdict(link.before), gain=asdict(link.gain))
        )

    async def lines(self, root: UUID, homes: frozenset[UUID]) -> int:
        query = select(func.count()).where(
            messages.c.customer_id == root, messages.c.home_id.in_(homes)
        )
        return int((await self._connection.execute(query)).scalar_one())


def _link(row: Row[Any]) -> Link:
    told = row.before
    before = Before(
        Owner(told["owner"]),
        Team(told["team"]) if told["team"] else None,
        Dialogue(**told["dialogue"]) if told["dialogue"] else None,
    )
    return Link(
        row.id,
        row.customer_id,
        row.other_id,
        Proof(row.proof),
        row.actor,
        row.reason,
        row.joined_at,
        row.split_at,
        before,
        Gain(**row.gain),
    )
