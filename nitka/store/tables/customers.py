"""Customers, where each is reached, and how staff have tagged them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from nitka.store.tables.columns import customer_column, home_column, id_column, metadata, moment
from nitka.store.tables.words import PERSON_WORDS

customers = Table(
    "customers",
    metadata,
    id_column(),
    Column("name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("language", Text),
    Column("language_fixed", Boolean, nullable=False, server_default=text("false")),
    Column("time_zone", Text),
    moment(),
    Index("ix_customers_email", func.lower(text("email"))),
    Index("ix_customers_words", text(PERSON_WORDS), postgresql_using="gin"),
)

addresses = Table(
    "addresses",
    metadata,
    id_column(),
    customer_column(),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    home_column(),
    Column("told_epoch", BigInteger, nullable=False, server_default="0"),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    moment(),
    moment("last_inbound_at"),
    UniqueConstraint("channel", "account", "native_id"),
    Index(None, "customer_id"),
    Index(None, "home_id"),
    Index(None, "native_id"),
)

customer_tags = Table(
    "customer_tags",
    metadata,
    Column(
        "customer_id",
        ForeignKey("customers.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Column("tag", Text, primary_key=True),
    Index(None, "tag"),
)
