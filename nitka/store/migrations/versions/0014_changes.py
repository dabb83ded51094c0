"""what became of lines after they were said: changes, who made them, and where the parts went"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("attachments", JSONB(), nullable=False, server_default="[]"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_revisions_message_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_revisions_message_id", "revisions", ["message_id"])
    op.add_column("messages", sa.Column("changed", sa.BigInteger()))
    op.create_index(
        "ix_messages_changed",
        "messages",
        ["customer_id", "changed"],
        postgresql_where=sa.text("changed IS NOT NULL"),
    )
    op.add_column("outbox", sa.Column("natives", JSONB(), nullable=False, server_default="[]"))
    op.add_column(
        "files",
        sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )


def downgrade() -> None:
    op.drop_column("files", "withdrawn")
    op.drop_column("outbox", "natives")
    op.drop_index("ix_messages_changed", table_name="messages")
    op.drop_column("messages", "changed")
    op.drop_table("revisions")
