"""Everything that is kept of a customer: to be shown to him, and to be erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.privacy import Erased, Kept, Receipt
from nitka.store.tables.privacy import erasures, exports

_FILES = """
    SELECT id FROM files WHERE owner IN (
      SELECT id::text FROM addresses WHERE customer_id = :root
      UNION ALL
      SELECT channel || ':' || account || ':' || native_id FROM addresses WHERE customer_id = :root
    )
"""

_KEPT = text(
    f"""
    SELECT (SELECT count(*) FROM messages WHERE customer_id = :root AND NOT internal) AS messages,
           (SELECT count(*) FROM ({_FILES}) f) AS files,
           (SELECT count(*) FROM handoffs WHERE customer_id = :root) AS handoffs,
           (SELECT min(created_at) FROM customers WHERE id = :root) AS since
    """
)

_SUBJECTS = {
    "customer": "SELECT * FROM customers WHERE id = ANY(:homes)",
    "addresses": "SELECT * FROM addresses WHERE customer_id = :root",
    "claims": "SELECT * FROM claims WHERE home_id = ANY(:homes)",
    "dismissed": """SELECT kind, value, at FROM dismissals
                    WHERE home_id = ANY(:homes) OR other_id = ANY(:homes) ORDER BY at""",
    "messages": """SELECT seq, created_at, channel, author, author_name, text, buttons, attachments,
                     state, deleted
                   FROM messages WHERE customer_id = :root AND NOT internal ORDER BY seq""",
    "changes": """SELECT m.seq, r.at FROM revisions r JOIN messages m ON m.id = r.message_id
                  WHERE m.customer_id = :root AND NOT m.internal ORDER BY r.id""",
    "remembered": "SELECT slots FROM dialogue_states WHERE customer_id = ANY(:homes)",
    "understood": """SELECT t.created_at, t.understanding FROM turns t
                     JOIN messages m ON m.id = t.message_id
                     WHERE m.customer_id = :root ORDER BY t.created_at""",
    "requests": """SELECT team, reason, state,
                     facts - CAST('{words,outcome,for}' AS text[]) AS facts,  -- what staff wrote
                     corrected, opened_at, closed_at, asked_at, score, remark, rated_at
                   FROM handoffs WHERE customer_id = :root ORDER BY opened_at""",
    "planned": """SELECT f.kind, f.due_at, f.tell, f.state FROM follow_ups f
                  JOIN handoffs h ON h.id = f.handoff_id
                  WHERE h.customer_id = :root ORDER BY f.due_at""",
    "joins": """SELECT proof, joined_at, split_at FROM links
                WHERE customer_id = ANY(:homes) OR other_id = ANY(:homes)""",
    "audit": """SELECT at, actor, action FROM audit WHERE customer_id = ANY(:homes) ORDER BY at""",
    "files": f"SELECT id, name, media_type, size, created_at FROM files WHERE id IN ({_FILES})",
}

_LEAVE_TURNS = """
    WITH others AS (
      SELECT t.message_id, m.customer_id,
             row_number() OVER (PARTITION BY m.customer_id ORDER BY t.created_at) AS number
      FROM turns t JOIN messages m ON m.id = t.message_id
      WHERE t.customer_id = ANY(:homes) AND m.customer_id <> :root
    )
    UPDATE turns SET customer_id = o.customer_id,
      turn = least(0, (SELECT min(b.turn) FROM turns b WHERE b.customer_id = o.customer_id))
             - o.number
    FROM others o WHERE turns.message_id = o.message_id
"""
"""Turns on the messages of somebody who was joined then: they are his, below his own numbers."""

_LINES = text("SELECT id FROM messages WHERE customer_id = :root ORDER BY seq DESC")
_LINES_AT_ONCE = 1_000  # of a long thread: few enough to be found by indexes in any table
_ERASE_LINES: Sequence[tuple[str, TextClause]] = tuple(
    (subject, text(statement))
    for subject, statement in (
        ("", "DELETE FROM guesses WHERE message_id = ANY(:lines)"),
        ("", "DELETE FROM link_codes WHERE used_by = ANY(:lines)"),
        ("", "DELETE FROM drafts WHERE message_id = ANY(:lines)"),
        ("", "DELETE FROM fetches WHERE message_id = ANY(:lines)"),
        ("", "DELETE FROM outbox WHERE message_id = ANY(:lines)"),
        ("", "DELETE FROM inbox WHERE message_id = ANY(:lines)"),
        ("", "DELETE FROM revisions WHERE message_id = ANY(:lines)"),
        ("", "DELETE FROM mentions WHERE message_id = ANY(:lines)"),
        ("", "DELETE FROM turns WHERE message_id = ANY(:lines)"),
        (
            "",
            """UPDATE messages SET reply_to = NULL
               WHERE reply_to = ANY(:lines) AND id <> ALL(:lines)""",
        ),
        ("messages", "DELETE FROM messages WHERE id = ANY(:lines)"),
    )
)
"""What hangs on lines, and the lines: the newest first, so that few are left that reply to them."""

_REACHED = "(SELECT id FROM addresses WHERE customer_id = :root)"
_ERASE: Sequence[tuple[str, TextClause]] = tuple(
    (subject, text(statement))
    for subject, statement in (
        ("", f"DELETE FROM guesses WHERE address_id IN {_REACHED}"),
        ("", f"DELETE FROM link_codes WHERE address_id IN {_REACHED}"),
        ("", f"DELETE FROM signatures WHERE address_id IN {_REACHED}"),
        ("", "DELETE FROM claims WHERE home_id = ANY(:homes)"),
        ("", "DELETE FROM drafts WHERE customer_id = :root"),
        ("", "DELETE FROM dismissals WHERE home_id = ANY(:homes) OR other_id = ANY(:homes)"),
        (
            "",
            """DELETE FROM inbox i USING addresses a WHERE a.customer_id = :root
               AND i.message_id IS NULL AND i.channel = a.channel AND i.account = a.account
               AND position(a.native_id IN i.native_id) > 0""",
        ),
        ("", "DELETE FROM customer_tags WHERE customer_id = ANY(:homes)"),
        ("", _LEAVE_TURNS),
        ("", "DELETE FROM dialogue_states WHERE customer_id = ANY(:homes)"),
        ("", "DELETE FROM answers WHERE body ->> 'customer' = ANY(:names)"),
        (
            "",
            """DELETE FROM follow_ups WHERE handoff_id IN
               (SELECT id FROM handoffs WHERE customer_id = :root)""",
        ),
        ("handoffs", "DELETE FROM handoffs WHERE customer_id = :root"),
        ("", "DELETE FROM links WHERE customer_id = ANY(:homes) OR other_id = ANY(:homes)"),
        ("files", f"DELETE FROM files WHERE id IN ({_FILES})"),
        ("", "DELETE FROM threads WHERE customer_id = ANY(:homes)"),
        ("addresses", "DELETE FROM addresses WHERE customer_id = :root"),
        ("", "DELETE FROM audit WHERE customer_id = ANY(:homes)"),
        ("", "DELETE FROM customers WHERE id = ANY(:homes)"),
    )
)
"""Everything else of a customer, whose lines are gone by then."""


class SqlPersonal:
    """`ports.Personal` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def kept(self, root: UUID) -> Kept:
        row = (await self._connection.execute(_KEPT, {"root": root})).one()
        return Kept(row.messages, row.files, row.handoffs, row.since)

    async def everything(
        self, root: UUID, homes: frozenset[UUID]
    ) -> Mapping[str, Sequence[Mapping[str, object]]]:
        found: dict[str, Sequence[Mapping[str, object]]] = {}
        for subject, query in _SUBJECTS.items():
            rows = await self._connection.execute(
                text(f"SELECT to_jsonb(x) AS x FROM ({query}) x"),
                {k: v for k, v in _whom(root, homes).items() if f":{k}" in query},
            )
            found[subject] = list(rows.scalars())
        return found

    async def erase(self, root: UUID, homes: frozenset[UUID]) -> Erased:
        whom = _whom(root, homes)
        rows = await self._connection.execute(text(_FILES), {"root": root})
        files, counts = list(rows.scalars()), dict.fromkeys(_COUNTED, 0)
        lines = list((await self._connection.execute(_LINES, {"root": root})).scalars())
        for place in range(0, len(lines), _LINES_AT_ONCE):
            some = {"lines": lines[place : place + _LINES_AT_ONCE]}
            await self._delete(_ERASE_LINES, some, counts)
        await self._delete(_ERASE, whom, counts)
        return Erased(counts, tuple(files))

    async def _delete(
        self,
        statements: Sequence[tuple[str, TextClause]],
        values: Mapping[str, Any],
        counts: dict[str, int],
    ) -> None:
        for subject, statement in statements:
            used = {k: v for k, v in values.items() if f":{k}" in statement.text}
            done = await self._connection.execute(statement, used)
            if subject:
                counts[subject] += done.rowcount

    async def receipt(self, erased: Erased) -> Receipt:
        values = {"counts": dict(erased.counts), "files": list(erased.files)}
        row = await self._connection.execute(insert(erasures).values(values).returning(erasures))
        return _receipt(row.one())

    async def tell(self, receipt: UUID, customer_id: UUID, *, until: datetime) -> None:
        await self._connection.execute(
            update(erasures)
            .where(erasures.c.id == receipt)
            .values(told_id=customer_id, told_until=until)
        )


class SqlLeftovers:
    """`ports.Leftovers` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def export(self, file_id: str, *, expires_at: datetime) -> None:
        await self._connection.execute(
            upsert(exports)
            .values(file_id=file_id, expires_at=expires_at)
            .on_conflict_do_update(index_elements=["file_id"], set_={"expires_at": expires_at})
        )

    async def keep(self, file_id: str, *, after: datetime) -> bool:
        kept = await self._connection.execute(
            delete(exports).where(exports.c.file_id == file_id, exports.c.expires_at > after)
        )
        return kept.rowcount == 1

    async def exports(self, *, before: datetime) -> Sequence[str]:
        query = select(exports.c.file_id).where(exports.c.expires_at < before).limit(100)
        return list((await self._connection.execute(query)).scalars())

    async def forget_files(self, file_ids: Sequence[str]) -> None:
        for table, column in (("exports", "file_id"), ("files", "id")):
            await self._connection.execute(
                text(f"DELETE FROM {table} WHERE {column} = ANY(:files)"),
                {"files": list(file_ids)},
            )
        await self._connection.execute(
            text(
                """UPDATE erasures SET files = files - CAST(:files AS text[])
                   WHERE files <> '[]'::jsonb AND files ?| CAST(:files AS text[])"""
            ),
            {"files": list(file_ids)},
        )

    async def receipts(self) -> Sequence[Receipt]:
        rows = await self._connection.execute(
            select(erasures)
            .where(text("files <> '[]'::jsonb OR told_id IS NOT NULL"))  # as the index says it
            .order_by(erasures.c.at)
            .limit(100)
        )
        return [_receipt(row) for row in rows]

    async def told(self, receipt: UUID) -> bool:
        waiting = text(
            """SELECT e.told_until < now() OR NOT EXISTS (
                 SELECT FROM messages m LEFT JOIN outbox o ON o.message_id = m.id
                 WHERE m.customer_id = e.told_id
                   AND (m.channel = 'web' OR o.state IN ('pending', 'sending')))
               FROM erasures e WHERE e.id = :receipt"""
        )
        found = await self._connection.execute(waiting, {"receipt": receipt})
        return bool(found.scalar_one_or_none())

    async def close(self, receipt: UUID) -> None:
        await self._connection.execute(
            update(erasures).where(erasures.c.id == receipt).values(told_id=None, told_until=None)
        )


_COUNTED = ("messages", "files", "handoffs", "addresses")


def _whom(root: UUID, homes: frozenset[UUID]) -> dict[str, Any]:
    return {"root": root, "homes": list(homes), "names": [str(home) for home in homes]}


def _receipt(row: Any) -> Receipt:
    return Receipt(row.id, row.at, row.counts, tuple(row.files), row.told_id, row.told_until)
