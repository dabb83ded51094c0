"""`ports.Threads`: the fence, the owner, the dialogue state under its turn number."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from nitka.domain.thread import Owner, Team
from nitka.domain.turn import DialogueState
from nitka.errors import Fenced
from nitka.store.unit_of_work import SqlStore
from tests.contract.store.conftest import RESULT, Sql, person, say


async def test_the_fence_rises_with_every_turn_and_every_owner(store: SqlStore) -> None:
    """Whoever holds an older number can tell that the thread moved on."""
    async with store.begin() as uow:
        ann = await person(uow)
        assert (await uow.threads.begin_turn(ann.id)).fence == 1
        await uow.threads.own(ann.id, Owner.NOBODY, Team.SALES)
        thread = await uow.threads.get(ann.id)
        assert (thread.owner, thread.team, thread.fence) == (Owner.NOBODY, Team.SALES, 2)
        await uow.threads.own(ann.id, Owner.BOT, None)
        thread = await uow.threads.lock(ann.id)
        assert (thread.owner, thread.team, thread.fence) == (Owner.BOT, None, 3)
        assert await uow.threads.begin_turn(ann.id) == replace(thread, fence=4)


async def test_turns_begun_at_once_get_numbers_of_their_own(store: SqlStore) -> None:
    """No two share a fencing number, and only the newest may write."""
    async with store.begin() as uow:
        ann = await person(uow)
    written: list[int] = []
    all_have_begun = asyncio.Barrier(6)

    async def turn() -> None:
        async with store.begin() as uow:
            mine = (await uow.threads.begin_turn(ann.id)).fence
        await all_have_begun.wait()
        async with store.begin() as uow:
            if (await uow.threads.lock(ann.id)).fence != mine:
                raise Fenced
            written.append(mine)

    ended = await asyncio.gather(*(turn() for _ in range(6)), return_exceptions=True)
    assert written == [6]
    assert sum(isinstance(end, Fenced) for end in ended) == 5


async def test_a_locked_thread_waits_for_its_transaction(store: SqlStore) -> None:
    """Between the look at the fence and the commit nobody can move the thread on."""
    async with store.begin() as uow:
        ann = await person(uow)
    order: list[str] = []
    locked = asyncio.Event()

    async def finish() -> None:
        async with store.begin() as uow:
            await uow.threads.lock(ann.id)
            locked.set()
            await uow.customers.get(ann.id)
            order.append("finished")

    async def take_over() -> None:
        await locked.wait()
        async with store.begin() as uow:
            await uow.threads.own(ann.id, Owner.AGENT, Team.SUPPORT)
            order.append("taken over")

    await asyncio.gather(take_over(), finish())
    assert order == ["finished", "taken over"]


async def test_a_turn_leaves_its_state_under_its_number(store: SqlStore, sql: Sql) -> None:
    """State, slots, events and the thread's number change together; the newest state stays."""
    async with store.begin() as uow:
        ann = await person(uow)
        assert await uow.threads.state(ann.id) is None
        assert await uow.threads.slots(ann.id) == {}
        for turn in (1, 2):
            message = await say(uow, ann, "x")
            result = replace(RESULT, state={"n": turn}, slots={"s": turn})
            await uow.threads.finish_turn(ann.id, turn, message=message.id, result=result)
        assert await uow.threads.state(ann.id) == DialogueState(2, {"n": 2})
        assert await uow.threads.slots(ann.id) == {"s": 2}
        assert (await uow.threads.get(ann.id)).turn == 2
    assert sql.one("SELECT count(*) FROM turns") == 2
    assert sql.one("SELECT events FROM turns WHERE turn = 2") == [
        {"event": "user", "text": "hello"}
    ]


async def test_a_message_has_one_turn_and_a_number_one_message(store: SqlStore) -> None:
    """Even where a fence was overlooked, the second outcome of a turn cannot be written."""
    async with store.begin() as uow:
        ann = await person(uow)
        first, second = await say(uow, ann, "x"), await say(uow, ann, "y")
        await uow.threads.finish_turn(ann.id, 1, message=first.id, result=RESULT)
    for turn, message in ((2, first), (1, second)):
        with pytest.raises(IntegrityError):
            async with store.begin() as uow:
                await uow.threads.finish_turn(ann.id, turn, message=message.id, result=RESULT)
    async with store.begin() as uow:
        assert (await uow.threads.get(ann.id)).turn == 1
