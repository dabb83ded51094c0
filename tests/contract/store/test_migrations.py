"""Migrations: to the present schema from anywhere, by any number of processes, and back."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest
from alembic import command

from nitka.errors import ConfigError
from nitka.store.migrate import config, upgrade
from nitka.store.tables import metadata
from nitka.store.unit_of_work import open_store
from nitka.up.home import free_port
from tests.contract.store.conftest import person, say


def _tables(url: str) -> set[str]:
    with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {str(name) for (name,) in rows}


def test_an_empty_database_gets_every_table(empty_database_url: str) -> None:
    """And a second upgrade changes nothing."""
    upgrade(empty_database_url)
    assert _tables(empty_database_url) == {*metadata.tables, "alembic_version"}
    upgrade(empty_database_url)


def test_the_migrations_make_what_the_tables_say(database_url: str) -> None:
    """`alembic check` finds no difference."""
    command.check(config(database_url))


def test_the_indexes_are_those_of_the_tables(database_url: str) -> None:
    """Also where Alembic does not compare: the conditions of partial indexes."""
    with psycopg.connect(database_url.replace("+psycopg", "", 1)) as connection:
        rows = connection.execute("SELECT indexname, indexdef FROM pg_indexes")
        there = {str(name): " WHERE " in definition for name, definition in rows}
    for table in metadata.tables.values():
        for index in table.indexes:
            condition = index.dialect_options["postgresql"]["where"]
            assert there[str(index.name)] is (condition is not None), index.name


def test_there_is_a_way_back(database_url: str) -> None:
    """Downgrade to the beginning, and up again."""
    command.downgrade(config(database_url), "base")
    assert _tables(database_url) == {"alembic_version"}
    upgrade(database_url)
    command.check(config(database_url))


async def test_an_upgrade_leaves_what_is_there(database_url: str) -> None:
    """Customers' words survive an upgrade."""
    store = open_store(database_url)
    async with store.begin() as uow:
        ann = await person(uow)
        message = await say(uow, ann, "hello")
    await store.close()
    upgrade(database_url)
    store = open_store(database_url)
    async with store.begin() as uow:
        assert await uow.messages.get(message.id) == message
    await store.close()


def test_processes_that_upgrade_at_once_wait_for_each_other(empty_database_url: str) -> None:
    """Both end well, and the schema is whole."""
    code = "import sys; from nitka.store.migrate import upgrade; upgrade(sys.argv[1])"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, empty_database_url],
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=50)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    command.check(config(empty_database_url))


def test_a_database_that_is_not_there_is_named() -> None:
    """The sentence names the setting."""
    url = f"postgresql+psycopg://nitka:secret@127.0.0.1:{free_port()}/nitka"
    with pytest.raises(ConfigError, match="NITKA_DATABASE_URL") as raised:
        upgrade(url)
    assert "secret" not in str(raised.value)


def test_a_database_of_a_newer_nitka_is_left_alone(database_url: str) -> None:
    """A revision that this version does not know stops the start with a sentence."""
    with psycopg.connect(database_url.replace("+psycopg", "", 1)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match=r"NITKA_DATABASE_URL.*9999"):
        upgrade(database_url)


def test_what_is_erased_is_found_by_indexes(database_url: str) -> None:
    """Whoever erases a customer, the server looks for what still points at each of his rows: no
    foreign key into them is without a whole index that begins with its column."""
    with psycopg.connect(database_url.replace("+psycopg", "", 1)) as connection:
        rows = connection.execute(
            """
            SELECT conrelid::regclass::text || '.' || attname
            FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
            WHERE contype = 'f'
              AND confrelid IN ('customers'::regclass, 'addresses'::regclass, 'messages'::regclass)
              AND NOT EXISTS (
                SELECT FROM pg_index
                WHERE indrelid = conrelid AND indkey[0] = conkey[1]
                  AND coalesce(pg_get_expr(indpred, indrelid), '')
                      IN ('', format('(%I IS NOT NULL)', attname))
              )
            ORDER BY 1
            """
        ).fetchall()
    assert [name for (name,) in rows] == []
