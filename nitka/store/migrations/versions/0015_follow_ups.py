"""what follows a hand-back later, how the customer found it, and what staff corrected"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"

_MOMENT = sa.DateTime(timezone=True)
_ADDED = ("corrected", "asked_at", "score", "remark", "rated_at")


def upgrade() -> None:
    op.add_column("handoffs", sa.Column("corrected", JSONB(), server_default="{}", nullable=False))
    op.add_column("handoffs", sa.Column("asked_at", _MOMENT))
    op.add_column("handoffs", sa.Column("score", sa.Integer()))
    op.add_column("handoffs", sa.Column("remark", sa.Text()))
    op.add_column("handoffs", sa.Column("rated_at", _MOMENT))
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), primary_key=True),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("words", sa.Text()),
        sa.Column("tell", sa.Text()),
        sa.Column("state", sa.Text(), server_default="planned", nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"],
            ["handoffs.id"],
            name=op.f("fk_follow_ups_handoff_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("handoff_id", "kind", name=op.f("uq_follow_ups_handoff_id_kind")),
    )
    op.create_index(
        "ix_follow_ups_due",
        "follow_ups",
        ["due_at"],
        postgresql_where=sa.text("state = 'planned'"),
    )


def downgrade() -> None:
    op.drop_table("follow_ups")
    for column in _ADDED:
        op.drop_column("handoffs", column)
