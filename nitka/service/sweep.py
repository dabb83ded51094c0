"""Removes what is to go a little later: exports that ran out, files of erased customers, and the
bare customers who were told of an erasure."""

from __future__ import annotations

from nitka.domain.message import Author
from nitka.domain.privacy import Receipt
from nitka.ports import Clock, Files, Store
from nitka.service.repeat import repeat

_EVERY = 5.0  # seconds
_PAGE = 50


class Sweep:
    """One sweep when called; safe to run in several processes at once, and to be broken off."""

    def __init__(self, store: Store, *, files: Files, clock: Clock) -> None:
        self._store = store
        self._files = files
        self._clock = clock

    async def run(self) -> None:
        """Sweep again and again, until cancelled."""
        await repeat(self, every=_EVERY, name="sweep")

    async def __call__(self) -> None:
        async with self._store.begin() as uow:
            old = await uow.leftovers.exports(before=self._clock.now())
            receipts = await uow.leftovers.receipts()
        gone = [*old, *(file_id for one in receipts for file_id in one.files)]
        for place in range(0, len(gone), _PAGE):
            some = gone[place : place + _PAGE]
            for file_id in some:
                await self._files.delete(file_id)
            async with self._store.begin() as uow:
                await uow.leftovers.forget_files(some)
        for receipt in receipts:
            if receipt.told_id is not None:
                await self._forget_told(receipt)

    async def _forget_told(self, receipt: Receipt) -> None:
        """Erase the bare customer once he has been told; who has written since stays."""
        async with self._store.begin() as uow:
            if receipt.told_id is None or not await uow.leftovers.told(receipt.id):
                return
            roots = await uow.links.lock(receipt.told_id)
            if roots == [receipt.told_id]:
                lines = await uow.messages.after(receipt.told_id, 0, limit=_PAGE)
                tree = await uow.links.tree(receipt.told_id)
                if not tree and all(line.author is not Author.CUSTOMER for line in lines):
                    await uow.personal.erase(receipt.told_id, frozenset({receipt.told_id}))
            await uow.leftovers.close(receipt.id)
