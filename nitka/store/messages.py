"""The lines of threads."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, exists, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.message import Author, Message, MessageState
from nitka.ports import Line, Revision
from nitka.store import mapping
from nitka.store.tables.threads import messages, revisions, threads


class SqlMessages:
    """`ports.Messages` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        customer_id: UUID,
        line: Line,
        *,
        id: UUID | None = None,  # noqa: A002
    ) -> Message | None:
        """Add a line under the next `seq`.

        The thread's row stays locked until the transaction ends, so lines become visible in the
        order of their numbers: a reader who has seen `seq` n never misses a smaller one. A number
        that is not used after all is given back, unseen.
        """
        seq = await self._count(customer_id, 1)
        added = await self._connection.execute(
            upsert(messages)
            .values(
                id=id or uuid4(),
                customer_id=customer_id,
                home_id=line.address.home_id if line.address else customer_id,
                seq=seq,
                address_id=line.address.id if line.address else None,
                channel=line.address.address.channel if line.address else None,
                author=line.author,
                author_name=line.author_name,
                text=line.text,
                payload=line.payload,
                buttons=mapping.buttons_json(line.buttons),
                attachments=mapping.attachments_json(line.attachments),
                native_id=line.native_id,
                state=line.state,
                reply_to=line.reply_to,
                place=line.place,
                key=line.key,
                internal=line.internal,
                staff=line.staff,
            )
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(messages)
        )
        row = added.one_or_none()
        if row is None:
            await self._count(customer_id, -1)
        return mapping.message(row) if row else None

    async def _count(self, customer_id: UUID, step: int) -> int:
        """Move the thread's `seq` and give the new one; the thread is locked from then on."""
        moved = await self._connection.execute(
            update(threads)
            .where(threads.c.customer_id == customer_id)
            .values(seq=threads.c.seq + step, last_at=func.clock_timestamp())
            .returning(threads.c.seq)
        )
        return int(moved.scalar_one())

    async def after(
        self, customer_id: UUID, seq: int, *, limit: int = 200, internal: bool = False
    ) -> Sequence[Message]:
        query = (
            select(messages)
            .where(messages.c.customer_id == customer_id, messages.c.seq > seq)
            .order_by(messages.c.seq)
            .limit(limit)
        )
        if not internal:
            query = query.where(~messages.c.internal)
        return [mapping.message(row) for row in await self._connection.execute(query)]

    async def get(self, message_id: UUID) -> Message | None:
        return await self._one(messages.c.id == message_id)

    async def with_key(self, key: str) -> Message | None:
        return await self._one(messages.c.key == key)

    async def native(self, address_id: UUID, native_id: str) -> Message | None:
        return await self._one(
            and_(messages.c.address_id == address_id, messages.c.native_id == native_id)
        )

    async def change(self, message: Message) -> None:
        await self._connection.execute(
            update(messages)
            .where(messages.c.id == message.id)
            .values(
                text=message.text,
                attachments=mapping.attachments_json(message.attachments),
                deleted=message.deleted,
            )
        )

    async def revise(self, message: Message, *, actor: str, keep: bool = True) -> Message:
        was = await self._one(messages.c.id == message.id)
        assert was is not None  # noqa: S101  # its thread is locked: it is there
        noted = await self._connection.execute(
            insert(revisions)
            .values(
                message_id=message.id,
                actor=actor,
                text=was.text if keep else None,
                attachments=mapping.attachments_json(was.attachments if keep else ()),
            )
            .returning(revisions.c.id)
        )
        written = await self._connection.execute(
            update(messages)
            .where(messages.c.id == message.id)
            .values(
                text=message.text,
                buttons=mapping.buttons_json(message.buttons),
                attachments=mapping.attachments_json(message.attachments),
                deleted=message.deleted,
                changed=noted.scalar_one(),
            )
            .returning(messages)
        )
        return mapping.message(written.one())

    async def revised(
        self, customer_id: UUID, *, after: int, limit: int = 200, internal: bool = False
    ) -> Sequence[Message]:
        query = (
            select(messages)
            .where(messages.c.customer_id == customer_id, messages.c.changed > after)
            .order_by(messages.c.changed)
            .limit(limit)
        )
        if not internal:
            query = query.where(~messages.c.internal)
        return [mapping.message(row) for row in await self._connection.execute(query)]

    async def last_change(self, customer_id: UUID) -> int:
        query = select(func.max(messages.c.changed)).where(
            messages.c.customer_id == customer_id, messages.c.changed.is_not(None)
        )
        return (await self._connection.execute(query)).scalar_one() or 0

    async def history(self, message_id: UUID) -> Sequence[Revision]:
        rows = await self._connection.execute(
            select(revisions).where(revisions.c.message_id == message_id).order_by(revisions.c.id)
        )
        return [
            Revision(row.at, row.actor, row.text, tuple(map(mapping.attachment, row.attachments)))
            for row in rows
        ]

    async def _one(self, condition: ColumnElement[bool]) -> Message | None:
        query = select(messages).where(condition).order_by(messages.c.seq.desc()).limit(1)
        row = (await self._connection.execute(query)).one_or_none()
        return mapping.message(row) if row else None

    async def last_offer(self, customer_id: UUID, *, before: int) -> Message | None:
        lines = and_(messages.c.customer_id == customer_id, messages.c.seq < before)
        offers = text("messages.buttons <> '[]'::jsonb")  # as the partial index says it
        offer = await self._one(and_(lines, offers))
        if offer is None:
            return None
        answered = exists().where(
            lines, messages.c.seq > offer.seq, messages.c.author == Author.CUSTOMER
        )
        return None if (await self._connection.execute(select(answered))).scalar_one() else offer

    async def was_offered(self, customer_id: UUID, payload: str) -> bool:
        offered = exists().where(
            messages.c.customer_id == customer_id,
            text("messages.buttons <> '[]'::jsonb"),  # as the partial index says it
            messages.c.buttons.contains([{"payload": payload}]),
        )
        return bool((await self._connection.execute(select(offered))).scalar_one())

    async def raise_state(
        self, message_id: UUID, state: MessageState, *, native_id: str | None = None
    ) -> bool:
        values: dict[str, object] = {"state": state}
        if native_id is not None:
            values["native_id"] = native_id
        changed = await self._connection.execute(
            update(messages)
            .where(messages.c.id == message_id, messages.c.state.in_(_below(state)))
            .values(values)
        )
        return changed.rowcount == 1

    async def read_up_to(self, address_id: UUID, seq: int) -> None:
        await self._connection.execute(
            update(messages)
            .where(
                messages.c.address_id == address_id,
                messages.c.seq <= seq,
                messages.c.state.in_(_OUTGOING_UNREAD),
            )
            .values(state=MessageState.READ)
        )


_OUTGOING_UNREAD = [
    MessageState.PENDING,  # shown on the web before its delivery is noted
    MessageState.FAILED,
    MessageState.SENT,
    MessageState.DELIVERED,
]


def _below(state: MessageState) -> list[str]:
    return [lower for lower in MessageState if lower.rises_to(state)]
