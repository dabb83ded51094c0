"""Dismisses a suggestion that two are one, by the word of staff, and takes that back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from nitka.domain.link import members
from nitka.errors import Refused
from nitka.ports import Fanout, Store, UnitOfWork
from nitka.service.find import unknown_customer
from nitka.service.suggest import already_joined
from nitka.service.tell_desk import DESK


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two customers who are not one: their roots, and everybody below each."""

    roots: tuple[UUID, UUID]
    homes: frozenset[UUID]
    others: frozenset[UUID]


class Dismiss:
    """What staff say of who is not the same person; every desk that shows one of them hears it."""

    def __init__(self, store: Store, *, fanout: Fanout) -> None:
        self._store = store
        self._fanout = fanout

    async def __call__(self, one: UUID, other: UUID, *, staff: str, reason: str | None) -> None:
        """Say that two are not one, whatever is claimed of both by now; once more changes nothing.

        Raises `Refused`: 404 `unknown_customer`, 409 `already_joined`, or `no_suggestion` where
        nothing speaks for it.
        """
        async with self._apart(one, other) as (uow, pair):
            noted = await uow.dismissals.add(pair.homes, pair.others, actor=staff, reason=reason)
            if noted:
                await _audit(uow, pair, "dismiss", staff=staff, reason=reason)
            elif pair.roots[1] not in {d.other_id for d in await uow.dismissals.of(pair.homes)}:
                sentence = "Nothing suggests that these two are one."
                raise Refused("no_suggestion", sentence, status=409)
        await self._tell(pair)

    async def take_back(self, one: UUID, other: UUID, *, staff: str) -> None:
        """Have two suggested again; where nothing was dismissed, nothing changes.

        Raises `Refused`: 404 `unknown_customer`, 409 `already_joined`.
        """
        async with self._apart(one, other) as (uow, pair):
            if await uow.dismissals.take_back(pair.homes, pair.others):
                await _audit(uow, pair, "take_back_dismissal", staff=staff, reason=None)
        await self._tell(pair)

    @asynccontextmanager
    async def _apart(self, one: UUID, other: UUID) -> AsyncIterator[tuple[UnitOfWork, _Pair]]:
        """Open a transaction in which neither is joined, split or erased meanwhile."""
        async with self._store.begin() as uow:
            roots = await uow.links.lock(one, other)
            if len(roots) < 2:
                raise unknown_customer()
            if roots[0] == roots[1]:
                raise already_joined()
            homes, others = [members(root, await uow.links.tree(root)) for root in roots]
            yield uow, _Pair((roots[0], roots[1]), homes, others)

    async def _tell(self, pair: _Pair) -> None:
        for root in pair.roots:
            await self._fanout.publish(DESK, {"kind": "thread", "customer": str(root)})


async def _audit(
    uow: UnitOfWork, pair: _Pair, action: str, *, staff: str, reason: str | None
) -> None:
    """Note it in both customers' trails."""
    for seen, beside in (pair.roots, pair.roots[::-1]):
        facts = {"other": str(beside), "reason": reason}
        await uow.ledger.audit(action, actor=f"staff:{staff}", customer_id=seen, facts=facts)
