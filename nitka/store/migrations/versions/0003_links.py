"""joined customers: links, claims and codes; homes by which a join is undone"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

_HOMES = ("addresses", "messages", "handoffs")


def upgrade() -> None:
    for table in _HOMES:
        op.add_column(table, sa.Column("home_id", sa.Uuid(), sa.ForeignKey("customers.id")))
        op.execute(f"UPDATE {table} SET home_id = customer_id")  # noqa: S608  # our own names
        op.alter_column(table, "home_id", nullable=False)
    op.create_index("ix_addresses_home_id", "addresses", ["home_id"])
    op.drop_column("addresses", "evidence")
    op.add_column("addresses", _number("told_epoch"))
    op.add_column("threads", _number("epoch"))
    op.add_column("threads", sa.Column("joined_into", sa.Uuid(), sa.ForeignKey("customers.id")))
    op.create_index("ix_threads_joined_into", "threads", ["joined_into"])
    for name in ("answer_at", "answer_while_at"):
        op.add_column("threads", sa.Column(name, sa.Uuid(), sa.ForeignKey("addresses.id")))
    op.drop_constraint("uq_messages_customer_id_seq", "messages")
    op.create_unique_constraint(
        "uq_messages_customer_id_seq",
        "messages",
        ["customer_id", "seq"],
        deferrable=True,
        initially="IMMEDIATE",
    )
    waiting = sa.text("state = 'waiting'")
    op.drop_index("uq_handoffs_waiting", table_name="handoffs")
    op.create_index(
        "ix_handoffs_waiting", "handoffs", ["customer_id", "team"], postgresql_where=waiting
    )
    _create_links()
    _create_claims()
    _create_codes()


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _at(name: str) -> sa.Column[object]:
    now = sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)


def _uuid(name: str, target: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(target), nullable=nullable)


def _create_links() -> None:
    new_id = sa.text("gen_random_uuid()")
    op.create_table(
        "links",
        sa.Column("id", sa.Uuid(), server_default=new_id, primary_key=True),
        _uuid("customer_id", "customers.id"),
        _uuid("other_id", "customers.id"),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("gain", JSONB(), nullable=False),
        _at("joined_at"),
        sa.Column("split_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_links_customer_id", "links", ["customer_id"])
    active = sa.text("split_at IS NULL")
    op.create_index(
        "uq_links_other_id", "links", ["other_id"], unique=True, postgresql_where=active
    )


def _create_claims() -> None:
    op.create_table(
        "claims",
        sa.Column("home_id", sa.Uuid(), sa.ForeignKey("customers.id"), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), primary_key=True),
        sa.Column("source", sa.Text(), primary_key=True),
        _at("seen_at"),
    )
    op.create_index("ix_claims_kind_value", "claims", ["kind", "value"])
    op.create_table(
        "signatures",
        sa.Column("digest", sa.Text(), primary_key=True),
        _uuid("address_id", "addresses.id"),
        _at("expires_at"),
    )


def _create_codes() -> None:
    op.create_table(
        "link_codes",
        sa.Column("digest", sa.Text(), primary_key=True),
        _uuid("address_id", "addresses.id"),
        sa.Column("place", sa.Text()),
        _at("expires_at"),
        _uuid("used_by", "messages.id", nullable=True),
    )
    op.create_index("ix_link_codes_address_id", "link_codes", ["address_id"])
    op.create_table(
        "guesses",
        sa.Column("message_id", sa.Uuid(), sa.ForeignKey("messages.id"), primary_key=True),
        _uuid("address_id", "addresses.id"),
        _at("guessed_at"),
    )
    op.create_index("ix_guesses_address_id_guessed_at", "guesses", ["address_id", "guessed_at"])
    op.create_index("ix_guesses_guessed_at", "guesses", ["guessed_at"])


def downgrade() -> None:
    for table in ("guesses", "link_codes", "signatures", "claims", "links"):
        op.drop_table(table)
    op.drop_index("ix_handoffs_waiting", table_name="handoffs")
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "uq_handoffs_waiting",
        "handoffs",
        ["customer_id", "team"],
        unique=True,
        postgresql_where=waiting,
    )
    op.drop_constraint("uq_messages_customer_id_seq", "messages")
    op.create_unique_constraint("uq_messages_customer_id_seq", "messages", ["customer_id", "seq"])
    for name in ("answer_at", "answer_while_at", "joined_into", "epoch"):
        op.drop_column("threads", name)
    op.drop_column("addresses", "told_epoch")
    op.add_column("addresses", sa.Column("evidence", sa.Text(), server_default="own"))
    op.alter_column("addresses", "evidence", nullable=False, server_default=None)
    for table in _HOMES:
        op.drop_column(table, "home_id")
