"""`ports.Live`: a copy that may be lost, old or bent at any time, and never breaks a turn."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from nitka.domain.turn import DialogueState
from nitka.queue import keys
from nitka.queue.live import RedisLive
from nitka.up.process import Running
from tests.support.until import until

_ANN = uuid4()
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_KEPT = st.fixed_dictionaries({"turn": _JSON, "state": _JSON}) | _JSON


async def test_a_state_is_kept_and_forgotten(redis: Redis) -> None:
    """As it was, for this customer only, until it is forgotten."""
    live = RedisLive(redis)
    state = DialogueState(7, {"slots": {"имя": "Żaneta", "n": 2**60}, "stack": [1, None, {}]})
    assert await live.state(_ANN) is None
    await live.keep(_ANN, state)
    assert await live.state(_ANN) == state
    assert await live.state(uuid4()) is None
    await live.keep(_ANN, DialogueState(8, {}))
    assert await live.state(_ANN) == DialogueState(8, {})
    await live.forget(_ANN)
    assert await live.state(_ANN) is None
    await live.forget(_ANN)


async def test_a_state_that_nobody_uses_leaves(redis: Redis) -> None:
    """Every keep begins its life anew; SQL has it for good."""
    await RedisLive(redis, life=timedelta(days=30)).keep(_ANN, DialogueState(1, {}))
    days = (await redis.ttl(keys.state(_ANN))) / 86400
    assert 29 < days <= 30


@pytest.mark.parametrize(
    "bent",
    [
        "",
        "{",
        "null",
        "[]",
        '"x"',
        "{}",
        '{"turn": 1}',
        '{"state": {}}',
        '{"turn": null, "state": {}}',
        '{"turn": "1", "state": {}}',
        '{"turn": true, "state": {}}',
        '{"turn": 1.5, "state": {}}',
        '{"turn": Infinity, "state": {}}',
        '{"turn": 1, "state": []}',
        '{"turn": 1, "state": "x"}',
        "[" * 100_000,
        b"\xff\xfe",
    ],
)
async def test_what_is_bent_is_not_there(redis: Redis, bent: str | bytes) -> None:
    """Anything but what `keep` writes reads as None."""
    await redis.set(keys.state(_ANN), bent)
    assert await RedisLive(redis).state(_ANN) is None


async def test_a_key_of_another_kind_is_not_there(redis: Redis) -> None:
    """Valkey's own refusals read as None too."""
    await redis.lpush(keys.state(_ANN), "x")
    assert await RedisLive(redis).state(_ANN) is None


class _OneValue:
    """A Redis that has one value for every key."""

    def __init__(self, value: str) -> None:
        self._value = value

    async def get(self, key: str) -> str:
        return self._value


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(kept=_KEPT)
def test_reading_never_raises(kept: object) -> None:
    """Whatever stands there: None, or a turn number with an object."""
    live = RedisLive(_OneValue(json.dumps(kept)))  # type: ignore[arg-type]  # reads only
    state = asyncio.run(live.state(_ANN))
    assert state is None or (type(state.turn) is int and isinstance(state.body, dict))


async def test_without_valkey_there_is_no_live_state(nowhere: Redis) -> None:
    """Nothing raises: SQL has it."""
    live = RedisLive(nowhere)
    await live.keep(_ANN, DialogueState(1, {}))
    assert await live.state(_ANN) is None
    await live.forget(_ANN)


async def test_what_was_forgotten_leaves_the_disk(
    mortal: tuple[Redis, Running], tmp_path: Path
) -> None:
    """Also when its file is just being rewritten with it: that is another's erasure."""
    redis, _ = mortal
    live = RedisLive(redis)
    await live.keep(_ANN, DialogueState(1, {"said": "zebra-word"}))
    for number in range(50):
        await redis.set(f"other:{number}", number)
    await redis.config_set("rdb-key-save-delay", 20_000)  # µs: the first rewrite takes a second
    await redis.bgrewriteaof()
    await live.forget(_ANN)
    await redis.config_set("rdb-key-save-delay", 0)
    await live.scrub()

    async def settled() -> bool:
        told = await redis.info("persistence")
        return not told["aof_rewrite_in_progress"] and not told["aof_rewrite_scheduled"]

    await until(settled)
    await until(lambda: not any(map(_has_zebra, (tmp_path / "valkey").rglob("*"))), seconds=5)


def _has_zebra(path: Path) -> bool:
    try:
        return path.is_file() and b"zebra-word" in path.read_bytes()
    except FileNotFoundError:  # the server tidies up
        return False
