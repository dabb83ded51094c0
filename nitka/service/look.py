"""What staff look at: inbox, threads, customers, search. A look at a history is in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from nitka.domain.desk import Hits, Mention, Place, Row, View
from nitka.domain.follow_up import FollowUp
from nitka.domain.message import Message
from nitka.domain.staff import Account
from nitka.ports import Clock, Store, UnitOfWork
from nitka.service.find import find_root, unknown_customer
from nitka.service.show import Portrait, Show

_SAME_LOOK = timedelta(minutes=10)  # within it, going on reading is the same look


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of a thread in order. `epoch`: lines of another one mean nothing any more.

    `changed` is the number of the thread's last change: these lines are as it left them.
    """

    customer_id: UUID
    epoch: int
    seq: int
    changed: int
    messages: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Sight:
    """A customer as the desk shows him."""

    portrait: Portrait
    tags: Sequence[str]
    drafts: Sequence[str]
    planned: Sequence[FollowUp] = ()


class Look:
    """Reads for staff."""

    def __init__(self, store: Store, *, show: Show, clock: Clock) -> None:
        self._store = store
        self._show = show
        self._clock = clock

    async def inbox(
        self,
        account: Account,
        view: View,
        *,
        before: Place | None,
        limit: int,
        only: UUID | None = None,
    ) -> Sequence[Row]:
        async with self._store.begin() as uow:
            return await uow.inboxes.rows(account, view, before=before, limit=limit, only=only)

    async def customer(self, account: Account, customer_id: UUID) -> Sight:
        """Give a customer with what hangs on him. Raises `Refused` 404 `unknown_customer`."""
        found = await self._show.customer(customer_id)
        if not found:
            raise unknown_customer()
        async with self._store.begin() as uow:
            root = found[0].customer.id
            await note_look(uow, account, root, at=self._clock.now())
            tags = await uow.shelf.tags(root)
            drafts = await uow.handoffs.drafts(root)
            return Sight(found[0], tags, drafts, await uow.follow_ups.of(root))

    async def page(
        self, account: Account, customer_id: UUID, *, before: int | None, after: int, limit: int
    ) -> Page:
        """Give lines of a thread: those after a `seq`, or the last ones, or the last before one.

        Raises `Refused` 404 `unknown_customer`.
        """
        async with self._store.begin() as uow:
            root = await find_root(uow, customer_id)
            thread = await uow.threads.get(root)
            changed = await uow.messages.last_change(root)
            await note_look(uow, account, root, at=self._clock.now())
            if after:
                lines = await uow.messages.after(root, after, limit=limit, internal=True)
            else:
                lines = await uow.inboxes.page(root, before=before, limit=limit)
        return Page(root, thread.epoch, thread.seq, changed, lines)

    async def changes(self, account: Account, customer_id: UUID, *, after: int, limit: int) -> Page:
        """Give lines of a thread that were changed after a number, in the order of their changes.

        `changed` is the number to go on with. Raises `Refused` 404 `unknown_customer`.
        """
        async with self._store.begin() as uow:
            root = await find_root(uow, customer_id)
            thread = await uow.threads.get(root)
            await note_look(uow, account, root, at=self._clock.now())
            lines = await uow.messages.revised(root, after=after, limit=limit, internal=True)
        changed = (lines[-1].changed if lines else None) or after
        return Page(root, thread.epoch, thread.seq, changed, lines)

    async def search(self, words: str, *, limit: int) -> Hits:
        async with self._store.begin() as uow:
            return await uow.inboxes.search(words, limit=limit)

    async def read(self, account: Account, customer_id: UUID, seq: int) -> None:
        """Note that somebody has seen a thread up to a line."""
        async with self._store.begin() as uow:
            if await uow.customers.get(customer_id) is None:
                raise unknown_customer()
            await uow.inboxes.read_up_to(account.email, customer_id, seq)
            await uow.mentions.read(account.email, customer_id)

    async def mentions(self, account: Account, *, limit: int) -> tuple[Sequence[Mention], int]:
        """Give notes that ask for somebody, and how many of all of them he has not read."""
        async with self._store.begin() as uow:
            found = await uow.mentions.of(account.email, limit=limit)
            return found, await uow.mentions.unread(account.email)

    async def note(self, account: Account, customer_id: UUID) -> None:
        """Note a look at what is a customer's."""
        async with self._store.begin() as uow:
            await note_look(uow, account, customer_id, at=self._clock.now())


async def note_look(uow: UnitOfWork, account: Account, customer_id: UUID, *, at: datetime) -> None:
    """Write a look at a customer into the audit; going on reading is the same look."""
    if not await uow.inboxes.looked(account.email, customer_id, since=at - _SAME_LOOK):
        await uow.ledger.audit("look", actor=account.email, customer_id=customer_id, facts={})
