"""What comes in by either way: parsed, stored, and only then answered for."""

from __future__ import annotations

from collections import OrderedDict

import structlog

from connectors.fields import digest
from connectors.telegram.connector import Telegram
from connectors.telegram.parse import is_from_group, malformed, parse, query_id
from nitka.domain.address import Channel
from nitka.domain.inbound import Ignored, Incoming
from nitka.errors import ConfigError, SendError, Unavailable
from nitka.ports import Front

log = structlog.get_logger(__name__)

_TRIES = 5  # of an update whose storing breaks, before it is given up
_REMEMBERED = 1000


class Intake:
    """Takes updates in. One that cannot be stored for its own sake never blocks those behind it."""

    def __init__(self, telegram: Telegram, front: Front) -> None:
        self._telegram, self._front = telegram, front
        self._broken: OrderedDict[str, int] = OrderedDict()

    async def take(self, update: object) -> None:
        """Store an update. Raises `Unavailable` if it is not stored: Telegram must keep it."""
        if is_from_group(update) and self._telegram.username is None:
            await self._identify()
        for incoming in parse(update, me=self._telegram.me):
            await self._store(incoming)
        pressed = query_id(update)
        if pressed is not None:
            self._telegram.acknowledge(pressed)

    async def refuse(self, body: bytes) -> None:
        """Account for what is no JSON. Raises `Unavailable`."""
        await self._store(malformed(body, me=self._telegram.me))

    async def _identify(self) -> None:
        """Learn the bot's name: without it a group's message cannot be told for whom it is."""
        try:
            await self._telegram.identify()
        except (SendError, ConfigError) as error:
            raise Unavailable("Telegram does not say who the bot is") from error

    async def _store(self, incoming: Incoming) -> None:
        try:
            await self._front.receive(incoming)
        except Unavailable:
            raise
        except Exception as error:  # an edge: whatever breaks here is logged and accounted for
            log.exception("telegram.update_broke", native_id=incoming.native_id)
            if self._count(incoming.native_id) < _TRIES:
                raise Unavailable("the update could not be stored") from error
            await self._give_up(incoming)

    async def _give_up(self, incoming: Incoming) -> None:
        native_id = f"broken:{digest(incoming.native_id)}"
        ignored = Ignored(Channel.TELEGRAM, self._telegram.account, native_id, "broken")
        try:
            await self._front.receive(ignored)
        except Exception as error:
            raise Unavailable("not even the accounting can be written") from error

    def _count(self, native_id: str) -> int:
        tries = self._broken.pop(native_id, 0) + 1
        self._broken[native_id] = tries
        if len(self._broken) > _REMEMBERED:
            self._broken.popitem(last=False)
        return tries
