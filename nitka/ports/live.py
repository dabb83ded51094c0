"""What is live and shared between processes. Losing it loses nothing: SQL has the truth."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from nitka.domain.turn import DialogueState


class Job(StrEnum):
    """What a worker can be woken for."""

    TURN = "turn"
    DELIVERY = "delivery"
    FETCH = "fetch"
    LISTEN = "listen"


class Queue(Protocol):
    """Wakes workers. Nothing is lost with it: SQL knows what is unfinished."""

    async def wake(self, job: Job, customer_id: UUID) -> None:
        """Ask a worker to look after a customer; asking twice is asking once. Never raises."""
        ...

    async def next(self, job: Job, *, patience: timedelta) -> UUID | None: ...

    async def try_lease(self, job: Job, customer_id: UUID) -> str | None:
        """Take the customer's lease for a job; None if somebody has it (who is then told to look
        once more before he leaves)."""
        ...

    async def renew(self, job: Job, customer_id: UUID, lease: str) -> bool:
        """Keep a lease alive; False if it was lost."""
        ...

    async def release(self, job: Job, customer_id: UUID, lease: str) -> bool:
        """Give a lease back; True if somebody came in the meantime, so that one must look again."""
        ...

    async def ready(self) -> bool: ...


class Live(Protocol):
    """The live copy of dialogue states, by customer."""

    async def state(self, customer_id: UUID) -> DialogueState | None:
        """Give the live state, or None (never raises: SQL has it)."""
        ...

    async def keep(self, customer_id: UUID, state: DialogueState) -> None: ...

    async def forget(self, customer_id: UUID) -> None: ...

    async def scrub(self) -> None:
        """Have the server drop from its disk what was forgotten, where it may be told to."""
        ...


class Fanout(Protocol):
    """Tells the processes that hold a customer's sockets that there is something to show."""

    async def publish(self, topic: str, frame: Mapping[str, object]) -> None:
        """Tell everyone who listens on a topic; never raises: listeners also look by themselves."""
        ...

    def listen(
        self, topic: str
    ) -> AbstractAsyncContextManager[AsyncIterator[Mapping[str, object]]]: ...
