"""Shows a customer that staff are writing: on the web at once, in messengers now and then."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from uuid import UUID

from nitka.domain.address import Channel
from nitka.domain.customer import KnownAddress
from nitka.domain.staff import Staff
from nitka.errors import Refused
from nitka.ports import Connector, Fanout, Store, topic_of
from nitka.service.write import where_he_is

_PAUSE = 5.0  # seconds that Telegram shows it: https://core.telegram.org/bots/api#sendchataction
_KEPT = 1000


class ShowTyping:
    """Says it for the owner of a thread only; lost where nobody looks."""

    def __init__(
        self,
        store: Store,
        *,
        fanout: Fanout,
        connectors: Mapping[Channel, Connector],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._fanout = fanout
        self._connectors = connectors
        self._seconds = seconds
        self._shown: OrderedDict[UUID, float] = OrderedDict()

    async def __call__(self, customer_id: UUID, staff: Staff) -> None:
        async with self._store.begin() as uow:
            if await uow.customers.get(customer_id) is None:
                return
            thread = await uow.threads.get(customer_id)
            if thread.agent != staff.key:
                return
            try:
                address = await where_he_is(uow, customer_id)
            except Refused:
                return
        await self._fanout.publish(topic_of(customer_id), {"kind": "typing", "author": "agent"})
        if address.address.channel is not Channel.WEB:
            await self._in_a_messenger(address)

    async def _in_a_messenger(self, known: KnownAddress) -> None:
        now = self._seconds()
        connector = self._connectors.get(known.address.channel)
        if connector is None or now < self._shown.get(known.id, now - _PAUSE) + _PAUSE:
            return
        self._shown.pop(known.id, None)
        self._shown[known.id] = now
        while len(self._shown) > _KEPT:
            self._shown.popitem(last=False)
        await connector.typing(known.address)
