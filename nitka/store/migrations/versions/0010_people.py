"""people take hand-offs, write notes and hand back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0004"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("threads", sa.Column("agent", sa.Text()))
    op.add_column(
        "messages",
        sa.Column("internal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("messages", sa.Column("staff", sa.Text()))
    for column in ("agent", "outcome", "next", "offered_to"):
        op.add_column("handoffs", sa.Column(column, sa.Text()))
    for column in ("taken_at", "first_reply_at", "closed_at", "offered_at"):
        op.add_column("handoffs", sa.Column(column, _MOMENT))
    op.add_column("handoffs", sa.Column("waiting_since", _MOMENT, server_default=sa.text("now()")))
    op.add_column("handoffs", sa.Column("alarm", sa.Text(), server_default="none", nullable=False))
    op.execute("UPDATE handoffs SET waiting_since = opened_at")
    op.create_index(
        "ix_handoffs_open",
        "handoffs",
        ["opened_at"],
        postgresql_where=sa.text("state <> 'closed'"),
    )


def downgrade() -> None:
    op.drop_index("ix_handoffs_open", table_name="handoffs")
    for column in ("alarm", "waiting_since", "taken_at", "first_reply_at", "closed_at"):
        op.drop_column("handoffs", column)
    for column in ("offered_at", "agent", "outcome", "next", "offered_to"):
        op.drop_column("handoffs", column)
    op.drop_column("messages", "staff")
    op.drop_column("messages", "internal")
    op.drop_column("threads", "agent")
