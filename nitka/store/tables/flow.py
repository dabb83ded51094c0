"""What waits to be answered, sent or fetched."""

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
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from nitka.store.tables.columns import customer_column, metadata, moment

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    Column("customer_id", ForeignKey("customers.id")),
    Column("message_id", ForeignKey("messages.id"), unique=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    moment("due_at"),
    Column("outcome", Text),
    Column("reason", Text),
    moment("received_at"),
    Column("finished_at", DateTime(timezone=True)),
    UniqueConstraint("channel", "account", "native_id"),
    Index("ix_inbox_waiting", "customer_id", "id", postgresql_where=text("outcome IS NULL")),
    Index(None, "customer_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", ForeignKey("messages.id"), primary_key=True),
    customer_column(),
    Column("address_id", ForeignKey("addresses.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("parts_sent", Integer, nullable=False, server_default="0"),
    Column("natives", JSONB, nullable=False, server_default="[]"),
    Column("error", Text),
    moment("due_at"),
    moment(),
    Index(
        "ix_outbox_open",
        "customer_id",
        "address_id",
        "seq",
        postgresql_where=text("state IN ('pending', 'sending')"),
    ),
    Index("ix_outbox_due", "due_at", postgresql_where=text("state IN ('pending', 'sending')")),
    Index(None, "customer_id"),
    Index(None, "address_id"),
)

fetches = Table(
    "fetches",
    metadata,
    Column("message_id", ForeignKey("messages.id"), primary_key=True),
    customer_column(),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    Column("done", Boolean, nullable=False, server_default=text("false")),
    moment("due_at"),
    Index("ix_fetches_due", "due_at", postgresql_where=text("NOT done")),
    Index(None, "customer_id"),
)
