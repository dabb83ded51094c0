"""Joins and splits by the word of staff: what they would do, and doing it."""

from __future__ import annotations

from uuid import UUID

from nitka.domain.link import Proof
from nitka.ports import Dialogues, Store
from nitka.service.compare import Comparison, compare, require, stale_preview
from nitka.service.join import Grounds, join
from nitka.service.mover import Mover
from nitka.service.split import Preview, preview, split
from nitka.service.suggest import already_joined


class Confirm:
    """Joins and splits by the word of staff, who say why."""

    def __init__(self, store: Store, *, dialogues: Dialogues, mover: Mover) -> None:
        self._store = store
        self._dialogues = dialogues
        self._mover = mover

    async def compare(self, one: UUID, other: UUID) -> Comparison:
        """Say what a join would do. Raises `Refused` as `service.compare`."""
        async with self._store.begin() as uow:
            return await compare(uow, self._dialogues, one, other)

    async def join(
        self, one: UUID, other: UUID, *, staff: str, reason: str, version: str | None = None
    ) -> UUID:
        """Join two customers and give the root.

        With a `version`, only if what `compare` showed under it is still what would be done.

        Raises `Refused`: 404 `unknown_customer`, 409 `identity_clash`, `already_joined` or
        `stale_preview`.
        """
        async with self._mover.still(one, other), self._store.begin() as uow:
            if version is not None:
                await require(uow, self._dialogues, one, other, version=version)
            grounds = Grounds(Proof.STAFF, f"staff:{staff}", reason)
            link = await join(uow, self._dialogues, one, other, grounds)
        if link is None:
            raise already_joined()
        await self._mover.tell(link.customer_id, link.other_id)
        return link.customer_id

    async def preview(self, link_id: UUID) -> Preview:
        """Say what a split would do. Raises `Refused`: 404 `unknown_link`, 409 `already_split`."""
        async with self._store.begin() as uow:
            return await preview(uow, link_id)

    async def split(
        self, link_id: UUID, *, staff: str, reason: str, version: str | None = None
    ) -> Preview:
        """Undo a join; with a `version`, only if that is still what would be done.

        Raises `Refused` as `preview`, and 409 `stale_preview`.
        """
        seen = await self.preview(link_id)
        sides = (seen.root, seen.link.other_id)
        async with self._mover.still(*sides), self._store.begin() as uow:
            actor = f"staff:{staff}"
            done = await split(uow, self._dialogues, link_id, actor=actor, reason=reason)
            if version not in (None, done.version):
                raise stale_preview()  # and nothing is kept of it
        await self._mover.tell(*sides)
        return done
