"""Alembic's environment: one connection, one transaction, one migrator at a time."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text

from nitka.store.tables import metadata

_LOCK = 0x4E49544B41  # "NITKA": the advisory lock that lets one process migrate at a time

engine = create_engine(context.config.attributes["url"], connect_args={"connect_timeout": 10})
with engine.begin() as connection:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_schemas=False,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
