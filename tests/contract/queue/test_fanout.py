"""`ports.Fanout`: everyone who listens hears, also after Valkey was away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
from redis.asyncio import Redis

from nitka.queue import keys
from nitka.queue.fanout import RedisFanout
from nitka.up.process import Running
from tests.support.until import until

_THREAD = {"kind": "thread"}
Frames = AsyncIterator[Mapping[str, object]]


@pytest.fixture
async def fanout(redis: Redis) -> AsyncIterator[RedisFanout]:
    opened = RedisFanout(redis)
    yield opened
    await opened.close()


async def _next(frames: Frames) -> Mapping[str, object]:
    return await asyncio.wait_for(anext(frames), 20)


async def _hear(frames: Frames, number: object, *, again: object = None) -> None:
    """Wait until a numbered frame is heard; nudges, and another one `again`, may come before."""
    while (frame := await _next(frames)) != {"n": number}:
        assert frame in (_THREAD, {"n": again})


async def test_all_listeners_of_a_topic_hear_in_order(fanout: RedisFanout, redis: Redis) -> None:
    """In this process and in others; on this topic only."""
    other = RedisFanout(redis)
    async with (
        fanout.listen("a") as one,
        fanout.listen("a") as two,
        other.listen("a") as three,
        fanout.listen("b") as stranger,
    ):
        for frames in (one, two, three, stranger):
            assert await _next(frames) == _THREAD
        for number in range(5):
            await fanout.publish("a", {"n": number})
        for frames in (one, two, three):
            for number in range(5):
                await _hear(frames, number)
        await fanout.publish("b", {"n": "b"})
        await _hear(stranger, "b")
    await other.close()


async def test_nothing_is_missed_after_the_first_nudge(fanout: RedisFanout) -> None:
    """A listener is told when it is heard for certain: what is published then arrives."""
    async with fanout.listen("kept open"):
        for number in range(30):
            async with fanout.listen(f"topic {number}") as frames:
                assert await _next(frames) == _THREAD
                await fanout.publish(f"topic {number}", {"n": number})
                assert await _next(frames) == {"n": number}


async def test_who_comes_while_another_leaves_still_hears(fanout: RedisFanout) -> None:
    """A page that is loaded anew closes its old socket while it opens the new one."""
    async with fanout.listen("kept open"):
        for number in range(30):
            leaving = fanout.listen("a")
            await leaving.__aenter__()
            gone = asyncio.create_task(_leave(leaving))
            async with fanout.listen("a") as frames:
                await gone
                hearing = asyncio.create_task(_hear(frames, number, again=number - 1))
                while not hearing.done():  # a subscription takes its time; a lost one never hears
                    await fanout.publish("a", {"n": number})
                    await asyncio.wait({hearing}, timeout=0.1)
                await hearing


async def _leave(listening: object) -> None:
    await listening.__aexit__(None, None, None)  # type: ignore[attr-defined]  # as `async with`


async def test_who_leaves_is_forgotten(fanout: RedisFanout, redis: Redis) -> None:
    """Nothing is kept for those who are gone, here or in Valkey, also after an error."""

    async def breaks() -> None:
        async with fanout.listen("a") as frames:
            await _next(frames)
            raise LookupError

    with pytest.raises(LookupError):
        await breaks()

    async def unsubscribed() -> bool:
        counts = await redis.pubsub_numsub(keys.topic("a"))
        return dict(counts)[keys.topic("a")] == 0

    await until(unsubscribed)
    assert not fanout._listeners


async def test_a_slow_listener_blocks_nobody(fanout: RedisFanout) -> None:
    """One that does not listen loses its oldest frames; the others hear everything."""
    async with fanout.listen("a") as slow, fanout.listen("a") as quick:
        assert await _next(quick) == _THREAD
        for number in range(600):
            await fanout.publish("a", {"n": number})
            await _hear(quick, number)
        heard = [await _next(slow) for _ in range(256)]
        assert heard == [{"n": number} for number in range(600 - 256, 600)]


@pytest.mark.parametrize("bent", [b"", b"{", b"[]", b"7", b'"x"', b"[" * 100_000, b"\xff"])
async def test_what_is_bent_is_passed_over(fanout: RedisFanout, redis: Redis, bent: bytes) -> None:
    """A stranger's words on a topic silence nobody."""
    async with fanout.listen("a") as frames:
        assert await _next(frames) == _THREAD
        await redis.publish(keys.topic("a"), bent)

        async def heard() -> bool:
            await fanout.publish("a", {"n": 1})
            return {"n": 1} in [await _next(frames)]

        await until(heard)


async def test_listeners_are_nudged_when_valkey_is_back(mortal: tuple[Redis, Running]) -> None:
    """Killed and restarted: all topics again, and everyone looks whether he missed something."""
    redis, process = mortal
    fanout = RedisFanout(redis)
    async with fanout.listen("a") as one, fanout.listen("b") as two, fanout.listen("a") as three:
        for frames in (one, two, three):
            assert await _next(frames) == _THREAD
        process.kill()
        await fanout.publish("a", {"n": "lost"})
        async with fanout.listen("c") as late:
            process.restart()
            for frames in (one, two, three, late):
                assert await _next(frames) == _THREAD
            for topic, frames in (("a", one), ("b", two), ("a", three), ("c", late)):
                await fanout.publish(topic, {"n": topic})
                await _hear(frames, topic)
                if topic == "a":
                    continue
    await fanout.close()


async def test_without_valkey_nobody_is_stopped(nowhere: Redis) -> None:
    """Publishing and listening do not raise; the block is entered and left."""
    fanout = RedisFanout(nowhere)
    await fanout.publish("a", _THREAD)
    async with fanout.listen("a") as frames, fanout.listen("b"):
        hearing = asyncio.create_task(_next(frames))
        await fanout.publish("a", _THREAD)
        assert not hearing.done()
        hearing.cancel()
    await fanout.close()
