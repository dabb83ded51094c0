"""The tables. Columns only: their meaning is said in `nitka.domain`, changes are migrations."""

from __future__ import annotations

from functools import reduce

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_SIGNS = "-@./+_:~‐‑–—№€£«»„”“’…•\u00a0\u202f"  # the server's parser takes them into words
FOLDED = dict(zip("ёąćęłńóśźż", "еacelnoszz", strict=True))
"""Letters that are often typed as others."""
_FROM = "".join(FOLDED) + _SIGNS
_TO = "".join(FOLDED.values()) + " " * len(_SIGNS)


def words_of(written: str) -> str:
    """Give the SQL for the words of a text, as search compares them: in lower case, letters as
    they are typed without a Polish or full Russian keyboard, and signs are spaces (so `NT-10001`
    is two words). The indexes have this very expression."""
    return f"to_tsvector('simple', translate(lower({written}), '{_FROM}', '{_TO}'))"


_DIGITS = "translate(coalesce(phone, ''), ' +-()./', '')"
LINE_WORDS = words_of("text")
_PERSON = ["coalesce(name, '')", "coalesce(email, '')", _DIGITS]
_PERSON += [f"right({_DIGITS}, {last})" for last in range(10, 3, -1)]
PERSON_WORDS = words_of(reduce("(({} || ' ') || {})".format, _PERSON)[1:-1])
"""A phone number is found by its beginning and by any part of its last ten digits."""


def _id() -> Column[object]:
    return Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()"))


def _at(name: str = "created_at") -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _customer(*, primary_key: bool = False) -> Column[object]:
    return Column(
        "customer_id", ForeignKey("customers.id"), primary_key=primary_key, nullable=False
    )


def _home() -> Column[object]:
    """The customer that it began with: joins never change it, and splits go by it."""
    return Column("home_id", ForeignKey("customers.id"), nullable=False)


customers = Table(
    "customers",
    metadata,
    _id(),
    Column("name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("language", Text),
    Column("language_fixed", Boolean, nullable=False, server_default=text("false")),
    Column("time_zone", Text),
    _at(),
    Index("ix_customers_email", func.lower(text("email"))),
    Index("ix_customers_words", text(PERSON_WORDS), postgresql_using="gin"),
)

addresses = Table(
    "addresses",
    metadata,
    _id(),
    _customer(),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    _home(),
    Column("told_epoch", BigInteger, nullable=False, server_default="0"),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    _at(),
    _at("last_inbound_at"),
    UniqueConstraint("channel", "account", "native_id"),
    Index(None, "customer_id"),
    Index(None, "home_id"),
    Index(None, "native_id"),
)

links = Table(
    "links",
    metadata,
    _id(),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("other_id", ForeignKey("customers.id"), nullable=False),
    Column("proof", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    Column("before", JSONB, nullable=False),
    Column("gain", JSONB, nullable=False),
    _at("joined_at"),
    Column("split_at", DateTime(timezone=True)),
    Index(None, "customer_id"),
    Index(None, "other_id"),
    Index("uq_links_other_id", "other_id", unique=True, postgresql_where=text("split_at IS NULL")),
)

claims = Table(
    "claims",
    metadata,
    Column("home_id", ForeignKey("customers.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    _at("seen_at"),
    Index(None, "kind", "value"),
)

dismissals = Table(
    "dismissals",
    metadata,
    Column("home_id", ForeignKey("customers.id"), primary_key=True),
    Column("other_id", ForeignKey("customers.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("reason", Text),
    _at("at"),
    Index(None, "other_id"),
)

signatures = Table(
    "signatures",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("address_id", ForeignKey("addresses.id"), nullable=False),
    _at("expires_at"),
    Index(None, "address_id"),
)

link_codes = Table(
    "link_codes",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("address_id", ForeignKey("addresses.id"), nullable=False),
    Column("place", Text),
    _at("expires_at"),
    Column("used_by", ForeignKey("messages.id")),
    Index(None, "address_id"),
    Index(None, "used_by"),
)

guesses = Table(
    "guesses",
    metadata,
    Column("message_id", ForeignKey("messages.id"), primary_key=True),
    Column("address_id", ForeignKey("addresses.id"), nullable=False),
    _at("guessed_at"),
    Index(None, "address_id", "guessed_at"),
    Index(None, "guessed_at"),
)

threads = Table(
    "threads",
    metadata,
    _customer(primary_key=True),
    Column("owner", Text, nullable=False, server_default="bot"),
    Column("team", Text),
    Column("agent", Text),
    Column("seq", BigInteger, nullable=False, server_default="0"),
    Column("turn", BigInteger, nullable=False, server_default="0"),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    _at("last_at"),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("joined_into", ForeignKey("customers.id")),
    Column("answer_at", ForeignKey("addresses.id")),
    Column("answer_while_at", ForeignKey("addresses.id")),
    Index(None, "joined_into"),
    Index("ix_threads_answer_at", "answer_at", postgresql_where=text("answer_at IS NOT NULL")),
    Index(
        "ix_threads_answer_while_at",
        "answer_while_at",
        postgresql_where=text("answer_while_at IS NOT NULL"),
    ),
    Index(None, "last_at", "customer_id"),
    Index("ix_threads_agent", "agent", "last_at", postgresql_where=text("agent IS NOT NULL")),
)

dialogue_states = Table(
    "dialogue_states",
    metadata,
    _customer(primary_key=True),
    Column("turn", BigInteger, nullable=False),
    Column("state", JSONB, nullable=False),
    Column("slots", JSONB, nullable=False),
    Column("model", Text, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    _customer(),
    _home(),
    Column("seq", BigInteger, nullable=False),
    Column("address_id", ForeignKey("addresses.id")),
    Column("channel", Text),
    Column("author", Text, nullable=False),
    Column("author_name", Text),
    Column("text", Text, nullable=False),
    Column("payload", Text),
    Column("buttons", JSONB, nullable=False, server_default="[]"),
    Column("attachments", JSONB, nullable=False, server_default="[]"),
    Column("native_id", Text),
    Column("state", Text, nullable=False),
    Column("reply_to", ForeignKey("messages.id")),
    Column("place", Text),
    Column("deleted", Boolean, nullable=False, server_default=text("false")),
    Column("key", Text, unique=True),
    Column("internal", Boolean, nullable=False, server_default=text("false")),
    Column("staff", Text),
    Column("changed", BigInteger),
    _at(),
    UniqueConstraint("customer_id", "seq", deferrable=True, initially="IMMEDIATE"),
    Index(
        "ix_messages_offered",
        "customer_id",
        postgresql_where=text("buttons <> '[]'::jsonb"),
    ),
    Index(
        "ix_messages_native",
        "address_id",
        "native_id",
        postgresql_where=text("native_id IS NOT NULL"),
    ),
    Index(
        "ix_messages_changed",
        "customer_id",
        "changed",
        postgresql_where=text("changed IS NOT NULL"),
    ),
    Index("ix_messages_words", text(LINE_WORDS), postgresql_using="gin"),
    Index("ix_messages_internal", "customer_id", "seq", postgresql_where=text("internal")),
    Index(None, "created_at"),
    Index(None, "address_id", "seq"),
    Index(None, "home_id"),
    Index(None, "reply_to"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    Column("actor", Text, nullable=False),
    Column("text", Text),
    Column("attachments", JSONB, nullable=False, server_default="[]"),
    _at("at"),
    Index(None, "message_id"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    Column("customer_id", ForeignKey("customers.id")),
    Column("message_id", ForeignKey("messages.id"), unique=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _at("due_at"),
    Column("outcome", Text),
    Column("reason", Text),
    _at("received_at"),
    Column("finished_at", DateTime(timezone=True)),
    UniqueConstraint("channel", "account", "native_id"),
    Index("ix_inbox_waiting", "customer_id", "id", postgresql_where=text("outcome IS NULL")),
    Index(None, "customer_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", ForeignKey("messages.id"), primary_key=True),
    _customer(),
    Column("address_id", ForeignKey("addresses.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("parts_sent", Integer, nullable=False, server_default="0"),
    Column("natives", JSONB, nullable=False, server_default="[]"),
    Column("error", Text),
    _at("due_at"),
    _at(),
    Index(
        "ix_outbox_open",
        "customer_id",
        "address_id",
        "seq",
        postgresql_where=text("state IN ('pending', 'sending')"),
    ),
    Index("ix_outbox_due", "due_at", postgresql_where=text("state IN ('pending', 'sending')")),
    Index(None, "customer_id"),
    Index(None, "address_id"),
)

fetches = Table(
    "fetches",
    metadata,
    Column("message_id", ForeignKey("messages.id"), primary_key=True),
    _customer(),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    Column("done", Boolean, nullable=False, server_default=text("false")),
    _at("due_at"),
    Index("ix_fetches_due", "due_at", postgresql_where=text("NOT done")),
    Index(None, "customer_id"),
)

turns = Table(
    "turns",
    metadata,
    _customer(primary_key=True),
    Column("turn", BigInteger, primary_key=True),
    Column("message_id", ForeignKey("messages.id"), nullable=False, unique=True),
    Column("events", JSONB, nullable=False),
    Column("understanding", JSONB, nullable=False),
    Column("model", Text, nullable=False),
    _at(),
)

handoffs = Table(
    "handoffs",
    metadata,
    _id(),
    _customer(),
    _home(),
    Column("team", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    _at("opened_at"),
    Column("agent", Text),
    Column("taken_at", DateTime(timezone=True)),
    Column("waiting_since", DateTime(timezone=True), server_default=func.now()),
    Column("first_reply_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("outcome", Text),
    Column("next", Text),
    Column("offered_to", Text),
    Column("offered_at", DateTime(timezone=True)),
    Column("alarm", Text, nullable=False, server_default="none"),
    Column("corrected", JSONB, nullable=False, server_default="{}"),
    Column("reopened", JSONB),
    Column("asked_at", DateTime(timezone=True)),
    Column("score", Integer),
    Column("remark", Text),
    Column("rated_at", DateTime(timezone=True)),
    Index(None, "customer_id"),
    Index("ix_handoffs_open", "opened_at", postgresql_where=text("state <> 'closed'")),
    Index(None, "opened_at"),
    Index(None, "home_id"),
    Index(
        "ix_handoffs_waiting",
        "customer_id",
        "team",
        postgresql_where=text("state = 'waiting'"),
    ),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    _id(),
    Column("handoff_id", ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("staff", Text, nullable=False),
    Column("words", Text),
    Column("tell", Text),
    Column("state", Text, nullable=False, server_default="planned"),
    UniqueConstraint("handoff_id", "kind"),
    Index("ix_follow_ups_due", "due_at", postgresql_where=text("state = 'planned'")),
)

drafts = Table(
    "drafts",
    metadata,
    _id(),
    _customer(),
    Column("message_id", ForeignKey("messages.id"), nullable=False),
    Column("text", Text, nullable=False),
    _at(),
    Index(None, "customer_id"),
    Index(None, "message_id"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _at("at"),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("customer_id", Uuid),
    Column("facts", JSONB, nullable=False),
    Index(None, "customer_id", "at"),
)

tokens = Table(
    "tokens",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("scopes", JSONB, nullable=False),
    _at(),
    Column("revoked_at", DateTime(timezone=True)),
    Column("account_id", ForeignKey("staff.id")),
)

answers = Table(
    "answers",
    metadata,
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", JSONB, nullable=False),
    _at(),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    _at(),
)

files = Table(
    "files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("withdrawn", Boolean, nullable=False, server_default=text("false")),
    _at(),
    Index(None, "owner"),
)

exports = Table(
    "exports",
    metadata,
    Column("file_id", Text, primary_key=True),
    _at("expires_at"),
)

erasures = Table(
    "erasures",
    metadata,
    _id(),
    _at("at"),
    Column("counts", JSONB, nullable=False),
    Column("files", JSONB, nullable=False),
    Column("told_id", Uuid),
    Column("told_until", DateTime(timezone=True)),
    Index(
        "ix_erasures_open",
        "at",
        postgresql_where=text("files <> '[]'::jsonb OR told_id IS NOT NULL"),
    ),
)

staff = Table(
    "staff",
    metadata,
    _id(),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("teams", JSONB, nullable=False),
    Column("languages", JSONB, nullable=False),
    Column("password", Text),
    Column("totp", LargeBinary),
    Column("totp_used", BigInteger, nullable=False, server_default="0"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("available", Boolean, nullable=False, server_default=text("true")),
    Column("seen_at", DateTime(timezone=True)),
    Column("capacity", Integer, nullable=False, server_default="5"),
    _at(),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    _id(),
    Column("account_id", ForeignKey("staff.id"), nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    _at(),
    _at("seen_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("browser", Text, nullable=False),
    Index(None, "account_id"),
)

staff_links = Table(
    "staff_links",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account_id", ForeignKey("staff.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

staff_recovery_codes = Table(
    "staff_recovery_codes",
    metadata,
    Column("account_id", ForeignKey("staff.id"), primary_key=True),
    Column("digest", Text, primary_key=True),
)

staff_failures = Table(
    "staff_failures",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("what", Text, nullable=False),
    _at("at"),
    Index(None, "what", "at"),
)

canned_replies = Table(
    "canned_replies",
    metadata,
    _id(),
    Column("shortcut", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("shortcut", "language"),
)

customer_tags = Table(
    "customer_tags",
    metadata,
    Column(
        "customer_id",
        ForeignKey("customers.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Column("tag", Text, primary_key=True),
    Index(None, "tag"),
)

staff_reads = Table(
    "staff_reads",
    metadata,
    Column("staff", Text, primary_key=True),
    Column(
        "customer_id",
        ForeignKey("customers.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Column("seq", BigInteger, nullable=False),
    Index(None, "customer_id"),
)

mentions = Table(
    "mentions",
    metadata,
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("staff", Text, primary_key=True),
    Column("read", Boolean, nullable=False, server_default=text("false")),
    Index("ix_mentions_unread", "staff", postgresql_where=text("NOT read")),
    Index(None, "staff"),
)
