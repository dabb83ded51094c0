"""Staff: accounts, ways in, and what each has at the desk."""

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
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from nitka.store.tables.columns import id_column, metadata, moment

staff = Table(
    "staff",
    metadata,
    id_column(),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("teams", JSONB, nullable=False),
    Column("languages", JSONB, nullable=False),
    Column("password", Text),
    Column("totp", LargeBinary),
    Column("totp_used", BigInteger, nullable=False, server_default="0"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("available", Boolean, nullable=False, server_default=text("true")),
    Column("seen_at", DateTime(timezone=True)),
    Column("capacity", Integer, nullable=False, server_default="5"),
    moment(),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    id_column(),
    Column("account_id", ForeignKey("staff.id"), nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    moment(),
    moment("seen_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("browser", Text, nullable=False),
    Index(None, "account_id"),
)

staff_links = Table(
    "staff_links",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account_id", ForeignKey("staff.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

staff_recovery_codes = Table(
    "staff_recovery_codes",
    metadata,
    Column("account_id", ForeignKey("staff.id"), primary_key=True),
    Column("digest", Text, primary_key=True),
)

staff_failures = Table(
    "staff_failures",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("what", Text, nullable=False),
    moment("at"),
    Index(None, "what", "at"),
)

staff_reads = Table(
    "staff_reads",
    metadata,
    Column("staff", Text, primary_key=True),
    Column(
        "customer_id",
        ForeignKey("customers.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Column("seq", BigInteger, nullable=False),
    Index(None, "customer_id"),
)

mentions = Table(
    "mentions",
    metadata,
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("staff", Text, primary_key=True),
    Column("read", Boolean, nullable=False, server_default=text("false")),
    Index("ix_mentions_unread", "staff", postgresql_where=text("NOT read")),
    Index(None, "staff"),
)

canned_replies = Table(
    "canned_replies",
    metadata,
    id_column(),
    Column("shortcut", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("shortcut", "language"),
)
