"""Brings messages out, in order for each address, and keeps trying."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from nitka.domain.address import Channel
from nitka.domain.message import MessageState
from nitka.errors import SendError, SendFault
from nitka.ports import Clock, Connector, Due, Job, Queue, Sent, Store
from nitka.service.lease import hold

log = structlog.get_logger(__name__)
_SEND_TIMEOUT = 30.0  # seconds
_MOST_ATTEMPTS = 12  # with the back-off below: about half an hour
_LONGEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Tried:
    due: Due
    outcome: Sent | SendError


class Deliver:
    """Works off the outbox of one customer."""

    def __init__(
        self,
        store: Store,
        *,
        queue: Queue,
        connectors: Mapping[Channel, Connector],
        clock: Clock,
    ) -> None:
        self._store = store
        self._queue = queue
        self._connectors = connectors
        self._clock = clock

    async def __call__(self, customer_id: UUID) -> None:
        """Send what is due until nothing is; what failed comes back at its time.

        A try is noted before it begins. So a crash in its middle is known, and the connector is
        told that the message may have arrived already (`Due.doubtful`).
        """
        async with hold(self._queue, Job.DELIVERY, customer_id) as mine:
            tried: list[_Tried] = []
            while mine and (batch := await self._next(customer_id, tried)):
                tried = [_Tried(due, await self._send(due)) for due in batch]

    async def _next(self, customer_id: UUID, tried: list[_Tried]) -> list[Due]:
        """Write down how the last batch ended and give the next one, in one transaction."""
        async with self._store.begin() as uow:
            for attempt in tried:
                message_id = attempt.due.message.id
                if isinstance(attempt.outcome, Sent):
                    await uow.outbox.sent(message_id)
                    await uow.messages.raise_state(
                        message_id, MessageState.SENT, native_id=attempt.outcome.native_id
                    )
                    continue
                error = attempt.outcome
                retry_at = None
                if error.retryable and attempt.due.attempts < _MOST_ATTEMPTS:
                    retry_at = self._clock.now() + _pause(error, attempts=attempt.due.attempts)
                await uow.outbox.failed(message_id, error=str(error), retry_at=retry_at)
                if retry_at is None:
                    await uow.messages.raise_state(message_id, MessageState.FAILED)
                if error.fault is SendFault.UNREACHABLE:
                    await uow.customers.unreachable(attempt.due.address.id)
            batch = list(await uow.outbox.due(customer_id))
            for due in batch:
                await uow.outbox.sending(due.message.id)
        return batch

    async def _send(self, due: Due) -> Sent | SendError:
        address = due.address.address
        connector = self._connectors.get(address.channel)
        if connector is None:
            off = f"channel {address.channel} is off"
            return SendError(SendFault.NO_CONNECTOR, off, retryable=True)
        try:
            async with asyncio.timeout(_SEND_TIMEOUT):
                return await connector.send(address, due.message)
        except TimeoutError:
            error = SendError(SendFault.NETWORK, "no answer in time", retryable=True)
        except SendError as refused:
            error = refused
        log.warning(
            "send.failed", message=str(due.message.id), channel=address.channel, error=str(error)
        )
        return error


def _pause(error: SendError, *, attempts: int) -> timedelta:
    """Give the time until the next try: what the platform asks for, else doubling with jitter."""
    if error.retry_after is not None:
        return error.retry_after
    longest = min(timedelta(seconds=2**attempts), _LONGEST_PAUSE)
    return longest * (0.5 + random.random() / 2)  # noqa: S311  # jitter, not a secret
