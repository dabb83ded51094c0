"""Pours rows into PostgreSQL by COPY, with keys and indexes made anew at the end.

So millions of rows take minutes, and every constraint is checked over all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

_AT_ONCE = 20_000  # rows
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_KEYS = """
    SELECT conrelid::regclass::text, conname, contype = 'f', pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE contype IN ('p', 'u', 'f')
      AND (conrelid = ANY(%(tables)s::regclass[]) OR confrelid = ANY(%(tables)s::regclass[]))
    ORDER BY contype = 'f'
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = ANY(%(tables)s::regclass[])
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
Value = object
Connection = psycopg.Connection[tuple[Any, ...]]


class Pour:
    """Takes rows in any order and gives them to the server many at a time."""

    def __init__(self, connection: Connection, columns: Mapping[str, Sequence[str]]) -> None:
        self._connection = connection
        self._columns = columns
        self._waiting: dict[str, list[str]] = {table: [] for table in columns}

    def add(self, table: str, *values: Value) -> None:
        """Take a row: values in the order of the table's columns."""
        waiting = self._waiting[table]
        waiting.append("\t".join([_plain(value) for value in values]))
        if len(waiting) >= _AT_ONCE:
            self._send(table)

    def finish(self) -> None:
        for table in self._columns:
            self._send(table)

    def _send(self, table: str) -> None:
        rows, self._waiting[table] = self._waiting[table], []
        if not rows:
            return
        names = sql.SQL(", ").join(map(sql.Identifier, self._columns[table]))
        copy = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
        with self._connection.cursor() as cursor, cursor.copy(copy) as stream:
            stream.write("\n".join([*rows, ""]))


def _plain(value: Value) -> str:
    """Give a value as COPY's text has it."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPED) if not value.isalnum() else value
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, datetime) else str(value)


@contextmanager
def without_keys(connection: Connection, tables: Sequence[str]) -> Iterator[None]:
    """Take keys and indexes away for the length of the block; making them anew checks the rows."""
    asked = {"tables": list(tables)}
    keys = connection.execute(_KEYS, asked).fetchall()
    indexes = connection.execute(_INDEXES, asked).fetchall()
    for table, name, _, _ in reversed(keys):  # foreign keys hang on the others
        _run(connection, f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        _run(connection, f"DROP INDEX {name}")
    yield
    _run(connection, "SET maintenance_work_mem = '1GB'")
    again = [(foreign, _key(table, name, says)) for table, name, foreign, says in keys]
    for statement in (
        *(key for foreign, key in again if not foreign),
        *(definition for _, definition in indexes),
        *(key for foreign, key in again if foreign),
    ):
        _run(connection, statement)


def _key(table: str, name: str, definition: str) -> str:
    return f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'


def _run(connection: Connection, statement: str) -> None:
    connection.execute(statement.encode())
