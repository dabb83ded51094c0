"""The thread as connectors see it: storing what comes in, showing what is there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from uuid import UUID

from nitka.domain.address import Address
from nitka.domain.inbound import Ignored, Inbound
from nitka.domain.message import Author, Message, MessageState
from nitka.ports import Fanout, Job, Line, Position, Queue, Received, Store, topic_of


class ThreadFront:
    """`ports.Front` over the store, the queue and the fan-out."""

    def __init__(self, store: Store, *, queue: Queue, fanout: Fanout) -> None:
        self._store = store
        self._queue = queue
        self._fanout = fanout

    async def receive(self, inbound: Inbound | Ignored) -> Received | None:
        """Store an inbound once and have it answered.

        The line, its inbox row, and a new customer are one transaction; the same native id again
        gives the first line back. Raises `Unavailable`, and then nothing is stored.
        """
        if isinstance(inbound, Ignored):
            await self._drop(inbound)
            return None
        received, new = await self._store_once(_storable(inbound))
        if new:
            await self._fanout.publish(topic_of(inbound.address), {"kind": "bound"})
        if not received.duplicate:
            await self._fanout.publish(topic_of(received.customer_id), {"kind": "thread"})
            await self._queue.wake(Job.TURN, received.customer_id)
        return received

    async def _store_once(self, inbound: Inbound) -> tuple[Received, bool]:
        async with self._store.begin() as uow:
            customer, address, new = await uow.customers.at(inbound.address, inbound.profile)
            known = await uow.inbox.known(inbound.address, inbound.native_id)
            if known is not None:
                return Received(known.customer_id, known, duplicate=True), False
            line = Line(
                Author.CUSTOMER,
                inbound.text,
                MessageState.RECEIVED,
                address,
                attachments=inbound.attachments,
                payload=inbound.payload,
                native_id=inbound.message_id,
            )
            message = await uow.messages.add(customer.id, line)
            assert message is not None  # noqa: S101  # only a line with a key can be there already
            await uow.inbox.put(inbound, customer_id=customer.id, message_id=message.id)
            return Received(customer.id, message, duplicate=False), new

    async def _drop(self, ignored: Ignored) -> None:
        async with self._store.begin() as uow:
            await uow.inbox.drop(ignored)

    async def position(self, address: Address) -> Position | None:
        async with self._store.begin() as uow:
            found = await uow.customers.find(address)
            if found is None:
                return None
            thread = await uow.threads.get(found[0].id)
        return Position(thread.customer_id, thread.seq, thread.owner, thread.team)

    async def lines(self, customer_id: UUID, *, after: int) -> Sequence[Message]:
        async with self._store.begin() as uow:
            return await uow.messages.after(customer_id, after)

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


def _storable(inbound: Inbound) -> Inbound:
    """Drop what PostgreSQL cannot keep: NUL characters, and halves of surrogate pairs."""
    return replace(
        inbound,
        text=_clean(inbound.text),
        native_id=_clean(inbound.native_id),
        message_id=_clean(inbound.message_id) if inbound.message_id else None,
        payload=_clean(inbound.payload) if inbound.payload else None,
        profile=replace(
            inbound.profile, name=_clean(inbound.profile.name) if inbound.profile.name else None
        ),
    )


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
