"""what a hand-back had the bot take up again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("handoffs", sa.Column("reopened", JSONB()))


def downgrade() -> None:
    op.drop_column("handoffs", "reopened")
