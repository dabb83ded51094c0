"""kept answers are found by their customer"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_index("ix_answers_customer", "answers", [sa.text("(body ->> 'customer')")])


def downgrade() -> None:
    op.drop_index("ix_answers_customer", table_name="answers")
