"""who is not the same person, by the word of staff; what a hand-back had the bot take up again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("handoffs", sa.Column("reopened", JSONB()))
    op.create_table(
        "dismissals",
        *(_customer(name) for name in ("home_id", "other_id")),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), primary_key=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_index(op.f("ix_dismissals_other_id"), "dismissals", ["other_id"])


def downgrade() -> None:
    op.drop_table("dismissals")
    op.drop_column("handoffs", "reopened")


def _customer(name: str) -> sa.Column[object]:
    known = sa.ForeignKey("customers.id", name=op.f(f"fk_dismissals_{name}"))
    return sa.Column(name, sa.Uuid(), known, primary_key=True)
