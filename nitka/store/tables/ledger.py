"""What is kept about the service itself: audit, access tokens, answers given, secrets, files."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from nitka.store.tables.columns import id_column, metadata, moment

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    moment("at"),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("customer_id", Uuid),
    Column("facts", JSONB, nullable=False),
    Index(None, "customer_id", "at"),
)

tokens = Table(
    "tokens",
    metadata,
    id_column(),
    Column("name", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("scopes", JSONB, nullable=False),
    moment(),
    Column("revoked_at", DateTime(timezone=True)),
    Column("account_id", ForeignKey("staff.id")),
)

answers = Table(
    "answers",
    metadata,
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", JSONB, nullable=False),
    moment(),
    Index("ix_answers_customer", text("(body ->> 'customer')")),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    moment(),
)

files = Table(
    "files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("withdrawn", Boolean, nullable=False, server_default=text("false")),
    moment(),
    Index(None, "owner"),
)
