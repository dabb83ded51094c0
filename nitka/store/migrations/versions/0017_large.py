"""search by words as people type them; what grows is read, and erased, by indexes"""

from __future__ import annotations

from functools import reduce

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0015"

_FROM = "ёąćęłńóśźż-@./+_:~‐‑–—№€£«»„”“’…•\u00a0\u202f"
_TO = "еacelnoszz" + " " * (len(_FROM) - 10)
_DIGITS = "translate(coalesce(phone, ''), ' +-()./', '')"
_PARTS = ["coalesce(name, '')", "coalesce(email, '')", _DIGITS]
_PARTS += [f"right({_DIGITS}, {last})" for last in range(10, 3, -1)]
_PERSON = reduce("(({} || ' ') || {})".format, _PARTS)[1:-1]
_SELDOM = ("answer_at", "answer_while_at")  # of threads: hardly ever there
_INDEXES = {
    "links": [["other_id"]],
    "addresses": [["native_id"]],
    "signatures": [["address_id"]],
    "link_codes": [["used_by"]],
    "threads": [["last_at", "customer_id"]],
    "messages": [["created_at"], ["address_id", "seq"], ["home_id"], ["reply_to"]],
    "inbox": [["customer_id"]],
    "outbox": [["customer_id"], ["address_id"]],
    "fetches": [["customer_id"]],
    "handoffs": [["opened_at"], ["home_id"]],
    "drafts": [["message_id"]],
    "audit": [["customer_id", "at"]],
    "staff_reads": [["customer_id"]],
    "mentions": [["staff"]],
}


def upgrade() -> None:
    _replace_words("messages", _words("text"))
    op.drop_index("ix_customers_name", table_name="customers")
    op.create_index(
        "ix_customers_words", "customers", [sa.text(_words(_PERSON))], postgresql_using="gin"
    )
    _agents("agent", "last_at")
    op.drop_index("ix_threads_last_at", table_name="threads")
    op.drop_index(op.f("ix_audit_customer_id"), table_name="audit")
    op.create_index(
        "ix_messages_internal",
        "messages",
        ["customer_id", "seq"],
        postgresql_where=sa.text("internal"),
    )
    for table, columns in _each():
        op.create_index(_name(table, columns), table, columns)
    for column in _SELDOM:
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(_name("threads", [column]), "threads", [column], postgresql_where=there)


def downgrade() -> None:
    for column in _SELDOM:
        op.drop_index(_name("threads", [column]), table_name="threads")
    for table, columns in _each():
        op.drop_index(_name(table, columns), table_name=table)
    op.drop_index("ix_messages_internal", table_name="messages")
    op.create_index(op.f("ix_audit_customer_id"), "audit", ["customer_id"])
    op.create_index("ix_threads_last_at", "threads", ["last_at"])
    _agents("agent")
    op.drop_index("ix_customers_words", table_name="customers")
    op.create_index(
        "ix_customers_name",
        "customers",
        [sa.func.lower(sa.text("name")).label("lower_name")],
        postgresql_ops={"lower_name": "text_pattern_ops"},
    )
    _replace_words("messages", "to_tsvector('simple', text)")


def _words(written: str) -> str:
    return f"to_tsvector('simple', translate(lower({written}), '{_FROM}', '{_TO}'))"


def _replace_words(table: str, words: str) -> None:
    op.drop_index(f"ix_{table}_words", table_name=table)
    op.create_index(f"ix_{table}_words", table, [sa.text(words)], postgresql_using="gin")


def _agents(*columns: str) -> None:
    op.drop_index("ix_threads_agent", table_name="threads")
    condition = sa.text("agent IS NOT NULL")
    op.create_index("ix_threads_agent", "threads", list(columns), postgresql_where=condition)


def _each() -> list[tuple[str, list[str]]]:
    return [(table, columns) for table, many in _INDEXES.items() for columns in many]


def _name(table: str, columns: list[str]) -> str:
    return op.f(f"ix_{table}_{'_'.join(columns)}")
