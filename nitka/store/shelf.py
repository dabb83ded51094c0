"""Canned replies, tags and mentions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.customer import Language
from nitka.domain.desk import Canned, Mention
from nitka.domain.link import members
from nitka.store import mapping
from nitka.store.links import SqlLinks
from nitka.store.tables.customers import customer_tags, customers
from nitka.store.tables.staff import canned_replies, mentions
from nitka.store.tables.threads import messages

_TAGS = text(
    """
    WITH RECURSIVE below AS (
      SELECT CAST(:root AS uuid) AS home
      UNION ALL
      SELECT t.customer_id FROM threads t JOIN below ON t.joined_into = below.home
    )
    SELECT DISTINCT tag FROM customer_tags JOIN below ON customer_id = home ORDER BY tag
    """
)


class SqlShelf:
    """`ports.Shelf` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def canned(self, *, lock: bool = False) -> Sequence[Canned]:
        if lock:
            await self._connection.execute(text("LOCK canned_replies IN SHARE ROW EXCLUSIVE MODE"))
        rows = await self._connection.execute(
            select(canned_replies).order_by(canned_replies.c.shortcut, canned_replies.c.language)
        )
        return [Canned(row.id, row.shortcut, Language(row.language), row.text) for row in rows]

    async def put_canned(self, canned: Canned) -> bool:
        made = await self._connection.execute(
            upsert(canned_replies)
            .values(
                id=canned.id,
                shortcut=canned.shortcut,
                language=canned.language,
                text=canned.text,
            )
            .on_conflict_do_nothing()
            .returning(canned_replies.c.id)
        )
        return made.one_or_none() is not None

    async def change_canned(self, canned: Canned) -> None:
        await self._connection.execute(
            update(canned_replies)
            .where(canned_replies.c.id == canned.id)
            .values(shortcut=canned.shortcut, language=canned.language, text=canned.text)
        )

    async def drop_canned(self, canned_id: UUID) -> bool:
        gone = await self._connection.execute(
            delete(canned_replies).where(canned_replies.c.id == canned_id)
        )
        return gone.rowcount == 1

    async def tags(self, customer_id: UUID) -> Sequence[str]:
        """Give the tags of a customer and of everybody who was joined into him."""
        rows = await self._connection.execute(_TAGS, {"root": customer_id})
        return list(rows.scalars())

    async def tag(self, customer_id: UUID, tags: Sequence[str]) -> None:
        """Set the tags; those that came with a joined customer stay his after a split."""
        known = set(await self.tags(customer_id))
        homes = await self._homes(customer_id)
        await self._connection.execute(
            delete(customer_tags).where(
                customer_tags.c.customer_id.in_(homes), customer_tags.c.tag.in_(known - set(tags))
            )
        )
        for one in sorted(set(tags) - known):
            await self._connection.execute(
                insert(customer_tags).values(customer_id=customer_id, tag=one)
            )

    async def _homes(self, customer_id: UUID) -> frozenset[UUID]:
        return members(customer_id, await SqlLinks(self._connection).tree(customer_id))


class SqlMentions:
    """`ports.Mentions` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, message_id: UUID, staff: Sequence[str]) -> None:
        for one in sorted(set(staff)):
            await self._connection.execute(
                insert(mentions).values(message_id=message_id, staff=one)
            )

    async def of(self, staff: str, *, limit: int) -> Sequence[Mention]:
        rows = await self._connection.execute(
            select(messages, mentions.c.read, customers.c.name.label("customer_name"))
            .join(mentions, mentions.c.message_id == messages.c.id)
            .join(customers, customers.c.id == messages.c.customer_id)
            .where(mentions.c.staff == staff)
            .order_by(messages.c.created_at.desc())
            .limit(limit)
        )
        return [Mention(mapping.message(row), row.read, row.customer_name) for row in rows]

    async def unread(self, staff: str) -> int:
        query = select(func.count()).where(mentions.c.staff == staff, ~mentions.c.read)
        return int((await self._connection.execute(query)).scalar_one())

    async def read(self, staff: str, customer_id: UUID) -> None:
        of_thread = select(messages.c.id).where(messages.c.customer_id == customer_id)
        await self._connection.execute(
            update(mentions)
            .where(
                mentions.c.staff == staff,
                ~mentions.c.read,
                mentions.c.message_id.in_(of_thread),
            )
            .values(read=True)
        )
