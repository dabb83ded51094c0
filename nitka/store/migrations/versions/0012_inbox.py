"""what the desk's inbox and search are read by; tags and mentions go with what they hang on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_GOES_WITH = (
    ("customer_tags", "customer_id", "customers"),
    ("mentions", "message_id", "messages"),
)


def upgrade() -> None:
    op.add_column(
        "threads",
        sa.Column(
            "last_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    )
    op.execute(
        "UPDATE threads SET last_at = coalesce((SELECT max(created_at) FROM messages"
        " WHERE messages.customer_id = threads.customer_id), last_at)"
    )
    op.create_index("ix_threads_last_at", "threads", ["last_at"])
    op.create_index(
        "ix_threads_agent", "threads", ["agent"], postgresql_where=sa.text("agent IS NOT NULL")
    )
    op.create_index(
        "ix_messages_words",
        "messages",
        [sa.text("to_tsvector('simple', text)")],
        postgresql_using="gin",
    )
    op.create_index(
        "ix_customers_name",
        "customers",
        [sa.func.lower(sa.text("name")).label("lower_name")],
        postgresql_ops={"lower_name": "text_pattern_ops"},
    )
    op.create_table(
        "staff_reads",
        sa.Column("staff", sa.Text(), primary_key=True),
        sa.Column("customer_id", sa.Uuid(), primary_key=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_staff_reads_customer_id"),
            ondelete="CASCADE",
        ),
    )
    _hang(ondelete="CASCADE")


def _hang(*, ondelete: str | None) -> None:
    for table, column, other in _GOES_WITH:
        name = op.f(f"fk_{table}_{column}")
        op.drop_constraint(name, table)
        op.create_foreign_key(name, table, other, [column], ["id"], ondelete=ondelete)


def downgrade() -> None:
    _hang(ondelete=None)
    op.drop_table("staff_reads")
    op.drop_index("ix_customers_name", table_name="customers")
    op.drop_index("ix_messages_words", table_name="messages")
    op.drop_index("ix_threads_agent", table_name="threads")
    op.drop_column("threads", "last_at")
