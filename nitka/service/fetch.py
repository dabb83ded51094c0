"""Downloads what customers sent through messengers, so that it is ours to show and to erase."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog

from nitka.domain.address import Channel
from nitka.domain.message import Attachment, Message
from nitka.errors import SendError, SendFault
from nitka.ports import Clock, Connector, Fanout, Files, Job, Queue, Store, StoredFile, topic_of
from nitka.ports import Fetch as DueFetch
from nitka.service.lease import hold

log = structlog.get_logger(__name__)
_TIMEOUT = 60.0  # seconds
_PAUSES = [timedelta(seconds=s) for s in (2, 10, 60, 300, 1800, 7200)]


class Fetch:
    """Works off one customer's lines with attachments that are still on their platform."""

    def __init__(
        self,
        store: Store,
        *,
        files: Files,
        queue: Queue,
        fanout: Fanout,
        connectors: Mapping[Channel, Connector],
        clock: Clock,
    ) -> None:
        self._store = store
        self._files = files
        self._queue = queue
        self._fanout = fanout
        self._connectors = connectors
        self._clock = clock

    async def __call__(self, customer_id: UUID) -> None:
        """Download what is due; what fails comes back later, and at last is given up with the
        reason, the line staying as it is."""
        async with hold(self._queue, Job.FETCH, customer_id) as mine:
            if not mine:
                return
            async with self._store.begin() as uow:
                due = await uow.fetches.due(customer_id)
            for fetch in due:
                await self._fetch(fetch)
            if due:
                await self._fanout.publish(topic_of(customer_id), {"kind": "thread"})

    async def _fetch(self, fetch: DueFetch) -> None:
        message = fetch.message
        kept: list[Attachment] = []
        error: SendError | None = None
        for attachment in message.attachments:
            if not _left(attachment):
                kept.append(attachment)
                continue
            try:
                kept.append(await self._download(message, attachment))
            except SendError as fault:
                log.warning("fetch.failed", message=str(message.id), error=str(fault))
                kept.append(attachment)
                error = fault
        async with self._store.begin() as uow:
            await uow.threads.lock(message.customer_id)  # nobody else changes the line meanwhile
            current = await uow.messages.get(message.id)
            if current is not None and not current.deleted:
                current = _with_files(current, kept)
                await uow.messages.change(current)
            if error is None:
                if current is None or not any(map(_left, current.attachments)):
                    await uow.fetches.done(message.id)
            elif error.retryable and fetch.attempts < len(_PAUSES):
                at = self._clock.now() + (error.retry_after or _PAUSES[fetch.attempts])
                await uow.fetches.again(message.id, error=str(error), at=at)
            else:
                await uow.fetches.done(message.id, error=str(error))

    async def _download(self, message: Message, attachment: Attachment) -> Attachment:
        connector = self._connectors.get(message.channel) if message.channel else None
        if connector is None or attachment.source is None:
            raise SendError(SendFault.NO_CONNECTOR, f"{message.channel} is off", retryable=True)
        try:
            async with asyncio.timeout(_TIMEOUT):
                content = await connector.download(attachment.source)
        except TimeoutError as error:
            raise SendError(SendFault.NETWORK, "no answer in time", retryable=True) from error
        file_id = await self._files.save(content)
        stored = StoredFile(
            file_id,
            str(message.address_id),
            attachment.name,
            attachment.media_type,
            len(content),
        )
        async with self._store.begin() as uow:
            await uow.ledger.add_file(stored)
        return replace(attachment, file_id=file_id, size=len(content))


def _left(attachment: Attachment) -> bool:
    """Say whether an attachment is still on its platform."""
    return not attachment.file_id and attachment.source is not None


def _with_files(message: Message, kept: list[Attachment]) -> Message:
    """Put downloaded files into a line that may have gained attachments meanwhile."""
    files = {attachment.source: attachment for attachment in kept if attachment.source}
    return replace(
        message,
        attachments=tuple(files.get(item.source or "", item) for item in message.attachments),
    )
