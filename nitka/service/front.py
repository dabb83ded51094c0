"""The thread as connectors see it: storing what comes in, showing what is there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from nitka.domain.address import Address
from nitka.domain.inbound import Inbound, Incoming
from nitka.domain.message import Author, Message
from nitka.errors import Renumbered
from nitka.ports import Fanout, Job, Position, Queue, Received, Store, topic_of
from nitka.service.receive import receive


class ThreadFront:
    """`ports.Front` over the store, the queue and the fan-out."""

    def __init__(self, store: Store, *, queue: Queue, fanout: Fanout) -> None:
        self._store = store
        self._queue = queue
        self._fanout = fanout

    async def receive(self, incoming: Incoming) -> Received | None:
        """Store one incoming and have it answered. Raises `Unavailable`: nothing is stored."""
        async with self._store.begin() as uow:
            received, new = await receive(uow, incoming)
        if received is None:
            return None
        if isinstance(received, Message):
            frame = {"kind": "changed", "line": str(received.id)}
            await self._fanout.publish(topic_of(received.customer_id), frame)
            return None
        if new and isinstance(incoming, Inbound):
            await self._fanout.publish(topic_of(incoming.address), {"kind": "bound"})
        if not received.duplicate:
            await self._fanout.publish(topic_of(received.customer_id), {"kind": "thread"})
            await self._queue.wake(Job.TURN, received.customer_id)
            if any(item.source for item in received.message.attachments):
                await self._queue.wake(Job.FETCH, received.customer_id)
        return received

    async def position(self, address: Address, *, anew: bool = False) -> Position | None:
        async with self._store.begin() as uow:
            found = await uow.customers.find(address)
            if found is None:
                return None
            known = found[1]
            thread = await uow.threads.get(found[0].id)
            told = await uow.customers.told_epoch(known.id)
            if anew and told != thread.epoch:
                await uow.customers.tell_epoch(known.id, thread.epoch)
                told = thread.epoch
        return Position(
            thread.customer_id, thread.seq, thread.owner, thread.team, thread.epoch, told
        )

    async def lines(
        self, customer_id: UUID, *, after: int, epoch: int | None = None
    ) -> Sequence[Message]:
        async with self._store.begin() as uow:
            found = await uow.messages.after(customer_id, after)
            if epoch is not None and (await uow.threads.get(customer_id)).epoch != epoch:
                raise Renumbered(f"the thread of {customer_id} has new numbers")
            return found

    async def changes(self, customer_id: UUID, *, after: int) -> Sequence[Message]:
        async with self._store.begin() as uow:
            return await uow.messages.revised(customer_id, after=after)

    async def read(self, address: Address, *, seq: int) -> None:
        async with self._store.begin() as uow:
            found = await uow.customers.find(address)
            if found is not None:
                await uow.messages.read_up_to(found[1].id, seq)

    async def typing(self, address: Address) -> None:
        position = await self.position(address)
        if position is not None:
            await self._fanout.publish(
                topic_of(position.customer_id), {"kind": "typing", "author": Author.CUSTOMER}
            )

    def listen(
        self, topic: str
    ) -> AbstractAsyncContextManager[AsyncIterator[Mapping[str, object]]]:
        return self._fanout.listen(topic)
