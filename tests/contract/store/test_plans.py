"""The queries that run all the time are answered from indexes, however long the tables grow."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from nitka.domain.thread import Team
from nitka.ports import UnitOfWork
from nitka.store.unit_of_work import SqlStore, open_store
from tests.conftest import Server
from tests.contract.store.conftest import AT_ONCE, Person, person, reply, say, web

_ROWS = 50_000
_FILL = (
    "SET session_replication_role = replica",  # foreign keys are not what is tested
    """INSERT INTO messages (customer_id, home_id, seq, address_id, channel, author, text,
                              buttons, state, native_id)
       SELECT %(customer)s, %(customer)s, n, %(address)s, 'web', 'bot', 'x',
              CASE WHEN n %% 50 = 0 THEN '[{"title": "a", "payload": "/a"}]' ELSE '[]' END::jsonb,
              'sent', 'native-' || n
       FROM generate_series(10, %(rows)s) n""",
    """INSERT INTO inbox (channel, account, native_id, customer_id, message_id, outcome)
       SELECT 'web', 'site', native_id, customer_id, id, 'answered' FROM messages
       WHERE native_id IS NOT NULL""",
    """INSERT INTO outbox (message_id, customer_id, address_id, seq, state)
       SELECT id, customer_id, address_id, seq, 'sent' FROM messages WHERE native_id IS NOT NULL""",
    """INSERT INTO fetches (message_id, customer_id, done)
       SELECT id, customer_id, true FROM messages WHERE native_id IS NOT NULL""",
    """INSERT INTO customers (name) SELECT 'x' FROM generate_series(1, %(rows)s)""",
    """INSERT INTO addresses (customer_id, home_id, channel, account, native_id)
       SELECT id, id, 'web', 'site', id::text FROM customers WHERE name = 'x'""",
    """INSERT INTO threads (customer_id) SELECT id FROM customers WHERE name = 'x'""",
    "VACUUM ANALYZE",
)
Query = Callable[[UnitOfWork, Person], Awaitable[object]]


@pytest.fixture(scope="module")
async def grown(postgres: Server, migrated_template: str) -> AsyncIterator[tuple[SqlStore, Person]]:
    """A store with 50,000 lines and customers, of whom one has a little to do."""
    base = postgres.url.rsplit("/", 1)[0]
    plain = base.replace("+psycopg", "", 1)
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE grown TEMPLATE {migrated_template}".encode())
    store = open_store(f"{base}/grown", connections=2)
    async with store.begin() as uow:
        busy, ann = await person(uow, "busy"), await person(uow, "ann")
        message = await say(uow, ann, "hello")
        await reply(uow, ann, "hi", to=message)
        await uow.fetches.put(message.id, ann.id)
        await uow.handoffs.open(ann.id, Team.SALES, "why", {})
    with psycopg.connect(f"{plain}/grown", autocommit=True) as connection:
        values = {"customer": busy.id, "address": busy.address.id, "rows": _ROWS}
        for statement in _FILL:
            connection.execute(statement.encode(), values if "%(" in statement else None)
    yield store, busy
    await store.close()
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as server:
        server.execute(b"DROP DATABASE grown WITH (FORCE)")


_HOT: dict[str, Query] = {
    "next inbound": lambda uow, who: uow.inbox.next(who.id),
    "known inbound": lambda uow, who: uow.inbox.known(who.address.address, "native-77"),
    "waiting customers": lambda uow, who: uow.inbox.waiting_customers(
        longer_than=AT_ONCE, limit=500
    ),
    "due outbox": lambda uow, who: uow.outbox.due(who.id),
    "due customers": lambda uow, who: uow.outbox.due_customers(limit=500),
    "due fetches": lambda uow, who: uow.fetches.due(who.id),
    "customers to fetch for": lambda uow, who: uow.fetches.due_customers(limit=500),
    "lines after": lambda uow, who: uow.messages.after(who.id, _ROWS - 100),
    "was offered": lambda uow, who: uow.messages.was_offered(who.id, "/nowhere"),
    "line by key": lambda uow, who: uow.messages.with_key("notice:1"),
    "line by native id": lambda uow, who: uow.messages.native(who.address.id, "native-77"),
    "read": lambda uow, who: uow.messages.read_up_to(who.address.id, 20),
    "customer of an address": lambda uow, who: uow.customers.find(web("busy")),
    "addresses": lambda uow, who: uow.customers.addresses(who.id),
    "by e-mail": lambda uow, who: uow.directory.with_email("ann@example.com"),
    "by address": lambda uow, who: uow.directory.with_address(who.address.address.channel, "busy"),
    "root": lambda uow, who: uow.threads.current(who.id),
    "tree": lambda uow, who: uow.links.tree(who.id),
    "last offer": lambda uow, who: uow.messages.last_offer(who.id, before=_ROWS),
    "guesses": lambda uow, who: uow.codes.guesses(who.address.id, since=datetime.now(UTC)),
    "sharing": lambda uow, who: uow.claims.sharing(frozenset({who.id})),
    "hand-offs": lambda uow, who: uow.handoffs.of(who.id),
}


@pytest.mark.parametrize("cached", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("name", list(_HOT))
async def test_a_hot_query_never_reads_a_whole_table(
    grown: tuple[SqlStore, Person], name: str, cached: str
) -> None:
    """Whether the server plans with our values or without: no sequential scan of a long table."""
    store, busy = grown
    statements: list[tuple[str, Any]] = []

    def listen(_c: object, _u: object, statement: str, values: Any, *_: object) -> None:
        statements.append((statement, values))

    event.listen(store._engine.sync_engine, "before_cursor_execute", listen)
    try:
        async with store.begin() as uow:
            await _HOT[name](uow, busy)
    finally:
        event.remove(store._engine.sync_engine, "before_cursor_execute", listen)
    assert statements
    for statement, values in statements:
        plan = await _plan(store, statement, values, cached)
        long_ones = ("messages", "inbox", "outbox", "fetches", "customers", "addresses", "threads")
        for table in long_ones:
            assert f"Seq Scan on {table}" not in plan, plan


async def _plan(store: SqlStore, statement: str, values: Any, cached: str) -> str:
    async with store._engine.connect() as connection:
        await connection.exec_driver_sql(f"SET LOCAL plan_cache_mode = {cached}")
        rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", values)
        return "\n".join(line for (line,) in rows)
