"""`ports.Queue`: wake-ups that are asked for once and never lost, leases with one holder."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from nitka.errors import Unavailable
from nitka.ports import Job
from nitka.queue import keys
from nitka.queue.work import RedisQueue
from nitka.service.lease import hold
from nitka.service.stop import heed
from nitka.up.process import Running
from tests.support.until import until
from tests.support.valkey import Database

_SOON = timedelta(milliseconds=50)
_SHORT = timedelta(milliseconds=150)
_ANN, _BOB = uuid4(), uuid4()


@pytest.fixture
def queue(redis: Redis) -> RedisQueue:
    return RedisQueue(redis)


# ── wake-ups ───────────────────────────────────────────────────────────────────────────────


async def test_asking_twice_is_asking_once(queue: RedisQueue) -> None:
    """A customer stands in the queue once, at the place where he was asked for first."""
    for customer in (_ANN, _BOB, _ANN, _ANN):
        await queue.wake(Job.TURN, customer)
    given = [await queue.next(Job.TURN, patience=_SOON) for _ in range(3)]
    assert given == [_ANN, _BOB, None]


async def test_jobs_have_queues_of_their_own(queue: RedisQueue) -> None:
    """A wake-up for one job is none for another."""
    await queue.wake(Job.TURN, _ANN)
    assert await queue.next(Job.DELIVERY, patience=_SOON) is None
    assert await queue.next(Job.TURN, patience=_SOON) == _ANN


async def test_who_waits_is_woken_at_once(queue: RedisQueue, redis: Redis) -> None:
    """Not after his patience; and each wake-up goes to one worker."""
    waiting = [
        asyncio.create_task(queue.next(Job.TURN, patience=timedelta(seconds=30))) for _ in range(2)
    ]
    await until(lambda: _blocked(redis, 2))
    began = time.monotonic()
    await queue.wake(Job.TURN, _ANN)
    await queue.wake(Job.TURN, _BOB)
    assert set(await asyncio.gather(*waiting)) == {_ANN, _BOB}
    assert time.monotonic() - began < 10


async def _blocked(redis: Redis, number: int) -> bool:
    """Say whether so many wait in this database; a service of other tests may wait in its own."""
    clients = await redis.client_list()
    blocked = [it for it in clients if "b" in it["flags"] and it["db"] == str(Database.TEST)]
    return len(blocked) == number


@pytest.mark.parametrize("milliseconds", [0, 1, 100])
async def test_patience_ends(queue: RedisQueue, milliseconds: int) -> None:
    """Nothing to do is None, not before the patience is over; no patience is no wait."""
    began = time.monotonic()
    assert await queue.next(Job.TURN, patience=timedelta(milliseconds=milliseconds)) is None
    assert time.monotonic() - began >= milliseconds / 1000


async def test_patience_may_be_longer_than_the_connection_waits(
    queue: RedisQueue, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long wait is asked for in pieces, and none of them loses a wake-up."""
    monkeypatch.setattr("nitka.queue.work._LONGEST_WAIT", 0.05)
    assert await queue.next(Job.TURN, patience=timedelta(milliseconds=300)) is None
    waiting = asyncio.create_task(queue.next(Job.TURN, patience=timedelta(seconds=30)))
    await until(lambda: _blocked(redis, 1))
    await queue.wake(Job.TURN, _ANN)
    assert await waiting == _ANN


async def test_no_patience_still_takes_what_is_there(queue: RedisQueue) -> None:
    """Zero patience looks once."""
    await queue.wake(Job.TURN, _ANN)
    assert await queue.next(Job.TURN, patience=timedelta(0)) == _ANN


# ── leases ─────────────────────────────────────────────────────────────────────────────────


async def test_a_lease_has_one_holder(queue: RedisQueue) -> None:
    """Of many who come at once one gets it; other jobs and other customers are free."""
    taken = await asyncio.gather(*(queue.try_lease(Job.TURN, _ANN) for _ in range(10)))
    (lease,) = [lease for lease in taken if lease]
    assert await queue.try_lease(Job.DELIVERY, _ANN)
    assert await queue.try_lease(Job.TURN, _BOB)
    assert await queue.renew(Job.TURN, _ANN, lease)
    assert await queue.try_lease(Job.TURN, _ANN) is None


async def test_a_lease_ends_by_itself(redis: Redis) -> None:
    """A worker that died frees its customer; its late renewal does not take him back."""
    queue = RedisQueue(redis, lease_life=_SHORT)
    lost = await queue.try_lease(Job.TURN, _ANN)
    assert lost
    found: list[str] = []

    async def taken() -> bool:
        found.extend(filter(None, [await queue.try_lease(Job.TURN, _ANN)]))
        return bool(found)

    await until(taken)
    assert not await queue.renew(Job.TURN, _ANN, lost)
    assert await queue.renew(Job.TURN, _ANN, found[0])


async def test_a_renewed_lease_stays(redis: Redis) -> None:
    """Renewing gives it its whole life again."""
    queue = RedisQueue(redis, lease_life=timedelta(seconds=60))
    lease = await queue.try_lease(Job.TURN, _ANN)
    assert lease
    await redis.pexpire(keys.lease(Job.TURN, _ANN), 5_000)
    assert await queue.renew(Job.TURN, _ANN, lease)
    assert await redis.pttl(keys.lease(Job.TURN, _ANN)) > 50_000


async def test_strangers_can_neither_renew_nor_release(queue: RedisQueue) -> None:
    """Only the holder's own lease counts."""
    lease = await queue.try_lease(Job.TURN, _ANN)
    assert lease
    for stranger in ("", "0" * 16, lease.upper() + "x"):
        assert not await queue.renew(Job.TURN, _ANN, stranger)
        await queue.release(Job.TURN, _ANN, stranger)
    assert await queue.renew(Job.TURN, _ANN, lease)
    await queue.release(Job.TURN, _ANN, lease)
    assert not await queue.renew(Job.TURN, _ANN, lease)
    assert await queue.try_lease(Job.TURN, _ANN)


async def test_who_came_in_vain_is_told_of_on_leaving(queue: RedisQueue) -> None:
    """One knock makes one more look; a knock from before the lease makes none."""
    lease = await queue.try_lease(Job.TURN, _ANN)
    assert lease
    assert not await queue.release(Job.TURN, _ANN, lease)
    lease = await queue.try_lease(Job.TURN, _ANN)
    assert lease
    for _ in range(3):
        assert await queue.try_lease(Job.TURN, _ANN) is None
    assert await queue.release(Job.TURN, _ANN, lease)
    lease = await queue.try_lease(Job.TURN, _ANN)
    assert lease
    assert not await queue.release(Job.TURN, _ANN, lease)


async def test_a_knock_lives_as_long_as_the_lease_is_renewed(redis: Redis) -> None:
    """However long the turn takes."""
    queue = RedisQueue(redis, lease_life=timedelta(seconds=60))
    lease = await queue.try_lease(Job.TURN, _ANN)
    assert lease
    assert await queue.try_lease(Job.TURN, _ANN) is None
    await redis.pexpire(keys.knock(Job.TURN, _ANN), 5_000)
    assert await queue.renew(Job.TURN, _ANN, lease)
    assert await redis.pttl(keys.knock(Job.TURN, _ANN)) > 50_000
    assert await queue.release(Job.TURN, _ANN, lease)


async def test_a_late_release_wakes_for_the_knock_that_it_takes_away(queue: RedisQueue) -> None:
    """Who takes a knock that was meant for the next holder passes it on."""
    lost = await queue.try_lease(Job.TURN, _ANN)
    assert lost
    await queue._redis.delete(keys.lease(Job.TURN, _ANN))
    assert await queue.try_lease(Job.TURN, _ANN)
    assert await queue.try_lease(Job.TURN, _ANN) is None
    assert await queue.release(Job.TURN, _ANN, lost)
    assert await queue.try_lease(Job.TURN, _ANN) is None


@pytest.mark.parametrize("seed", range(4))
async def test_no_wake_up_is_lost_among_workers(queue: RedisQueue, seed: int) -> None:
    """Work stored and then woken for is done, though nobody ever looks by himself."""
    chance = random.Random(seed)
    customers = [uuid4() for _ in range(3)]
    stored: dict[UUID, list[int]] = {customer: [] for customer in customers}
    done: dict[UUID, list[int]] = {customer: [] for customer in customers}
    at_work: set[UUID] = set()

    async def dawdle() -> None:
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)

    async def worker() -> None:
        while True:
            heed()
            customer = await queue.next(Job.TURN, patience=_SHORT)
            if customer is None:
                continue
            async with hold(queue, Job.TURN, customer) as mine:
                if not mine:
                    continue
                assert customer not in at_work
                at_work.add(customer)
                while stored[customer]:
                    await dawdle()
                    done[customer].append(stored[customer].pop(0))
                await dawdle()
                at_work.discard(customer)

    workers = [asyncio.create_task(worker()) for _ in range(4)]
    for number in range(120):
        customer = chance.choice(customers)
        stored[customer].append(number)
        await queue.wake(Job.TURN, customer)
        await dawdle()
    await until(lambda: sum(map(len, done.values())) == 120)
    for task in workers:
        task.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    assert all(numbers == sorted(numbers) for numbers in done.values())


async def test_a_block_gives_its_lease_back_whatever_happens(queue: RedisQueue) -> None:
    """Also after an error, and it wakes for who knocked."""

    async def breaks() -> None:
        async with hold(queue, Job.TURN, _ANN) as mine:
            assert mine
            async with hold(queue, Job.TURN, _ANN) as too:
                assert not too
            raise LookupError

    with pytest.raises(LookupError):
        await breaks()
    assert await queue.next(Job.TURN, patience=_SOON) == _ANN
    assert await queue.try_lease(Job.TURN, _ANN)


# ── without Valkey ─────────────────────────────────────────────────────────────────────────


async def test_without_valkey_workers_learn_it_and_nobody_else(nowhere: Redis) -> None:
    """`wake`, `renew`, `release`, `beat` and the questions never raise; waiting for work does."""
    queue = RedisQueue(nowhere)
    await queue.wake(Job.TURN, _ANN)
    await queue.beat("worker", life=_SOON)
    assert not await queue.renew(Job.TURN, _ANN, "x")
    assert await queue.release(Job.TURN, _ANN, "x")  # somebody may have come: look again
    assert not await queue.ready()
    assert not await queue.alive("worker")
    for patience in (_SOON, timedelta(0)):
        with pytest.raises(Unavailable):
            await queue.next(Job.TURN, patience=patience)
    with pytest.raises(Unavailable):
        await queue.try_lease(Job.TURN, _ANN)


async def test_a_killed_valkey_is_used_again_when_it_is_back(
    mortal: tuple[Redis, Running],
) -> None:
    """The same client goes on, also with the scripts that the server has forgotten."""
    redis, process = mortal
    queue = RedisQueue(redis)
    lease = await queue.try_lease(Job.TURN, _ANN)
    assert lease
    await queue.release(Job.TURN, _ANN, lease)
    process.kill()
    await queue.wake(Job.TURN, _ANN)
    with pytest.raises(Unavailable):
        await queue.next(Job.TURN, patience=_SOON)
    process.restart()
    await until(queue.ready)
    await queue.wake(Job.TURN, _BOB)
    assert await queue.next(Job.TURN, patience=timedelta(seconds=5)) == _BOB
    assert await queue.try_lease(Job.TURN, _BOB)


async def test_a_heartbeat_dies_away(queue: RedisQueue) -> None:
    """A part is alive for as long as its last beat says."""
    assert not await queue.alive("worker")
    await queue.beat("worker", life=_SHORT)
    assert await queue.alive("worker")
    assert not await queue.alive("web")

    async def dead() -> bool:
        return not await queue.alive("worker")

    await until(dead)
