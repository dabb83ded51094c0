"""`ports.Store`: everything or nothing, and a PostgreSQL that may die at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from nitka.domain.customer import Profile
from nitka.errors import Refused, Unavailable
from nitka.store.migrate import upgrade
from nitka.store.unit_of_work import SqlStore, open_store
from nitka.up.home import free_port
from nitka.up.postgres import EmbeddedPostgres
from nitka.up.process import Running, running
from tests.contract.store.conftest import Sql, person, say, web
from tests.support.until import until


async def test_an_error_rolls_everything_back(store: SqlStore, sql: Sql) -> None:
    """Nothing of the block stays, and the error comes out as it was."""

    async def break_off(error: Exception) -> None:
        async with store.begin() as uow:
            await say(uow, await person(uow), "x")
            raise error

    for error in (LookupError("x"), Refused("code", "No."), OSError("disk full"), TimeoutError()):
        with pytest.raises(type(error)) as raised:
            await break_off(error)
        assert raised.value is error
    for table in ("customers", "addresses", "threads", "messages", "inbox"):
        assert sql.one(f"SELECT count(*) FROM {table}") == 0


async def test_leaving_the_block_commits(store: SqlStore, sql: Sql) -> None:
    """Not before: others see nothing of an open transaction."""
    async with store.begin() as uow:
        await say(uow, await person(uow), "x")
        assert sql.one("SELECT count(*) FROM messages") == 0
    assert sql.one("SELECT count(*) FROM messages") == 1


async def test_a_cancelled_transaction_leaves_nothing_and_gives_its_connection_back(
    database_url: str, sql: Sql
) -> None:
    """A worker that is stopped while it waits for a lock blocks nobody."""
    store, other = open_store(database_url, connections=1), open_store(database_url)
    async with store.begin() as uow:
        ann = await person(uow)

    async def wait_for_the_thread() -> None:
        async with store.begin() as uow:
            await person(uow, "bob")
            await uow.threads.lock(ann.id)

    async with other.begin() as uow:
        await uow.threads.lock(ann.id)
        waiting = asyncio.create_task(wait_for_the_thread())
        await until(lambda: sql.one("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
    async with store.begin() as uow:
        assert await uow.customers.find(web("bob")) is None
    await store.close()
    await other.close()


async def test_a_pool_that_is_used_up_is_unavailable(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who finds no free connection in time is told to try again."""
    store = open_store(database_url, connections=1)
    monkeypatch.setattr(store._engine.sync_engine.pool, "_timeout", 0.05)
    async with store.begin():
        with pytest.raises(Unavailable):
            await _touch(store)
        assert not await store.ready()
    assert await store.ready()
    await store.close()


async def _touch(store: SqlStore) -> None:
    async with store.begin() as uow:
        await uow.customers.find(web("ann"))


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[tuple[SqlStore, Running]]:
    """A store over a PostgreSQL of the test's own."""
    log = tmp_path / "postgres.log"
    server = EmbeddedPostgres(
        folder=tmp_path / "postgres", port=free_port(), log=log, durable=False
    )
    with running(server.part(), log=log) as process:
        upgrade(server.url)
        store = open_store(server.url)
        yield store, process
        await store.close()


async def test_a_killed_postgresql_is_unavailable_and_then_works_again(
    mortal: tuple[SqlStore, Running],
) -> None:
    """Killed in mid-transaction: `Unavailable`, nothing stored; back: all that was committed."""
    store, process = mortal
    async with store.begin() as uow:
        ann = await person(uow)
        said = await say(uow, ann, "kept")

    async def killed_in_the_middle() -> None:
        async with store.begin() as uow:
            await say(uow, ann, "lost")
            process.kill()
            await say(uow, ann, "lost")

    with pytest.raises(Unavailable):
        await killed_in_the_middle()
    with pytest.raises(Unavailable):
        await _touch(store)
    assert not await store.ready()
    process.restart()
    assert await store.ready()
    async with store.begin() as uow:
        assert await uow.messages.after(ann.id, 0) == [said]
        _, _, new = await uow.customers.at(web("bob"), Profile())
    assert new


async def test_postgresql_killed_before_the_commit_is_unavailable(
    mortal: tuple[SqlStore, Running],
) -> None:
    """The commit itself may be what fails."""
    store, process = mortal

    async def killed_before_the_commit() -> None:
        async with store.begin() as uow:
            await person(uow)
            process.kill()

    with pytest.raises(Unavailable):
        await killed_before_the_commit()
    process.restart()
    async with store.begin() as uow:
        assert await uow.customers.find(web("ann")) is None


async def test_connections_that_were_cut_are_replaced_unseen(store: SqlStore, sql: Sql) -> None:
    """A restart between two transactions is nobody's error."""
    async with store.begin() as uow:
        await person(uow)
    sql.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid != pg_backend_pid()"
    )
    async with store.begin() as uow:
        assert await uow.customers.find(web("ann")) is not None


async def test_a_statement_that_takes_too_long_is_ended(database_url: str) -> None:
    """Every network call has a timeout."""
    store = open_store(database_url)
    async with store._engine.connect() as connection:
        for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
            value = (await connection.execute(text(f"SHOW {setting}"))).scalar_one()
            assert value not in {"0", "0ms"}
    await store.close()
