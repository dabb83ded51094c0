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
from nitka.domain.message import MessageState, numbered
from nitka.errors import SendError, SendFault
from nitka.ports import Clock, Connector, Due, Job, Queue, Sent, Store
from nitka.service.lease import hold

log = structlog.get_logger(__name__)
_SEND_TIMEOUT = 30.0  # seconds
_MOST_ATTEMPTS = 12  # with the back-off below: about twenty minutes
_LONGEST_PAUSE = timedelta(minutes=5)
_MAY_HAVE_ARRIVED = (SendFault.NETWORK, SendFault.PLATFORM_DOWN)


@dataclass(frozen=True, slots=True)
class _Tried:
    """How a try ended: what the platform calls the first part and the last, or the error."""

    due: Due
    outcome: tuple[Sent, Sent] | SendError


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
                error = attempt.outcome
                if isinstance(error, tuple):
                    first, last = error
                    await uow.outbox.sent(message_id, native_id=last.native_id)
                    await uow.messages.raise_state(
                        message_id, MessageState.SENT, native_id=first.native_id
                    )
                    continue
                retry_at = None
                limited = error.fault is SendFault.RATE_LIMITED  # not yet is not no
                if error.retryable and (limited or attempt.due.attempts < _MOST_ATTEMPTS):
                    retry_at = self._clock.now() + _pause(error, attempts=attempt.due.attempts)
                await uow.outbox.failed(
                    message_id,
                    error=str(error),
                    retry_at=retry_at,
                    doubtful=error.fault in _MAY_HAVE_ARRIVED,
                )
                if retry_at is None:
                    await uow.messages.raise_state(message_id, MessageState.FAILED)
                if error.fault is SendFault.UNREACHABLE:
                    await uow.customers.reach(attempt.due.address.id, reachable=False)
            batch = list(await uow.outbox.due(customer_id))
            for due in batch:
                await uow.outbox.sending(due.message.id)
        return batch

    async def _send(self, due: Due) -> tuple[Sent, Sent] | SendError:
        """Send the parts that are not out yet, noting each, so that none goes out twice."""
        address = due.address.address
        connector = self._connectors.get(address.channel)
        if connector is None:
            off = f"channel {address.channel} is off"
            return SendError(SendFault.NO_CONNECTOR, off, retryable=True)
        if due.doubtful and due.attempts > _MOST_ATTEMPTS:
            # A message that breaks its worker again and again must not block those behind it.
            often = f"the try broke off {due.attempts} times"
            return SendError(SendFault.NETWORK, often, retryable=False)
        buttons = connector.capabilities().buttons
        message = due.message if buttons else numbered(due.message)
        first = answer = Sent()
        parts = connector.render(message)
        try:
            for number, part in enumerate(parts):
                if number < due.parts_sent:
                    continue
                doubtful = due.doubtful and number == due.parts_sent
                async with asyncio.timeout(_SEND_TIMEOUT):
                    answer = await connector.send(address, part, doubtful=doubtful)
                first = answer if number == 0 else first
                if number + 1 < len(parts):
                    await self._note_progress(due.message.id, number + 1, answer)
            return first, answer
        except TimeoutError:
            error = SendError(SendFault.NETWORK, "no answer in time", retryable=True)
        except SendError as refused:
            error = refused
        log.warning(
            "send.failed", message=str(due.message.id), channel=address.channel, error=str(error)
        )
        return error

    async def _note_progress(self, message_id: UUID, parts_sent: int, sent: Sent) -> None:
        async with self._store.begin() as uow:
            await uow.outbox.progress(message_id, parts_sent, native_id=sent.native_id)


def _pause(error: SendError, *, attempts: int) -> timedelta:
    """Give the time until the next try: what the platform asks for, else doubling with jitter."""
    if error.retry_after is not None:
        return error.retry_after
    longest = min(timedelta(seconds=2 ** min(attempts, 16)), _LONGEST_PAUSE)
    return longest * (0.5 + random.random() / 2)  # noqa: S311  # jitter, not a secret
