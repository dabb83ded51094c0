"""The tracker store that travels: it holds nothing, the request's state is all there is.

``retrieve`` builds the tracker from the state of the turn that runs in this task, ``save``
hands the tracker back to that turn. Two turns never meet: each finds its own through a
context variable, so no lock is needed, not even for turns of the same customer (the service
runs those one at a time).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from engine import state
from engine.turn import Turn, TurnFailed, current_turn


class TravellingTrackerStore(TrackerStore):
    """Gives Rasa the tracker of the turn that runs in this task, and takes it back."""

    def __init__(
        self, domain: Domain | None, event_broker: EventBroker | None = None, **kwargs: Any
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Returns the running turn's tracker, or None for a customer who is new.

        Raises :class:`engine.turn.BadTurn` when the state that came along cannot be read.
        """
        turn = _turn_of(sender_id)
        if turn.tracker is not None:
            return turn.tracker
        if turn.request.state is None:
            return None
        tracker = state.decode(turn.request.state, customer=sender_id, domain=self.domain)
        turn.known_events = len(tracker.events)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Hands the tracker to its turn; the last one saved is what the turn returns."""
        _turn_of(tracker.sender_id).tracker = tracker

    async def keys(self) -> Iterable[str]:
        """Returns nobody: conversations are kept by the service."""
        return []


class OpenLockStore(LockStore):
    """Lets everyone through: nothing is shared between turns, so there is nothing to lock."""

    def __init__(self, endpoint_config: Any = None) -> None:  # noqa: ARG002 - Rasa passes it
        super().__init__()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = 0.0,  # noqa: ARG002 - Rasa's signature
        wait_time_in_seconds: float = 0.0,  # noqa: ARG002 - Rasa's signature
    ) -> AsyncGenerator[TicketLock, None]:
        """Yields at once."""
        yield TicketLock(conversation_id)

    def get_lock(self, conversation_id: str) -> TicketLock | None:
        """Returns a fresh lock that nobody else holds."""
        return TicketLock(conversation_id)

    def save_lock(self, lock: TicketLock) -> None:
        """Keeps nothing."""

    def delete_lock(self, conversation_id: str) -> None:
        """Keeps nothing."""


def _turn_of(customer: str) -> Turn:
    turn = current_turn()
    if turn is None:
        raise TurnFailed("no_turn", "A tracker was asked for outside of a turn.")
    if turn.request.customer != customer:
        raise turn.fail("wrong_customer", "A turn asked for the tracker of another customer.")
    return turn
