"""Canned replies: `/api/desk/canned`. All may use them, supervisors write them."""

from __future__ import annotations

from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request

from nitka.api.desk import shapes
from nitka.api.desk.gate import DeskGate, caller_of
from nitka.domain.canned import PLACEHOLDERS, unknown_places
from nitka.domain.desk import Canned
from nitka.domain.staff import Right
from nitka.errors import Refused
from nitka.ports import Store, UnitOfWork


class CannedApi:
    """The shelf of replies: one text for each shortcut and language."""

    def __init__(self, gate: DeskGate, store: Store) -> None:
        self._gate = gate
        self._store = store

    def router(self) -> APIRouter:
        """Give the routes, below `/api/desk`."""
        router = APIRouter(prefix="/canned")
        read = [Depends(self._gate.needs(Right.READ))]
        direct = [Depends(self._gate.needs(Right.DIRECT))]
        router.add_api_route("", self.all, methods=["GET"], dependencies=read)
        router.add_api_route("", self.keep, methods=["POST"], dependencies=direct, status_code=201)
        router.add_api_route("/{canned_id}", self.change, methods=["PUT"], dependencies=direct)
        router.add_api_route(
            "/{canned_id}", self.drop, methods=["DELETE"], dependencies=direct, status_code=204
        )
        return router

    async def all(self) -> shapes.CannedList:
        """List the canned replies, and the placeholders that are filled in when one is used."""
        async with self._store.begin() as uow:
            found = await uow.shelf.canned()
        shown = [shapes.canned_shape(one) for one in found]
        return shapes.CannedList(canned=shown, placeholders=list(PLACEHOLDERS))

    async def keep(self, request: Request, given: shapes.NewCanned) -> shapes.CannedShape:
        """Keep a canned reply. 409 `shortcut_taken`, 422 `unknown_placeholder`."""
        made = _checked(uuid4(), given)
        async with self._store.begin() as uow:
            if not await uow.shelf.put_canned(made):
                raise _taken()
            await _note(uow, request, "canned_kept", made)
        return shapes.canned_shape(made)

    async def change(
        self, request: Request, canned_id: UUID, given: shapes.NewCanned
    ) -> shapes.CannedShape:
        """Write a canned reply anew. 404 `unknown_canned`, and as for a new one."""
        made = _checked(canned_id, given)
        async with self._store.begin() as uow:
            known = await uow.shelf.canned(lock=True)
            if all(one.id != canned_id for one in known):
                raise _unknown()
            same = [one.id for one in known if _place(one) == _place(made)]
            if same and same != [canned_id]:
                raise _taken()
            await uow.shelf.change_canned(made)
            await _note(uow, request, "canned_changed", made)
        return shapes.canned_shape(made)

    async def drop(self, request: Request, canned_id: UUID) -> None:
        """Drop a canned reply."""
        async with self._store.begin() as uow:
            gone = [one for one in await uow.shelf.canned() if one.id == canned_id]
            if not gone or not await uow.shelf.drop_canned(canned_id):
                raise _unknown()
            await _note(uow, request, "canned_dropped", gone[0])


def _checked(canned_id: UUID, given: shapes.NewCanned) -> Canned:
    unknown = unknown_places(given.text)
    if unknown:
        braced = [", ".join(f"{{{name}}}" for name in names) for names in (unknown, PLACEHOLDERS)]
        raise Refused(
            "unknown_placeholder",
            f"There is no {braced[0]}. Known are {braced[1]}.",
            status=422,
            facts={"unknown": list(unknown), "known": list(PLACEHOLDERS)},
        )
    return Canned(canned_id, given.shortcut, given.language, given.text)


def _place(canned: Canned) -> tuple[str, str]:
    return canned.shortcut, canned.language


async def _note(uow: UnitOfWork, request: Request, action: str, canned: Canned) -> None:
    facts = {"shortcut": canned.shortcut, "language": canned.language}
    actor = caller_of(request).account.email
    await uow.ledger.audit(action, actor=actor, customer_id=None, facts=facts)


def _taken() -> Refused:
    sentence = "There is a reply of this name in this language."
    return Refused("shortcut_taken", sentence, status=409)


def _unknown() -> Refused:
    return Refused("unknown_canned", "There is no such reply.", status=404)
