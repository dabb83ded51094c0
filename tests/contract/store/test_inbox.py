"""`ports.Inbox`: everything once, in order, and with an end that can be told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from nitka.domain.address import Address, Channel
from nitka.domain.inbound import Inbound, Outcome
from nitka.errors import Unavailable
from nitka.ports import UnitOfWork
from nitka.store.unit_of_work import SqlStore
from tests.contract.store.conftest import AT_ONCE, Person, Sql, person, say, web


async def _next(uow: UnitOfWork, who: Person) -> tuple[int, str] | None:
    waiting = await uow.inbox.next(who.id)
    return (waiting.inbox_id, waiting.message.text) if waiting else None


async def _drop(uow: UnitOfWork, native_id: str) -> bool:
    return await uow.inbox.note(
        Channel.WEB, "site", native_id, outcome=Outcome.DROPPED, reason="odd"
    )


async def test_inbounds_wait_in_the_order_of_their_lines(store: SqlStore) -> None:
    """`next` gives the first of the customer's own that has not ended, with its address."""
    async with store.begin() as uow:
        ann, bob = await person(uow, "ann"), await person(uow, "bob")
        assert await uow.inbox.next(ann.id) is None
        for text in ("a1", "a2"):
            await say(uow, ann, text)
            await say(uow, bob, text.replace("a", "b"))
    async with store.begin() as uow:
        waiting = await uow.inbox.next(ann.id)
        assert waiting is not None
        assert (waiting.message.text, waiting.address, waiting.attempts) == ("a1", ann.address, 0)
        assert waiting.received_at.tzinfo is not None
        await uow.inbox.attempt(waiting.inbox_id)
        await uow.inbox.attempt(waiting.inbox_id)
        again = await uow.inbox.next(ann.id)
        assert again is not None
        assert (again.inbox_id, again.attempts) == (waiting.inbox_id, 2)
        await uow.inbox.finish(waiting.inbox_id, Outcome.ANSWERED)
        assert ((await _next(uow, ann)) or (0, ""))[1] == "a2"
        assert ((await _next(uow, bob)) or (0, ""))[1] == "b1"


async def test_an_end_is_written_once(store: SqlStore, sql: Sql) -> None:
    """The first outcome stays: a second finish changes nothing."""
    async with store.begin() as uow:
        ann = await person(uow)
        await say(uow, ann, "x")
        waiting = await uow.inbox.next(ann.id)
        assert waiting is not None
        await uow.inbox.finish(waiting.inbox_id, Outcome.CLOSED, reason="nothing_to_say")
        await uow.inbox.finish(waiting.inbox_id, Outcome.ANSWERED)
    assert sql.one("SELECT outcome || ':' || reason FROM inbox") == "closed:nothing_to_say"
    assert sql.one("SELECT finished_at >= received_at FROM inbox")


async def test_a_native_id_is_known_on_its_channel_and_account(store: SqlStore) -> None:
    """`known` gives the line that it became, and only for the same three."""
    async with store.begin() as uow:
        ann = await person(uow)
        message = await say(uow, ann, "x", native_id="77")
        assert await uow.inbox.known(web("ann"), "77") == message
        assert await uow.inbox.known(web("bob"), "77") == message  # ids are the account's
        assert await uow.inbox.known(web("ann"), "78") is None
        for elsewhere in (Address(Channel.SLACK, "site", "ann"), Address(Channel.WEB, "b", "ann")):
            assert await uow.inbox.known(elsewhere, "77") is None


async def test_the_same_inbound_at_once_is_stored_once(store: SqlStore, sql: Sql) -> None:
    """As `receive` does it: lock the address, look whether it is known, put it."""

    async def receive() -> bool:
        async with store.begin() as uow:
            ann = await person(uow)
            if await uow.inbox.known(web("ann"), "n1") is not None:
                return False
            await say(uow, ann, "x", native_id="n1")
            return True

    assert sorted(await asyncio.gather(*(receive() for _ in range(8)))) == [False] * 7 + [True]
    assert sql.one("SELECT count(*) FROM inbox") == sql.one("SELECT count(*) FROM messages") == 1


async def test_an_id_that_another_address_just_stored_is_to_be_tried_again(
    store: SqlStore, sql: Sql
) -> None:
    """The loser of such a race stores nothing, and finds the winner's line when he comes back."""
    async with store.begin() as uow:
        ann, bob = await person(uow, "ann"), await person(uow, "bob")
        await say(uow, ann, "x", native_id="n1")
    with pytest.raises(Unavailable):
        async with store.begin() as uow:
            await say(uow, bob, "x", native_id="n1")
    assert sql.one("SELECT count(*) FROM messages") == 1


async def test_what_starts_no_turn_is_accounted_for_once(store: SqlStore, sql: Sql) -> None:
    """A dropped payload has its reason, and waits for nobody."""
    for first in (True, False):
        async with store.begin() as uow:
            assert await _drop(uow, "u1") is first
    async with store.begin() as uow:
        tally = await uow.ledger.tally()
        assert (dict(tally.outcomes), tally.waiting) == ({Outcome.DROPPED: 1}, 0)
        assert tally.unexplained == 0
        assert not await uow.inbox.waiting_customers(longer_than=AT_ONCE, limit=9)
    assert sql.one("SELECT reason FROM inbox") == "odd"


async def test_dropping_never_undoes_what_was_taken(store: SqlStore) -> None:
    """A payload that became a line stays one, though its repetition is ignored."""
    async with store.begin() as uow:
        ann = await person(uow)
        await say(uow, ann, "x", native_id="n1")
        assert not await _drop(uow, "n1")
        assert (await _next(uow, ann)) is not None


async def test_a_payload_that_was_dropped_and_is_understood_now_gets_its_turn(
    store: SqlStore,
) -> None:
    """It is not `known`, so it can be put; it is accounted for once, as what it is now."""
    async with store.begin() as uow:
        await _drop(uow, "n1")
    async with store.begin() as uow:
        ann = await person(uow)
        assert await uow.inbox.known(web("ann"), "n1") is None
        message = await say(uow, ann, "x", native_id="n1")
        waiting = await uow.inbox.next(ann.id)
        assert waiting is not None
        assert waiting.message == message
        tally = await uow.ledger.tally()
        assert (tally.received, tally.waiting, dict(tally.outcomes)) == (1, 1, {})


async def test_a_turn_that_is_put_off_holds_back_those_behind_it(store: SqlStore, sql: Sql) -> None:
    """Parts of a message may still follow; order is kept meanwhile, also for the pick-up."""
    async with store.begin() as uow:
        ann = await person(uow)
        album = await say(uow, ann, "album")
        await say(uow, ann, "and this")
        await uow.inbox.delay(album.id, timedelta(hours=1))
        assert await uow.inbox.next(ann.id) is None
    async with store.begin() as uow:
        await uow.inbox.delay(album.id, timedelta(seconds=-1))
        assert ((await _next(uow, ann)) or (0, ""))[1] == "album"
        waiting = await uow.inbox.next(ann.id)
        await uow.inbox.finish(waiting.inbox_id if waiting else 0, Outcome.ANSWERED)
        await uow.inbox.delay(album.id, timedelta(hours=1))
        assert ((await _next(uow, ann)) or (0, ""))[1] == "and this"


async def test_customers_that_wait_are_found_the_oldest_first(store: SqlStore, sql: Sql) -> None:
    """Each once, only those who have waited for so long, at most so many."""
    people = []
    async with store.begin() as uow:
        for number in range(4):
            people.append(await person(uow, f"v{number}"))
            await say(uow, people[-1], "x")
            await say(uow, people[-1], "y")
        waiting = await uow.inbox.next(people[0].id)
        await uow.inbox.finish(waiting.inbox_id if waiting else 0, Outcome.ANSWERED)
    sql.run(
        "UPDATE inbox SET due_at = now() - interval '1 hour' WHERE customer_id != %s",
        people[2].id,
    )
    async with store.begin() as uow:

        async def found(longer_than: timedelta, limit: int) -> list[object]:
            return list(await uow.inbox.waiting_customers(longer_than=longer_than, limit=limit))

        ids = [who.id for who in people]
        assert await found(timedelta(minutes=1), 9) == [ids[0], ids[1], ids[3]]
        assert set(await found(AT_ONCE, 9)) == set(ids)
        assert len(await found(AT_ONCE, 2)) == 2
        assert not await found(timedelta(hours=2), 9)


async def test_a_line_has_one_inbox_row(store: SqlStore, sql: Sql) -> None:
    """A second row for the same line is refused, and with it everything in its transaction."""
    async with store.begin() as uow:
        ann = await person(uow)
        message = await say(uow, ann, "")

    async def put_twice() -> None:
        async with store.begin() as uow:
            await say(uow, ann, "lost")
            inbound = Inbound(web("ann"), "again", "")
            await uow.inbox.put(inbound, customer_id=ann.id, message_id=message.id, due_in=AT_ONCE)

    with pytest.raises(IntegrityError, match="uq_inbox_message_id"):
        await put_twice()
    assert sql.one("SELECT count(*) FROM messages") == 1
