"""Erasing a customer whose thread is longer than what is deleted at once."""

from __future__ import annotations

import pytest

from nitka.store import personal
from nitka.store.unit_of_work import SqlStore
from tests.contract.store.conftest import Sql, person, reply, say


async def test_a_long_thread_goes_piece_by_piece(
    store: SqlStore, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever replies to what: all of it is gone and counted, and others' lines stay."""
    monkeypatch.setattr(personal, "_LINES_AT_ONCE", 3)
    async with store.begin() as uow:
        ann, eve = await person(uow), await person(uow, "eve")
        first = await say(uow, ann, "the first")
        for number in range(10):
            said = await say(uow, ann, f"said {number}")
            await reply(uow, ann, f"to {number}", to=said)
            await uow.mentions.add(said.id, ["olga@nitka.test"])
            await uow.fetches.put(said.id, ann.id)
        last = await reply(uow, ann, "to the first", to=first)
        kept = await reply(uow, eve, "once they were one", to=last)
    sql.run("UPDATE messages SET reply_to = %s WHERE id = %s", last.id, first.id)
    async with store.begin() as uow:
        erased = await uow.personal.erase(ann.id, frozenset({ann.id}))
    assert erased.counts == {"messages": 22, "files": 0, "handoffs": 0, "addresses": 1}
    for table in ("inbox", "mentions", "fetches"):
        assert sql.one(f"SELECT count(*) FROM {table}") == 0, table
    assert sql.one("SELECT count(*) FROM customers") == 1
    async with store.begin() as uow:
        (line,) = await uow.messages.after(eve.id, 0)
    assert (line.id, line.reply_to) == (kept.id, None)


async def test_many_files_are_forgotten_at_once(store: SqlStore, sql: Sql) -> None:
    """As exports, as files, and in every receipt that names them."""
    sql.run("INSERT INTO erasures (counts, files) VALUES ('{}', '[\"a\", \"b\"]')")
    sql.run("INSERT INTO erasures (counts, files) VALUES ('{}', '[\"b\", \"c\"]')")
    async with store.begin() as uow:
        await uow.leftovers.forget_files(["a", "b", "nobody's"])
    assert sql.one("SELECT jsonb_agg(files ORDER BY files) FROM erasures") == [[], ["c"]]
