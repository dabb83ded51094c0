"""Wakes workers and lets one of them at a time look after a customer."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog
from redis.asyncio import Redis

from nitka.errors import Unavailable
from nitka.ports import Job
from nitka.queue import keys
from nitka.queue.connection import GONE

_LUA = Path(__file__).parent / "lua"
_LONGEST_WAIT = 2.0  # seconds in one call: shorter than the connection's time-out
log = structlog.get_logger(__name__)


class RedisQueue:
    """`ports.Queue`. A lease lives `lease_life`; a worker that dies frees it by then."""

    def __init__(self, redis: Redis, *, lease_life: timedelta = timedelta(seconds=8)) -> None:
        self._redis = redis
        self._life_ms = int(lease_life / timedelta(milliseconds=1))
        self._take = redis.register_script((_LUA / "take.lua").read_text("ascii"))
        self._renew = redis.register_script((_LUA / "renew.lua").read_text("ascii"))
        self._release = redis.register_script((_LUA / "release.lua").read_text("ascii"))

    @property
    def lease_life(self) -> timedelta:
        return timedelta(milliseconds=self._life_ms)

    async def wake(self, job: Job, customer_id: UUID) -> None:
        try:
            await self._redis.zadd(keys.work(job), {str(customer_id): time.time()}, nx=True)
        except GONE as error:  # the pick-up finds the customer in SQL
            log.warning("wake.lost", job=job, customer=str(customer_id), error=str(error))

    async def next(self, job: Job, *, patience: timedelta) -> UUID | None:
        """Give the customer that has waited longest, or None after `patience`.

        Raises `Unavailable` when Redis is gone.
        """
        until = time.monotonic() + patience.total_seconds()
        try:
            while (left := until - time.monotonic()) > 0:
                popped = await self._redis.bzpopmin([keys.work(job)], min(left, _LONGEST_WAIT))
                if popped:
                    return UUID(str(popped[1]))
            at_once = await self._redis.zpopmin(keys.work(job))
        except GONE as error:
            raise Unavailable(f"Redis: {error}") from error
        return UUID(str(at_once[0][0])) if at_once else None

    async def try_lease(self, job: Job, customer_id: UUID) -> str | None:
        holder = secrets.token_hex(8)
        pair = [keys.lease(job, customer_id), keys.knock(job, customer_id)]
        try:
            taken = await self._take(keys=pair, args=[holder, self._life_ms])
        except GONE as error:
            raise Unavailable(f"Redis: {error}") from error
        return holder if taken else None

    async def renew(self, job: Job, customer_id: UUID, lease: str) -> bool:
        try:
            pair = [keys.lease(job, customer_id), keys.knock(job, customer_id)]
            return bool(await self._renew(keys=pair, args=[lease, self._life_ms]))
        except GONE:
            return False

    async def release(self, job: Job, customer_id: UUID, lease: str) -> bool:
        pair = [keys.lease(job, customer_id), keys.knock(job, customer_id)]
        try:
            return bool(await self._release(keys=pair, args=[lease]))
        except GONE:
            return True

    async def beat(self, part: str, *, life: timedelta) -> None:
        """Say that a process of this part is alive, for `life`; never raises."""
        try:
            await self._redis.set(keys.heartbeat(part), "1", px=int(life.total_seconds() * 1000))
        except GONE:
            log.debug("heartbeat.lost", part=part)

    async def alive(self, part: str) -> bool:
        """Say whether a process of this part has beaten lately."""
        try:
            return bool(await self._redis.exists(keys.heartbeat(part)))
        except GONE:
            return False

    async def ready(self) -> bool:
        try:
            return bool(await self._redis.ping())
        except GONE:
            return False
