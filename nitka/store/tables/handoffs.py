"""Hand-offs, what follows them, and the bot's replies that came too late."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from nitka.store.tables.columns import customer_column, home_column, id_column, metadata, moment

handoffs = Table(
    "handoffs",
    metadata,
    id_column(),
    customer_column(),
    home_column(),
    Column("team", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    moment("opened_at"),
    Column("agent", Text),
    Column("taken_at", DateTime(timezone=True)),
    Column("waiting_since", DateTime(timezone=True), server_default=func.now()),
    Column("first_reply_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("outcome", Text),
    Column("next", Text),
    Column("offered_to", Text),
    Column("offered_at", DateTime(timezone=True)),
    Column("alarm", Text, nullable=False, server_default="none"),
    Column("corrected", JSONB, nullable=False, server_default="{}"),
    Column("reopened", JSONB),
    Column("asked_at", DateTime(timezone=True)),
    Column("score", Integer),
    Column("remark", Text),
    Column("rated_at", DateTime(timezone=True)),
    Index(None, "customer_id"),
    Index("ix_handoffs_open", "opened_at", postgresql_where=text("state <> 'closed'")),
    Index(None, "opened_at"),
    Index(None, "home_id"),
    Index(
        "ix_handoffs_waiting",
        "customer_id",
        "team",
        postgresql_where=text("state = 'waiting'"),
    ),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    id_column(),
    Column("handoff_id", ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("staff", Text, nullable=False),
    Column("words", Text),
    Column("tell", Text),
    Column("state", Text, nullable=False, server_default="planned"),
    UniqueConstraint("handoff_id", "kind"),
    Index("ix_follow_ups_due", "due_at", postgresql_where=text("state = 'planned'")),
)

drafts = Table(
    "drafts",
    metadata,
    id_column(),
    customer_column(),
    Column("message_id", ForeignKey("messages.id"), nullable=False),
    Column("text", Text, nullable=False),
    moment(),
    Index(None, "customer_id"),
    Index(None, "message_id"),
)
