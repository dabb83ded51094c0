"""What exports and erasures leave to be done later."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from nitka.store.tables.columns import id_column, metadata, moment

exports = Table(
    "exports",
    metadata,
    Column("file_id", Text, primary_key=True),
    moment("expires_at"),
)

erasures = Table(
    "erasures",
    metadata,
    id_column(),
    moment("at"),
    Column("counts", JSONB, nullable=False),
    Column("files", JSONB, nullable=False),
    Column("told_id", Uuid),
    Column("told_until", DateTime(timezone=True)),
    Index(
        "ix_erasures_open",
        "at",
        postgresql_where=text("files <> '[]'::jsonb OR told_id IS NOT NULL"),
    ),
)
