"""The live side over a real Valkey: the session's, and one of the test's own to kill."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from nitka.queue.connection import open_redis
from nitka.up.home import free_port
from nitka.up.process import Running, running
from nitka.up.valkey import EmbeddedValkey


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the session's Valkey, which is empty."""
    client = open_redis(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def nowhere() -> AsyncIterator[Redis]:
    """A client of a Valkey that is not there."""
    client = open_redis(f"redis://127.0.0.1:{free_port()}/0")
    yield client
    await client.aclose()


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[tuple[Redis, Running]]:
    """A Valkey of the test's own, and its process to kill and restart."""
    server = EmbeddedValkey(folder=tmp_path / "valkey", port=free_port())
    with running(server.part(), log=tmp_path / "valkey.log") as process:
        client = open_redis(server.url)
        yield client, process
        await client.aclose()
