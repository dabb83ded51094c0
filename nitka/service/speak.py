"""Says something to a customer, or for one, on behalf of another system.

A request under an idempotency key is carried out once: its answer is kept with what it did, in
one transaction, and given again to whoever repeats the request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from nitka.domain.address import Address, Channel
from nitka.domain.customer import KnownAddress
from nitka.domain.inbound import Inbound
from nitka.domain.message import Author, Button, Message, MessageState
from nitka.errors import Refused
from nitka.ports import Answer, Fanout, Front, Job, Line, Queue, Store, UnitOfWork, topic_of
from nitka.service.find import find_root, unknown_customer
from nitka.service.lines import add_line, chosen_address

Shape = Callable[[Message], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a message is for, or from: a customer, or an address of his."""

    customer_id: UUID | None = None
    channel: Channel | None = None
    native_id: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What another system wants said. `digest` is of the whole request; `key` may be None."""

    whom: Whom
    text: str
    buttons: tuple[Button, ...] = ()
    author: Author = Author.SYSTEM
    key: str | None = None
    digest: str = ""


class Speak:
    """Carries out requests of other systems to say something, each key once."""

    def __init__(
        self,
        store: Store,
        *,
        front: Front,
        queue: Queue,
        fanout: Fanout,
        accounts: Mapping[Channel, str],
    ) -> None:
        """`accounts` are our own on the channels, for addresses that nobody wrote from yet."""
        self._store = store
        self._front = front
        self._queue = queue
        self._fanout = fanout
        self._accounts = accounts

    async def to_customer(self, request: Request, shape: Shape) -> Answer:
        """Add a line to the thread and send it to the address, or to the last reachable one.

        Raises `Refused`: 404 `unknown_customer`, 409 `unreachable`, 422 `idempotency_key_reused`.
        """
        try:
            async with self._store.begin() as uow:
                kept = await _kept(uow, request)
                if kept is not None:
                    return kept
                message = await _add(uow, request)
                answer = Answer(request.digest, 201, shape(message))
                await _keep(uow, request, answer)
        except _OvertakenError:
            return await self._answer_of(request)
        await self._fanout.publish(topic_of(message.customer_id), {"kind": "thread"})
        await self._queue.wake(Job.DELIVERY, message.customer_id)
        return answer

    async def from_customer(self, request: Request, shape: Shape) -> Answer:
        """Take in what a customer said, exactly as if it had come by its channel.

        Raises `Refused`: 404 `unknown_customer` or `unknown_address`, 409 `no_address`,
        422 `idempotency_key_reused`.
        """
        async with self._store.begin() as uow:
            kept = await _kept(uow, request)
            if kept is not None:
                return kept
            address = await self._source(uow, request.whom)
        native_id = f"api:{request.key or uuid4()}"
        received = await self._front.receive(Inbound(address, native_id, request.text))
        if received is None:
            raise Refused("not_taken", "The message was not taken.", status=409)
        answer = Answer(request.digest, 201, shape(received.message))
        try:
            async with self._store.begin() as uow:
                await _keep(uow, request, answer)
        except _OvertakenError:
            return await self._answer_of(request)
        return answer

    async def _source(self, uow: UnitOfWork, whom: Whom) -> Address:
        if whom.customer_id is None and whom.channel is not None and whom.native_id:
            found = await uow.directory.with_address(whom.channel, whom.native_id)
            if not found:
                account = self._accounts.get(whom.channel)
                if account is None:
                    raise _unknown_address()
                return Address(whom.channel, account, whom.native_id)
        addresses = await _addresses(uow, whom)
        if not addresses:
            raise Refused("no_address", "The customer has no address.", status=409)
        return addresses[0].address

    async def _answer_of(self, request: Request) -> Answer:
        async with self._store.begin() as uow:
            kept = await _kept(uow, request)
        if kept is None:
            raise Refused("try_again", "The same request is just being worked on.", status=409)
        return kept


class _OvertakenError(Exception):
    """The same request was carried out at the same time by somebody else."""


async def _add(uow: UnitOfWork, request: Request) -> Message:
    thread = await uow.threads.current(await _customer_of(uow, request.whom))
    if thread is None:
        raise unknown_customer()
    customer_id = thread.customer_id
    addresses = await _addresses(uow, request.whom)
    chosen = await chosen_address(uow, customer_id, addresses)
    reachable = chosen or next((known for known in addresses if known.reachable), None)
    if reachable is None:
        raise Refused("unreachable", "The customer has no address that takes messages.", status=409)
    line = Line(
        request.author,
        request.text,
        MessageState.PENDING,
        reachable,
        buttons=request.buttons,
        key=f"api:{request.key}" if request.key else None,
    )
    message = await add_line(uow, customer_id, line)
    if message is None:
        raise _OvertakenError
    return message


async def _addresses(uow: UnitOfWork, whom: Whom) -> list[KnownAddress]:
    """Give the addresses that are meant, the one that was written from last first."""
    addresses = await uow.customers.addresses(await _customer_of(uow, whom))
    if whom.customer_id is not None:
        return list(addresses)
    return [
        known
        for known in addresses
        if (known.address.channel, known.address.native_id) == (whom.channel, whom.native_id)
    ]


async def _customer_of(uow: UnitOfWork, whom: Whom) -> UUID:
    if whom.customer_id is not None:
        return await find_root(uow, whom.customer_id)
    if whom.channel is None or not whom.native_id:
        raise _unknown_address()
    found = await uow.directory.with_address(whom.channel, whom.native_id)
    if not found:
        raise _unknown_address()
    return found[0].id


def _unknown_address() -> Refused:
    return Refused("unknown_address", "Nobody has written from this address.", status=404)


async def _kept(uow: UnitOfWork, request: Request) -> Answer | None:
    kept = await uow.answers.get(request.key) if request.key else None
    if kept is not None and kept.digest != request.digest:
        raise Refused(
            "idempotency_key_reused",
            "This idempotency key was used with another request.",
            status=422,
        )
    return kept


async def _keep(uow: UnitOfWork, request: Request, answer: Answer) -> None:
    if request.key and not await uow.answers.keep(request.key, answer):
        raise _OvertakenError
