"""The flow from inbox to outbox: once, in order, whatever breaks in between."""

from __future__ import annotations

import asyncio

from nitka.domain.inbound import Outcome
from nitka.domain.message import MessageState
from nitka.domain.thread import Owner, Team
from nitka.domain.turn import Effect, TurnRequest, TurnResult
from nitka.engine.scripted import answer
from nitka.errors import EngineFailed, EngineUnavailable, SendError, SendFault
from nitka.service.hand_over import hand_over
from tests.scenario.conftest import House, build, working
from tests.support.until import until


async def test_a_message_is_answered_and_accounted_for(house: House) -> None:
    """What is said is answered once, sent, and ends as `answered`."""
    async with working(house.worker()):
        received = await house.say("hello")
        await until(lambda: len(house.connector.sent) == 1)
        await until(lambda: _state_is(house, received.customer_id, MessageState.SENT))
    assert await house.texts(received.customer_id) == ["customer: hello", "bot: 1: hello"]
    async with house.store.begin() as uow:
        tally = await uow.ledger.tally()
    assert dict(tally.outcomes) == {Outcome.ANSWERED: 1}
    assert (tally.waiting, tally.unexplained) == (0, 0)


async def test_the_same_id_five_times_from_two_sides_at_once_is_one_message(house: House) -> None:
    """A repeated native id gives the same line back and starts no second turn."""
    async with working(house.worker(), house.worker()):
        all_received = await asyncio.gather(*(house.say("hi", id="x") for _ in range(5)))
        await until(lambda: house.connector.sent)
        customer = all_received[0].customer_id
        await house.say("bye")
        await until(lambda: len(house.connector.sent) == 2)
    assert len({r.message.id for r in all_received}) == 1
    assert sorted(r.duplicate for r in all_received) == [False, True, True, True, True]
    assert await house.texts(customer) == [
        "customer: hi",
        "bot: 1: hi",
        "customer: bye",
        "bot: 2: bye",
    ]


async def test_twenty_messages_at_once_are_answered_in_order(house: House) -> None:
    """One customer's turns run one at a time, in the order in which they were stored."""
    async with working(house.worker(), house.worker()):
        received = await asyncio.gather(*(house.say(f"m{n}") for n in range(20)))
        await until(lambda: len(house.connector.sent) == 20)
    in_order = [r.message.text for r in sorted(received, key=lambda r: r.message.seq)]
    assert [m.text for m in house.connector.sent] == [
        f"{n}: {text}" for n, text in enumerate(in_order, start=1)
    ]


async def test_customers_do_not_wait_for_each_other(house: House) -> None:
    """A slow turn of one customer leaves the others alone."""
    slow = asyncio.Event()
    plain = house.engine.turn

    async def turn(request: TurnRequest) -> TurnResult:
        if request.text == "slow":
            await slow.wait()
        return await plain(request)

    house.engine.turn = turn  # type: ignore[method-assign]
    async with working(house.worker()):
        await house.say("slow", visitor="slow")
        await house.say("quick", visitor="quick")
        await until(lambda: [m.text for m in house.connector.sent] == ["1: quick"])
        slow.set()
        await until(lambda: len(house.connector.sent) == 2)


async def test_work_left_by_a_worker_that_died_is_picked_up(house: House) -> None:
    """No work lives in memory: a line stored while nobody worked, its wake-up lost, is answered."""
    received = await house.say("is anybody there")
    await house.queue._redis.flushall()
    async with working(house.worker()):
        await until(lambda: house.connector.sent)
    assert (await house.texts(received.customer_id))[-1] == "bot: 1: is anybody there"


async def test_a_turn_that_broke_before_its_commit_is_repeated_under_the_same_id(
    house: House,
) -> None:
    """A crash between the engine's answer and the commit leaves no trace but the turn's id."""
    received = await house.say("pay")
    real_commit = house.answer._finish

    async def crash(*_: object) -> None:
        raise ConnectionError("killed")

    house.answer._finish = crash  # type: ignore[method-assign,assignment]
    try:
        await house.answer(received.customer_id)
    except ConnectionError:
        house.answer._finish = real_commit  # type: ignore[method-assign]
    await house.answer(received.customer_id)
    assert [request.turn_id for request in house.engine.asked] == [received.message.id] * 2
    assert await house.texts(received.customer_id) == ["customer: pay", "bot: 1: pay"]


async def test_a_stale_live_state_is_not_believed(house: House) -> None:
    """Redis back from an old backup: the turn number tells, and SQL's state is used."""
    first = await house.say("one")
    await house.answer(first.customer_id)
    old = await house.live.state(first.customer_id)
    assert old is not None
    await house.say("two")
    await house.answer(first.customer_id)
    await house.live.keep(first.customer_id, old)
    await house.say("three")
    await house.answer(first.customer_id)
    assert (await house.texts(first.customer_id))[-1] == "bot: 3: three"


async def test_a_lost_redis_is_rebuilt_from_sql(house: House) -> None:
    """After a flush the next turn has the whole state, and Redis has it again."""
    first = await house.say("one")
    await house.answer(first.customer_id)
    await house.queue._redis.flushall()
    await house.say("two")
    await house.answer(first.customer_id)
    assert (await house.texts(first.customer_id))[-1] == "bot: 2: two"
    live = await house.live.state(first.customer_id)
    assert live is not None
    assert (live.turn, live.body) == (2, {"count": 2})


async def test_an_engine_that_restarts_is_waited_for_and_the_customer_told_once(
    house: House, redis_url: str
) -> None:
    """While no engine answers the turn is tried again; the customer hears of it once."""
    house = build(house.store, house.queue._redis, house.engine, house.files, patience=(0.15, 60))
    house.engine.faults = [EngineUnavailable("restarting") for _ in range(3)]
    received = await house.say("hello")
    await house.answer(received.customer_id)
    texts = await house.texts(received.customer_id)
    assert texts[0] == "customer: hello"
    assert texts[1].startswith("system: One moment")
    assert texts[2:] == ["bot: 1: hello"]


async def test_without_an_engine_a_person_gets_the_thread(house: House) -> None:
    """When patience ends the customer is told, and support has a hand-off with the reason."""
    house = build(house.store, house.queue._redis, house.engine, house.files, patience=(5, 0.2))
    house.engine.faults = [EngineUnavailable("dead") for _ in range(99)]
    received = await house.say("привет")
    await house.answer(received.customer_id)
    async with house.store.begin() as uow:
        thread = await uow.threads.get(received.customer_id)
        handoffs = await uow.handoffs.of(received.customer_id)
        tally = await uow.ledger.tally()
    assert (thread.owner, thread.team) == (Owner.NOBODY, Team.SUPPORT)
    assert [h.reason for h in handoffs] == ["engine_unavailable"]
    assert dict(tally.outcomes) == {Outcome.WITH_HUMAN: 1}
    assert tally.unexplained == 0


async def test_a_turn_that_cannot_be_done_is_tried_twice_and_then_a_persons(house: House) -> None:
    """A turn that the engine refuses does not block the ones behind it."""
    house.engine.faults = [EngineFailed("500"), EngineFailed("500")]
    received = await house.say("break")
    await house.answer(received.customer_id)
    assert len(house.engine.asked) == 2
    async with house.store.begin() as uow:
        assert [h.reason for h in await uow.handoffs.of(received.customer_id)] == ["engine_failed"]


async def test_a_hand_over_takes_the_thread_from_the_bot(house: House) -> None:
    """After a hand-over the bot is not asked; the customer is told once, and may have it back."""
    effect = Effect("hand_over", {"team": "sales", "reason": "bulk_quote"})
    house.engine.script = lambda request: answer("passing on", effects=(effect,))
    received = await house.say("200 cups please")
    await house.answer(received.customer_id)
    for text in ("and saucers", "hello?"):
        await house.say(text)
    await house.answer(received.customer_id)
    assert len([turn for turn in house.engine.asked if not turn.aside]) == 1
    texts = await house.texts(received.customer_id)
    assert [t for t in texts if t.startswith("system")] == [texts[-1]]
    house.engine.script = lambda request: answer("here I am")
    await house.say("bot")
    await house.say("what do you cost")
    await house.answer(received.customer_id)
    assert (await house.texts(received.customer_id))[-1] == "bot: here I am"
    async with house.store.begin() as uow:
        (handoff,) = await uow.handoffs.of(received.customer_id)
        assert (handoff.team, handoff.reason) == (Team.SALES, "bulk_quote")
        assert dict((await uow.ledger.tally()).outcomes) == {"answered": 3, "with_human": 2}


async def test_a_late_bot_reply_stays_a_draft(house: House) -> None:
    """A person who takes over while the engine works is never talked over."""
    plain = house.engine.turn

    async def taken_over_meanwhile(request: TurnRequest) -> TurnResult:
        async with house.store.begin() as uow:
            await hand_over(
                uow,
                request.customer_id,
                team=Team.SUPPORT,
                reason="staff",
                facts={},
                actor="anna",
            )
            await uow.threads.own(request.customer_id, Owner.AGENT, Team.SUPPORT)
        return await plain(request)

    house.engine.turn = taken_over_meanwhile  # type: ignore[method-assign]
    received = await house.say("hello")
    await house.answer(received.customer_id)
    assert await house.texts(received.customer_id) == ["customer: hello"]
    async with house.store.begin() as uow:
        assert await uow.handoffs.drafts(received.customer_id) == ["1: hello"]
    assert await house.unexplained() == 0


async def test_two_workers_on_one_thread_write_one_turn(house: House) -> None:
    """Even when the lease is lost in mid-turn, the fencing number lets one outcome through."""
    received = await house.say("hello")
    plain = house.engine.turn
    rival = build(house.store, house.queue._redis, house.engine, house.files)

    async def lease_lost(request: TurnRequest) -> TurnResult:
        house.engine.turn = plain  # type: ignore[method-assign]
        await house.queue._redis.flushall()
        await rival.answer(received.customer_id)
        return await plain(request)

    house.engine.turn = lease_lost  # type: ignore[method-assign]
    await house.answer(received.customer_id)
    assert await house.texts(received.customer_id) == ["customer: hello", "bot: 1: hello"]


async def test_a_button_counts_only_if_it_was_offered(house: House) -> None:
    """A payload that no button of this thread carried is not passed on to the engine."""
    received = await house.say("x", payload="/refund_everything")
    await house.answer(received.customer_id)
    assert house.engine.asked[-1].payload is None


async def test_sending_is_tried_again_in_order_and_dead_letters_are_kept(house: House) -> None:
    """A failed send holds back what is behind it; a refused one is a dead letter."""
    received = await house.say("one")
    await house.say("two")
    await house.answer(received.customer_id)
    house.connector.faults = [SendError(SendFault.PLATFORM_DOWN, "503", retryable=True)]
    async with working(house.worker()):
        await until(lambda: _state_is(house, received.customer_id, MessageState.SENT))
    assert [m.text for m in house.connector.sent] == ["1: one", "2: two"]
    house.connector.faults = [SendError(SendFault.REJECTED, "too odd", retryable=False)]
    await house.say("three")
    await house.answer(received.customer_id)
    await house.deliver(received.customer_id)
    lines = await house.front.lines(received.customer_id, after=0)
    assert lines[-1].state is MessageState.FAILED


async def test_what_postgresql_cannot_keep_is_left_out(house: House) -> None:
    """NUL characters and broken surrogates do not lose the message."""
    received = await house.say("a\x00b \ud83d c")
    await house.answer(received.customer_id)
    assert (await house.texts(received.customer_id))[0] == "customer: ab ? c"


async def _state_is(house: House, customer_id: object, state: MessageState) -> bool:
    lines = await house.front.lines(customer_id, after=0)  # type: ignore[arg-type]
    return lines[-1].state is state
