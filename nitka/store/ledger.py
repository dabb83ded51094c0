"""Audit, accounting, access tokens and the descriptions of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.inbound import Outcome
from nitka.ports import Entry, StoredFile, Tally
from nitka.store.tables.customers import customers
from nitka.store.tables.flow import inbox
from nitka.store.tables.ledger import audit, files, tokens
from nitka.store.tables.threads import messages


class SqlLedger:
    """`ports.Ledger` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def audit(
        self, action: str, *, actor: str, customer_id: UUID | None, facts: Mapping[str, object]
    ) -> None:
        step = {"actor": actor, "action": action, "facts": dict(facts)}
        if customer_id is None:
            await self._connection.execute(insert(audit).values(step))
            return
        known = (
            select(literal(actor), literal(action), literal(dict(facts), JSONB), customers.c.id)
            .where(customers.c.id == customer_id)
            .with_for_update(read=True, key_share=True)  # an erasure waits, or has been
        )
        await self._connection.execute(insert(audit).from_select([*step, "customer_id"], known))

    async def trail(self, customer_id: UUID) -> Sequence[Entry]:
        rows = await self._connection.execute(
            select(audit).where(audit.c.customer_id == customer_id).order_by(audit.c.id)
        )
        return [Entry(row.at, row.actor, row.action, row.facts) for row in rows]

    async def tally(self) -> Tally:
        """Count how every inbound ended.

        Unexplained are: customers' lines without an inbox row, ends with an unknown outcome,
        drops without a reason, `answered` ones to which no line replies, and those that wait
        for a turn but belong to nobody.
        """
        rows = await self._connection.execute(
            select(inbox.c.outcome, func.count().label("number")).group_by(inbox.c.outcome)
        )
        counts = {row.outcome: row.number for row in rows}
        waiting = counts.pop(None, 0)
        unexplained = sum(n for outcome, n in counts.items() if outcome not in set(Outcome))
        replies = messages.alias()
        for query in (
            select(func.count())
            .select_from(messages.outerjoin(inbox, inbox.c.message_id == messages.c.id))
            .where(messages.c.author == "customer", inbox.c.id.is_(None)),
            select(func.count()).where(
                inbox.c.outcome == Outcome.DROPPED, func.coalesce(inbox.c.reason, "") == ""
            ),
            select(func.count()).where(
                inbox.c.outcome.is_(None),
                inbox.c.customer_id.is_(None) | inbox.c.message_id.is_(None),
            ),
            select(func.count())
            .select_from(
                inbox.outerjoin(
                    replies,
                    (replies.c.reply_to == inbox.c.message_id) & (replies.c.author != "customer"),
                )
            )
            .where(inbox.c.outcome == Outcome.ANSWERED, replies.c.id.is_(None)),
        ):
            unexplained += (await self._connection.execute(query)).scalar_one()
        received = waiting + sum(counts.values())
        return Tally(received, waiting, counts, unexplained)

    async def token(self, digest: str) -> tuple[str, frozenset[str]] | None:
        row = (
            await self._connection.execute(
                select(tokens.c.name, tokens.c.scopes).where(
                    tokens.c.digest == digest, tokens.c.revoked_at.is_(None)
                )
            )
        ).one_or_none()
        return (row.name, frozenset(row.scopes)) if row else None

    async def add_token(
        self,
        name: str,
        digest: str,
        scopes: frozenset[str],
        *,
        account_id: UUID | None = None,
    ) -> bool:
        made = await self._connection.execute(
            upsert(tokens)
            .values(name=name, digest=digest, scopes=sorted(scopes), account_id=account_id)
            .on_conflict_do_nothing()
            .returning(tokens.c.id)
        )
        return made.one_or_none() is not None

    async def file(self, file_id: str) -> StoredFile | None:
        row = (
            await self._connection.execute(select(files).where(files.c.id == file_id))
        ).one_or_none()
        if row is None:
            return None
        return StoredFile(row.id, row.owner, row.name, row.media_type, row.size, row.withdrawn)

    async def add_file(self, file: StoredFile) -> None:
        await self._connection.execute(
            insert(files).values(
                id=file.id,
                owner=file.owner,
                name=file.name,
                media_type=file.media_type,
                size=file.size,
            )
        )

    async def give_file(self, file_id: str, *, owner: str) -> None:
        await self._connection.execute(
            update(files).where(files.c.id == file_id).values(owner=owner)
        )

    async def withdraw_file(self, file_id: str) -> None:
        await self._connection.execute(
            update(files).where(files.c.id == file_id).values(withdrawn=True)
        )
