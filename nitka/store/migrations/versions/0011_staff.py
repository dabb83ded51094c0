"""accounts of staff; canned replies, tags and mentions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"

_MOMENT = sa.DateTime(timezone=True)


def _id() -> sa.Column[object]:
    made = sa.text("gen_random_uuid()")
    return sa.Column("id", sa.Uuid(), server_default=made, primary_key=True)


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, _MOMENT, server_default=sa.text("now()"), nullable=False)


def _flag(name: str, *, default: bool) -> sa.Column[object]:
    value = sa.text("true" if default else "false")
    return sa.Column(name, sa.Boolean(), server_default=value, nullable=False)


def _text(name: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable, primary_key=primary_key)


def _points_at(table: str, column: str, *, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _accounts()
    op.create_table(
        "canned_replies",
        _id(),
        _text("shortcut"),
        _text("language"),
        _text("text"),
        sa.UniqueConstraint(
            "shortcut", "language", name=op.f("uq_canned_replies_shortcut_language")
        ),
    )
    op.create_table(
        "customer_tags",
        sa.Column("customer_id", sa.Uuid(), primary_key=True),
        _text("tag", primary_key=True),
        _points_at("customer_tags", "customer_id", of="customers"),
    )
    op.create_index(op.f("ix_customer_tags_tag"), "customer_tags", ["tag"])
    op.create_table(
        "mentions",
        sa.Column("message_id", sa.Uuid(), primary_key=True),
        _text("staff", primary_key=True),
        _flag("read", default=False),
        _points_at("mentions", "message_id", of="messages"),
    )
    op.create_index(
        "ix_mentions_unread", "mentions", ["staff"], postgresql_where=sa.text("NOT read")
    )
    op.add_column("tokens", sa.Column("account_id", sa.Uuid()))
    op.create_foreign_key(op.f("fk_tokens_account_id"), "tokens", "staff", ["account_id"], ["id"])


def _accounts() -> None:
    op.create_table(
        "staff",
        _id(),
        _text("email"),
        _text("name"),
        _text("role"),
        sa.Column("teams", JSONB(), nullable=False),
        sa.Column("languages", JSONB(), nullable=False),
        _text("password", nullable=True),
        sa.Column("totp", sa.LargeBinary()),
        sa.Column("totp_used", sa.BigInteger(), server_default="0", nullable=False),
        _flag("active", default=True),
        _flag("available", default=True),
        sa.Column("seen_at", _MOMENT),
        sa.Column("capacity", sa.Integer(), server_default="5", nullable=False),
        _at("created_at"),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "staff_sessions",
        _id(),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        _text("digest"),
        _at("created_at"),
        _at("seen_at"),
        sa.Column("expires_at", _MOMENT, nullable=False),
        _text("browser"),
        _points_at("staff_sessions", "account_id", of="staff"),
        sa.UniqueConstraint("digest", name=op.f("uq_staff_sessions_digest")),
    )
    op.create_index(op.f("ix_staff_sessions_account_id"), "staff_sessions", ["account_id"])
    op.create_table(
        "staff_links",
        _text("digest", primary_key=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        _text("purpose"),
        sa.Column("expires_at", _MOMENT, nullable=False),
        _points_at("staff_links", "account_id", of="staff"),
    )
    op.create_table(
        "staff_failures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        _text("what"),
        _at("at"),
    )
    op.create_index(op.f("ix_staff_failures_what_at"), "staff_failures", ["what", "at"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_tokens_account_id"), "tokens")
    op.drop_column("tokens", "account_id")
    for table in ("mentions", "customer_tags", "canned_replies", "staff_failures"):
        op.drop_table(table)
    for table in ("staff_links", "staff_sessions", "staff"):
        op.drop_table(table)
