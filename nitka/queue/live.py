"""The live copy of dialogue states."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from nitka.domain.turn import DialogueState
from nitka.queue import keys
from nitka.queue.connection import GONE

log = structlog.get_logger(__name__)
_REWRITTEN_WITHIN = 15.0  # seconds
_LOOK_AGAIN = 0.1


class RedisLive:
    """`ports.Live`. States not used for `life` leave Redis; SQL still has them."""

    def __init__(self, redis: Redis, *, life: timedelta = timedelta(days=30)) -> None:
        self._redis = redis
        self._life = life

    async def state(self, customer_id: UUID) -> DialogueState | None:
        try:
            kept = await self._redis.get(keys.state(customer_id))
            if kept is None:
                return None
            return _read(json.loads(kept))
        except (*GONE, ValueError, KeyError, TypeError, RecursionError) as error:
            log.warning("live.unread", customer=str(customer_id), error=str(error))
            return None

    async def keep(self, customer_id: UUID, state: DialogueState) -> None:
        value = json.dumps({"turn": state.turn, "state": state.body}, ensure_ascii=False)
        try:
            await self._redis.set(keys.state(customer_id), value, ex=self._life)
        except GONE as error:
            log.warning("live.unkept", customer=str(customer_id), error=str(error))

    async def forget(self, customer_id: UUID) -> None:
        try:
            await self._redis.delete(keys.state(customer_id))
        except GONE as error:
            log.warning("live.unforgotten", customer=str(customer_id), error=str(error))

    async def scrub(self) -> None:
        """Rewrite the append-only file, which else keeps old values until it is rewritten.

        One that is being rewritten may have what was forgotten since in it: then it is rewritten
        once more. A server of somebody else's may refuse that, and has its own rules then.
        """
        try:
            async with asyncio.timeout(_REWRITTEN_WITHIN):
                while True:
                    if await self._rewrite():
                        return
                    await asyncio.sleep(_LOOK_AGAIN)
        except (*GONE, ResponseError) as error:
            log.warning("live.unscrubbed", error=str(error))

    async def _rewrite(self) -> bool:
        """Begin to rewrite; False while that is being done already."""
        try:
            await self._redis.bgrewriteaof()
        except ResponseError as error:
            if "already in progress" not in str(error):
                raise
            return False
        return True


def _read(value: object) -> DialogueState:
    """Read what `keep` wrote; raises `KeyError` or `TypeError` for anything else."""
    if not isinstance(value, dict):
        raise TypeError(f"no object: {type(value).__name__}")
    turn, body = value["turn"], value["state"]
    if type(turn) is not int or not isinstance(body, dict):
        raise TypeError("no turn number or no state")
    return DialogueState(turn, body)
