"""`ports.Outbox`: in order for each address, the first one first, doubts told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nitka.domain.message import Message
from nitka.ports import Due
from nitka.store.unit_of_work import SqlStore
from tests.contract.store.conftest import Person, Sql, person, reply


def _texts(due: object) -> list[str]:
    assert isinstance(due, list)
    return [item.message.text for item in due]


async def _due(store: SqlStore, who: Person) -> list[Due]:
    async with store.begin() as uow:
        return list(await uow.outbox.due(who.id))


async def _two_addresses(store: SqlStore, sql: Sql) -> tuple[Person, Person]:
    """One customer, as seen from two addresses of his."""
    async with store.begin() as uow:
        ann, phone = await person(uow, "ann"), await person(uow, "phone")
    sql.run("UPDATE addresses SET customer_id = %s, home_id = %s", ann.id, ann.id)
    return ann, Person(ann.customer, replace(phone.address, home_id=ann.id))


async def _fail(
    store: SqlStore, message: Message, retry_at: datetime | None, *, doubtful: bool = False
) -> None:
    async with store.begin() as uow:
        await uow.outbox.sending(message.id)
        await uow.outbox.failed(message.id, error="down", retry_at=retry_at, doubtful=doubtful)


async def test_each_address_gets_its_first_unsent_message(store: SqlStore, sql: Sql) -> None:
    """What comes later to an address waits until what was before is sent or dead."""
    ann, phone = await _two_addresses(store, sql)
    async with store.begin() as uow:
        first = await reply(uow, ann, "a1")
        await reply(uow, phone, "p1")
        await reply(uow, ann, "a2")
    due = await _due(store, ann)
    assert _texts(due) == ["a1", "p1"]
    assert [(d.address, d.attempts, d.doubtful) for d in due] == [
        (ann.address, 0, False),
        (phone.address, 0, False),
    ]
    async with store.begin() as uow:
        await uow.outbox.sending(first.id)
        await uow.outbox.sent(first.id)
    assert _texts(await _due(store, ann)) == ["p1", "a2"]


async def test_a_message_that_waits_holds_back_those_behind_it(store: SqlStore, sql: Sql) -> None:
    """Order is kept over failures, on its own address only; a dead letter lets go."""
    ann, phone = await _two_addresses(store, sql)
    async with store.begin() as uow:
        first = await reply(uow, ann, "a1")
        await reply(uow, ann, "a2")
        await reply(uow, phone, "p1")
    await _fail(store, first, datetime.now(UTC) + timedelta(hours=1))
    assert _texts(await _due(store, ann)) == ["p1"]
    await _fail(store, first, datetime.now(UTC) - timedelta(seconds=1))
    due = await _due(store, ann)
    assert (_texts(due), due[0].attempts, due[0].doubtful) == (["a1", "p1"], 2, False)
    await _fail(store, first, None)
    assert _texts(await _due(store, ann)) == ["a2", "p1"]
    assert sql.one("SELECT state || ':' || error FROM outbox WHERE seq = 1") == "dead:down"


async def test_a_try_that_broke_off_is_doubtful(store: SqlStore) -> None:
    """A crash between the try and its end is seen by whoever tries next."""
    async with store.begin() as uow:
        ann = await person(uow)
        message = await reply(uow, ann, "x")
        await uow.outbox.sending(message.id)
    (due,) = await _due(store, ann)
    assert (due.message.id, due.attempts, due.doubtful) == (message.id, 1, True)
    async with store.begin() as uow:
        await uow.outbox.sent(message.id)
    assert await _due(store, ann) == []


async def test_a_failure_says_whether_it_leaves_doubts(store: SqlStore) -> None:
    """No answer may mean that it arrived; a refusal leaves no doubt."""
    async with store.begin() as uow:
        ann = await person(uow)
        message = await reply(uow, ann, "x")
    for doubtful in (True, False, True):
        await _fail(store, message, datetime.now(UTC), doubtful=doubtful)
        (due,) = await _due(store, ann)
        assert due.doubtful is doubtful
    await _fail(store, message, None, doubtful=True)
    assert await _due(store, ann) == []


async def test_parts_that_arrived_are_remembered(store: SqlStore) -> None:
    """Over failures, so that none goes out twice."""
    async with store.begin() as uow:
        ann = await person(uow)
        message = await reply(uow, ann, "x")
    assert [due.parts_sent for due in await _due(store, ann)] == [0]
    async with store.begin() as uow:
        await uow.outbox.progress(message.id, 1, native_id="42:7")
        await uow.outbox.progress(message.id, 2)
    await _fail(store, message, datetime.now(UTC))
    assert [due.parts_sent for due in await _due(store, ann)] == [2]
    async with store.begin() as uow:
        way = await uow.outbox.way(message.id)
        await uow.outbox.sent(message.id, native_id="42:9")
        arrived = await uow.outbox.way(message.id)
    assert way is not None
    assert (way.waits, way.in_doubt, way.dead, way.natives) == (False, True, False, ["42:7", None])
    assert arrived is not None
    assert (arrived.in_doubt, arrived.natives) == (False, ["42:7", None, "42:9"])


async def test_a_message_that_waits_can_be_dropped(store: SqlStore) -> None:
    """It is never due again."""
    async with store.begin() as uow:
        ann = await person(uow)
        message = await reply(uow, ann, "x")
        way = await uow.outbox.way(message.id)
        await uow.outbox.drop(message.id)
    assert way is not None
    assert (way.waits, way.address) == (True, ann.address)
    assert await _due(store, ann) == []


async def test_customers_with_something_due_are_found_the_oldest_first(
    store: SqlStore, sql: Sql
) -> None:
    """Each once, at most so many; nobody whose messages are all sent, dead or not due yet."""
    async with store.begin() as uow:
        people = [await person(uow, f"v{number}") for number in range(4)]
        lines = [await reply(uow, who, "x") for who in people]
        await reply(uow, people[0], "y")
        await uow.outbox.sent(lines[2].id)
    await _fail(store, lines[3], None)
    sql.run("UPDATE outbox SET due_at = now() - interval '1 h' WHERE message_id = %s", lines[1].id)
    async with store.begin() as uow:
        assert await uow.outbox.due_customers(limit=9) == [people[1].id, people[0].id]
        assert await uow.outbox.due_customers(limit=1) == [people[1].id]


async def test_a_customer_held_back_by_his_first_message_is_not_due(store: SqlStore) -> None:
    """Else customers of a channel that is down would fill the limit, and nobody else be found."""
    async with store.begin() as uow:
        held, ann = await person(uow, "held"), await person(uow, "ann")
        first = await reply(uow, held, "h1")
        await reply(uow, held, "h2")
        await reply(uow, ann, "a1")
    await _fail(store, first, datetime.now(UTC) + timedelta(hours=1))
    async with store.begin() as uow:
        assert await uow.outbox.due_customers(limit=1) == [ann.id]
        assert await uow.outbox.due_customers(limit=9) == [ann.id]
