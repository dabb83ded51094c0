"""Opens Redis, with time-outs everywhere."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

GONE = (RedisError, OSError, TimeoutError)
"""What a Redis that is down, restarting or unwilling raises."""


def open_redis(url: str) -> Redis:
    """Give a client; connects when first used. One stale connection is replaced unseen."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=2,
        socket_timeout=5,
        health_check_interval=15,
        retry=Retry(NoBackoff(), 1),
        retry_on_error=[RedisConnectionError],
    )
