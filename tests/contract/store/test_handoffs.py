"""`ports.Handoffs`: one that waits for each team, and the bot's late words as drafts."""

from __future__ import annotations

import asyncio
from uuid import UUID

from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.thread import Team
from nitka.store.unit_of_work import SqlStore, open_store
from tests.contract.store.conftest import Sql, person, say


async def test_a_handoff_that_waits_takes_new_facts_on(store: SqlStore) -> None:
    """Asking the same team twice is one hand-off: its reason stays, its facts grow."""
    async with store.begin() as uow:
        ann, bob = await person(uow, "ann"), await person(uow, "bob")
        first = await uow.handoffs.open(ann.id, Team.SALES, "bulk_quote", {"cups": 1, "tea": "no"})
        again = await uow.handoffs.open(ann.id, Team.SALES, "other", {"cups": 300, "by": None})
        assert (again.id, again.reason, again.state) == (
            first.id,
            "bulk_quote",
            HandoffState.WAITING,
        )
        assert again.facts == {"cups": 300, "tea": "no", "by": None}
        assert again.opened_at == first.opened_at
        support = await uow.handoffs.open(ann.id, Team.SUPPORT, "damaged", {})
        of_bob = await uow.handoffs.open(bob.id, Team.SALES, "bulk_quote", {})
        assert len({first.id, support.id, of_bob.id}) == 3


async def test_a_handoff_that_was_taken_or_closed_is_left_alone(store: SqlStore, sql: Sql) -> None:
    """Only one that still waits is taken again."""
    async with store.begin() as uow:
        ann = await person(uow)
    ids = set()
    for state in ("active", "closed", "waiting"):
        async with store.begin() as uow:
            ids.add((await uow.handoffs.open(ann.id, Team.SALES, "why", {})).id)
        sql.run("UPDATE handoffs SET state = %s WHERE state = 'waiting'", state)
    assert len(ids) == 3


async def test_handoffs_are_opened_again_and_again_on_one_connection(database_url: str) -> None:
    """The server prepares what is repeated: it must find its unique index without our values."""
    store = open_store(database_url, connections=1)
    async with store.begin() as uow:
        ann = await person(uow)
    opened: list[Handoff] = []
    for number in range(20):
        async with store.begin() as uow:
            opened.append(await uow.handoffs.open(ann.id, Team.SALES, "why", {str(number): 1}))
    await store.close()
    assert len({handoff.id for handoff in opened}) == 1
    assert len(opened[-1].facts) == 20


async def test_handoffs_opened_at_once_are_one(store: SqlStore) -> None:
    """Eight at once: one hand-off with the facts of all."""
    async with store.begin() as uow:
        ann = await person(uow)

    async def open_one(number: int) -> UUID:
        async with store.begin() as uow:
            return (await uow.handoffs.open(ann.id, Team.SUPPORT, "why", {f"f{number}": 1})).id

    assert len(set(await asyncio.gather(*(open_one(number) for number in range(8))))) == 1
    async with store.begin() as uow:
        (handoff,) = await uow.handoffs.of(ann.id)
    assert len(handoff.facts) == 8


async def test_handoffs_are_found_the_newest_first(store: SqlStore, sql: Sql) -> None:
    """By customer, by team, by state, at most so many."""
    made = []
    for visitor, team in (("ann", Team.SALES), ("ann", Team.SUPPORT), ("bob", Team.SALES)):
        async with store.begin() as uow:
            who = await person(uow, visitor)
            made.append(await uow.handoffs.open(who.id, team, "why", {}))
    sql.run("UPDATE handoffs SET state = 'closed' WHERE id = %s", made[1].id)
    one, two, three = (handoff.id for handoff in made)
    async with store.begin() as uow:

        async def found(**of: object) -> list[UUID]:
            return [handoff.id for handoff in await uow.handoffs.find(**of)]  # type: ignore[arg-type]  # as the test names them

        assert [h.id for h in await uow.handoffs.of(made[0].customer_id)] == [two, one]
        assert await found() == [three, two, one]
        assert await found(team=Team.SALES) == [three, one]
        assert await found(state=HandoffState.WAITING, limit=1) == [three]
        assert await found(team=Team.SUPPORT, state=HandoffState.WAITING) == []


async def test_drafts_are_kept_in_the_order_they_were_meant(store: SqlStore) -> None:
    """What the bot would have said is read by staff as the bot would have said it."""
    async with store.begin() as uow:
        ann = await person(uow)
        message = await say(uow, ann, "x")
        words = [f"line {number}" for number in range(12)]
        await uow.handoffs.draft(ann.id, message.id, words)
        await uow.handoffs.draft(ann.id, message.id, [])
        assert await uow.handoffs.drafts(ann.id) == words
        assert await uow.handoffs.drafts((await person(uow, "bob")).id) == []
