"""exports that run out, and receipts of what was erased"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    now = sa.text("now()")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "exports",
        sa.Column("file_id", sa.Text(), primary_key=True),
        sa.Column("expires_at", moment, server_default=now, nullable=False),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("at", moment, server_default=now, nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("files", JSONB(), nullable=False),
        sa.Column("told_id", sa.Uuid()),
        sa.Column("told_until", moment),
    )
    op.create_index(
        "ix_erasures_open",
        "erasures",
        ["at"],
        postgresql_where=sa.text("files <> '[]'::jsonb OR told_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("erasures")
    op.drop_table("exports")
