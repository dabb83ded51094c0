"""`ports.Fetches`: lines whose attachments are still on their platform."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nitka.store.unit_of_work import SqlStore
from tests.contract.store.conftest import Sql, person, say


async def test_what_is_to_be_downloaded_waits_until_it_is_done(store: SqlStore, sql: Sql) -> None:
    """Due at once, after a failure at its time, counted; done is done, with or without an error."""
    async with store.begin() as uow:
        ann, bob = await person(uow, "ann"), await person(uow, "bob")
        lines = [await say(uow, who, "x") for who in (ann, ann, bob)]
        for line in lines:
            await uow.fetches.put(line.id, line.customer_id)
    async with store.begin() as uow:
        due = await uow.fetches.due(ann.id)
        assert [(fetch.message, fetch.attempts) for fetch in due] == [(lines[0], 0), (lines[1], 0)]
        assert set(await uow.fetches.due_customers(limit=9)) == {ann.id, bob.id}
        assert len(await uow.fetches.due_customers(limit=1)) == 1
        later = datetime.now(UTC) + timedelta(hours=1)
        await uow.fetches.again(lines[0].id, error="down", at=later)
        await uow.fetches.done(lines[1].id)
        await uow.fetches.done(lines[2].id, error="gone")
        assert await uow.fetches.due(ann.id) == []
        assert await uow.fetches.due_customers(limit=9) == []
        await uow.fetches.again(lines[0].id, error="down", at=datetime.now(UTC))
    async with store.begin() as uow:
        assert [fetch.attempts for fetch in await uow.fetches.due(ann.id)] == [2]
    assert sql.one("SELECT error FROM fetches WHERE message_id = %s", lines[2].id) == "gone"


async def test_a_line_that_gains_an_attachment_is_fetched_once_more(store: SqlStore) -> None:
    """A part of an album may come when the first ones are downloaded already."""
    async with store.begin() as uow:
        ann = await person(uow)
        line = await say(uow, ann, "x")
        await uow.fetches.put(line.id, ann.id)
        await uow.fetches.again(line.id, error="down", at=datetime.now(UTC))
        await uow.fetches.done(line.id)
        await uow.fetches.put(line.id, ann.id)
    async with store.begin() as uow:
        assert [fetch.attempts for fetch in await uow.fetches.due(ann.id)] == [0]
