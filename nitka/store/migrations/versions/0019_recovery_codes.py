"""recovery codes: how staff get in without the app that shows their one-time passwords"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    whose = sa.ForeignKey("staff.id", name=op.f("fk_staff_recovery_codes_account_id"))
    op.create_table(
        "staff_recovery_codes",
        sa.Column("account_id", sa.Uuid(), whose, primary_key=True),
        sa.Column("digest", sa.Text(), primary_key=True),
    )


def downgrade() -> None:
    op.drop_table("staff_recovery_codes")
