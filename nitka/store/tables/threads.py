"""Threads, their lines, and what was said before a line was changed."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from nitka.store.tables.columns import customer_column, home_column, id_column, metadata, moment
from nitka.store.tables.words import LINE_WORDS

threads = Table(
    "threads",
    metadata,
    customer_column(primary_key=True),
    Column("owner", Text, nullable=False, server_default="bot"),
    Column("team", Text),
    Column("agent", Text),
    Column("seq", BigInteger, nullable=False, server_default="0"),
    Column("turn", BigInteger, nullable=False, server_default="0"),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    moment("last_at"),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("joined_into", ForeignKey("customers.id")),
    Column("answer_at", ForeignKey("addresses.id")),
    Column("answer_while_at", ForeignKey("addresses.id")),
    Index(None, "joined_into"),
    Index("ix_threads_answer_at", "answer_at", postgresql_where=text("answer_at IS NOT NULL")),
    Index(
        "ix_threads_answer_while_at",
        "answer_while_at",
        postgresql_where=text("answer_while_at IS NOT NULL"),
    ),
    Index(None, "last_at", "customer_id"),
    Index("ix_threads_agent", "agent", "last_at", postgresql_where=text("agent IS NOT NULL")),
)

messages = Table(
    "messages",
    metadata,
    id_column(),
    customer_column(),
    home_column(),
    Column("seq", BigInteger, nullable=False),
    Column("address_id", ForeignKey("addresses.id")),
    Column("channel", Text),
    Column("author", Text, nullable=False),
    Column("author_name", Text),
    Column("text", Text, nullable=False),
    Column("payload", Text),
    Column("buttons", JSONB, nullable=False, server_default="[]"),
    Column("attachments", JSONB, nullable=False, server_default="[]"),
    Column("native_id", Text),
    Column("state", Text, nullable=False),
    Column("reply_to", ForeignKey("messages.id")),
    Column("place", Text),
    Column("deleted", Boolean, nullable=False, server_default=text("false")),
    Column("key", Text, unique=True),
    Column("internal", Boolean, nullable=False, server_default=text("false")),
    Column("staff", Text),
    Column("changed", BigInteger),
    moment(),
    UniqueConstraint("customer_id", "seq", deferrable=True, initially="IMMEDIATE"),
    Index(
        "ix_messages_offered",
        "customer_id",
        postgresql_where=text("buttons <> '[]'::jsonb"),
    ),
    Index(
        "ix_messages_native",
        "address_id",
        "native_id",
        postgresql_where=text("native_id IS NOT NULL"),
    ),
    Index(
        "ix_messages_changed",
        "customer_id",
        "changed",
        postgresql_where=text("changed IS NOT NULL"),
    ),
    Index("ix_messages_words", text(LINE_WORDS), postgresql_using="gin"),
    Index("ix_messages_internal", "customer_id", "seq", postgresql_where=text("internal")),
    Index(None, "created_at"),
    Index(None, "address_id", "seq"),
    Index(None, "home_id"),
    Index(None, "reply_to"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    Column("actor", Text, nullable=False),
    Column("text", Text),
    Column("attachments", JSONB, nullable=False, server_default="[]"),
    moment("at"),
    Index(None, "message_id"),
)
