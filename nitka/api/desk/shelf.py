"""Canned replies and tags: `/api/desk/canned`, `/customers/{id}/tags`."""

from __future__ import annotations

from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request

from nitka.api.desk import shapes
from nitka.api.desk.gate import DeskGate, caller_of
from nitka.domain.desk import Canned
from nitka.domain.staff import Right
from nitka.errors import Refused
from nitka.ports import Store
from nitka.service.show import unknown_customer


class ShelfApi:
    """What staff keep beside the threads."""

    def __init__(self, gate: DeskGate, store: Store) -> None:
        self._gate = gate
        self._store = store

    def router(self) -> APIRouter:
        """Give the routes, below `/api/desk`."""
        router = APIRouter()
        read = [Depends(self._gate.needs(Right.READ))]
        answer = [Depends(self._gate.needs(Right.ANSWER))]
        router.add_api_route("/canned", self.canned, methods=["GET"], dependencies=read)
        router.add_api_route(
            "/canned", self.keep, methods=["POST"], dependencies=answer, status_code=201
        )
        router.add_api_route(
            "/canned/{canned_id}",
            self.drop,
            methods=["DELETE"],
            dependencies=answer,
            status_code=204,
        )
        router.add_api_route(
            "/customers/{customer_id}/tags", self.tag, methods=["PUT"], dependencies=answer
        )
        return router

    async def canned(self) -> shapes.CannedList:
        """List the canned replies."""
        async with self._store.begin() as uow:
            found = await uow.shelf.canned()
        return shapes.CannedList(canned=[shapes.canned_shape(one) for one in found])

    async def keep(self, given: shapes.NewCanned) -> shapes.CannedShape:
        """Keep a canned reply; `{name}` and `{agent}` in it are filled in when it is used."""
        made = Canned(uuid4(), given.shortcut, given.language, given.text)
        async with self._store.begin() as uow:
            if not await uow.shelf.put_canned(made):
                raise Refused("shortcut_taken", "There is a reply of this name.", status=409)
        return shapes.canned_shape(made)

    async def drop(self, canned_id: UUID) -> None:
        """Drop a canned reply."""
        async with self._store.begin() as uow:
            if not await uow.shelf.drop_canned(canned_id):
                raise Refused("unknown_canned", "There is no such reply.", status=404)

    async def tag(self, request: Request, customer_id: UUID, given: shapes.Tags) -> shapes.Tags:
        """Give a customer just these tags."""
        async with self._store.begin() as uow:
            thread = await uow.threads.current(customer_id)
            if thread is None:
                raise unknown_customer()
            await uow.shelf.tag(thread.customer_id, given.tags)
            await uow.ledger.audit(
                "tag",
                actor=caller_of(request).account.email,
                customer_id=thread.customer_id,
                facts={"tags": given.tags},
            )
        return given
