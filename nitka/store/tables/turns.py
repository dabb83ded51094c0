"""The bot's turns and the dialogue state after the last one."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from nitka.store.tables.columns import customer_column, metadata, moment

dialogue_states = Table(
    "dialogue_states",
    metadata,
    customer_column(primary_key=True),
    Column("turn", BigInteger, nullable=False),
    Column("state", JSONB, nullable=False),
    Column("slots", JSONB, nullable=False),
    Column("model", Text, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    customer_column(primary_key=True),
    Column("turn", BigInteger, primary_key=True),
    Column("message_id", ForeignKey("messages.id"), nullable=False, unique=True),
    Column("events", JSONB, nullable=False),
    Column("understanding", JSONB, nullable=False),
    Column("model", Text, nullable=False),
    moment(),
)
