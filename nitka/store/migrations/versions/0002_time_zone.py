"""the customer's time zone"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("customers", sa.Column("time_zone", sa.Text()))


def downgrade() -> None:
    op.drop_column("customers", "time_zone")
