"""`ports.Ledger` and `ports.Answers`: accounting that finds every loss, tokens, files, answers."""

from __future__ import annotations

import asyncio
from typing import LiteralString
from uuid import uuid4

import pytest

from nitka.domain.inbound import Outcome
from nitka.ports import Answer, StoredFile
from nitka.store.unit_of_work import SqlStore
from tests.contract.store.conftest import Sql, person, reply, say


async def _a_good_day(store: SqlStore) -> None:
    """One inbound of every kind: answered, with people, closed, waiting."""
    for outcome in (Outcome.ANSWERED, Outcome.WITH_HUMAN, Outcome.CLOSED, None):
        async with store.begin() as uow:
            ann = await person(uow, str(outcome))
            message = await say(uow, ann, "x")
            waiting = await uow.inbox.next(ann.id)
            assert waiting is not None
            if outcome is Outcome.ANSWERED:
                await reply(uow, ann, "y", to=message)
                await reply(uow, ann, "z", to=message)
            if outcome is not None:
                await uow.inbox.finish(waiting.inbox_id, outcome, reason="why")


async def test_everything_received_is_counted_by_how_it_ended(store: SqlStore) -> None:
    """What waits and what ended make up what was received."""
    async with store.begin() as uow:
        empty = await uow.ledger.tally()
        assert (empty.received, empty.waiting, empty.unexplained) == (0, 0, 0)
    await _a_good_day(store)
    async with store.begin() as uow:
        tally = await uow.ledger.tally()
    assert dict(tally.outcomes) == {"answered": 1, "with_human": 1, "closed": 1}
    assert (tally.received, tally.waiting, tally.unexplained) == (4, 1, 0)


@pytest.mark.parametrize(
    "loss",
    [
        "DELETE FROM inbox WHERE outcome = 'answered'",
        "DELETE FROM inbox WHERE outcome IS NULL",
        "UPDATE inbox SET outcome = 'eaten' WHERE outcome = 'closed'",
        "UPDATE inbox SET outcome = '' WHERE outcome = 'closed'",
        "UPDATE inbox SET outcome = 'dropped', reason = NULL WHERE outcome = 'closed'",
        "UPDATE inbox SET outcome = 'dropped', reason = '' WHERE outcome = 'closed'",
        "UPDATE messages SET reply_to = NULL",
        "UPDATE inbox SET outcome = 'answered' WHERE outcome = 'with_human'",
        "UPDATE inbox SET customer_id = NULL WHERE outcome IS NULL",
    ],
)
async def test_every_kind_of_loss_is_found(store: SqlStore, sql: Sql, loss: LiteralString) -> None:
    """A line without inbox row, an unknown end, a drop without reason, an answer that nobody
    gave, one that waits where nobody looks: each is one unexplained."""
    await _a_good_day(store)
    sql.run(loss)
    async with store.begin() as uow:
        assert (await uow.ledger.tally()).unexplained == 1


async def test_the_accounts_balance_at_any_moment(store: SqlStore) -> None:
    """While inbounds come in and are answered, no count ever shows a loss."""
    done = asyncio.Event()

    async def work() -> None:
        for number in range(25):
            async with store.begin() as uow:
                ann = await person(uow)
                message = await say(uow, ann, f"m{number}")
            async with store.begin() as uow:
                waiting = await uow.inbox.next(ann.id)
                assert waiting is not None
                await reply(uow, ann, "y", to=message)
                await uow.inbox.finish(waiting.inbox_id, Outcome.ANSWERED)
        done.set()

    async def count() -> None:
        while not done.is_set():
            async with store.begin() as uow:
                tally = await uow.ledger.tally()
            assert tally.unexplained == 0
            assert tally.received == tally.waiting + sum(tally.outcomes.values())

    async with asyncio.TaskGroup() as group:
        group.create_task(work())
        group.create_task(count())


async def test_what_was_done_is_written_down(store: SqlStore, sql: Sql) -> None:
    """Of a customer, of nobody; of one who is not there any more, not a trace."""
    gone = uuid4()
    async with store.begin() as uow:
        ann = await person(uow)
        await uow.ledger.audit("look", actor="anna", customer_id=ann.id, facts={"why": "asked"})
        await uow.ledger.audit("start", actor="service", customer_id=None, facts={})
        await uow.ledger.audit("look", actor="anna", customer_id=gone, facts={})
    assert sql.one("SELECT action FROM audit WHERE customer_id = %s", ann.id) == "look"
    assert sql.one("SELECT facts FROM audit WHERE actor = 'anna'") == {"why": "asked"}
    assert sql.one("SELECT count(*) FROM audit") == 2


async def test_a_token_is_known_by_its_digest_until_revoked(store: SqlStore, sql: Sql) -> None:
    """Names and digests are unique; a second of that name is refused, not an error."""
    async with store.begin() as uow:
        assert await uow.ledger.add_token("shop", "d1", frozenset({"read", "write"}))
        assert not await uow.ledger.add_token("shop", "d2", frozenset({"read"}))
        assert not await uow.ledger.add_token("other", "d1", frozenset({"read"}))
        assert await uow.ledger.token("d1") == ("shop", frozenset({"read", "write"}))
        assert await uow.ledger.token("d2") is None
        assert await uow.ledger.token("") is None
    sql.run("UPDATE tokens SET revoked_at = now()")
    async with store.begin() as uow:
        assert await uow.ledger.token("d1") is None


async def test_a_files_description_comes_back(store: SqlStore) -> None:
    """As it was given; an unknown id is None."""
    file = StoredFile("id-1", "web:site:ann", "кошка.png", "image/png", 2**33)
    async with store.begin() as uow:
        await uow.ledger.add_file(file)
        assert await uow.ledger.file("id-1") == file
        assert await uow.ledger.file("id-2") is None


async def test_an_answer_is_kept_under_its_key_once(store: SqlStore) -> None:
    """The first answer stays."""
    first, second = Answer("d1", 201, {"id": "м"}), Answer("d2", 409, {})
    async with store.begin() as uow:
        assert await uow.answers.get("k") is None
        assert await uow.answers.keep("k", first)
        assert not await uow.answers.keep("k", second)
        assert await uow.answers.get("k") == first
        assert await uow.answers.keep("k2", second)


@pytest.mark.parametrize("commits", [True, False])
async def test_an_answer_that_is_just_being_kept_is_waited_for(
    store: SqlStore, commits: bool
) -> None:
    """The second request goes on only when the first has ended, one way or the other."""
    first_has_kept = asyncio.Event()

    async def first() -> None:
        async with store.begin() as uow:
            await uow.answers.keep("k", Answer("d", 201, {}))
            first_has_kept.set()
            await uow.answers.get("other")
            if not commits:
                raise LookupError

    async def second() -> bool:
        await first_has_kept.wait()
        async with store.begin() as uow:
            return await uow.answers.keep("k", Answer("d", 201, {}))

    _, kept = await asyncio.gather(first(), second(), return_exceptions=True)
    assert kept is not commits
