"""What shows that addresses are one customer's: joins, claims, signatures, codes."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from nitka.store.tables.columns import id_column, metadata, moment

links = Table(
    "links",
    metadata,
    id_column(),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("other_id", ForeignKey("customers.id"), nullable=False),
    Column("proof", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    Column("before", JSONB, nullable=False),
    Column("gain", JSONB, nullable=False),
    moment("joined_at"),
    Column("split_at", DateTime(timezone=True)),
    Index(None, "customer_id"),
    Index(None, "other_id"),
    Index("uq_links_other_id", "other_id", unique=True, postgresql_where=text("split_at IS NULL")),
)

claims = Table(
    "claims",
    metadata,
    Column("home_id", ForeignKey("customers.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    moment("seen_at"),
    Index(None, "kind", "value"),
)

dismissals = Table(
    "dismissals",
    metadata,
    Column("home_id", ForeignKey("customers.id"), primary_key=True),
    Column("other_id", ForeignKey("customers.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    moment("at"),
    Index(None, "other_id"),
)

signatures = Table(
    "signatures",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("address_id", ForeignKey("addresses.id"), nullable=False),
    moment("expires_at"),
    Index(None, "address_id"),
)

link_codes = Table(
    "link_codes",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("address_id", ForeignKey("addresses.id"), nullable=False),
    Column("place", Text),
    moment("expires_at"),
    Column("used_by", ForeignKey("messages.id")),
    Index(None, "address_id"),
    Index(None, "used_by"),
)

guesses = Table(
    "guesses",
    metadata,
    Column("message_id", ForeignKey("messages.id"), primary_key=True),
    Column("address_id", ForeignKey("addresses.id"), nullable=False),
    moment("guessed_at"),
    Index(None, "address_id", "guessed_at"),
    Index(None, "guessed_at"),
)
