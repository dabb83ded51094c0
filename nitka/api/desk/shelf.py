"""Tags of customers: `/api/desk/customers/{id}/tags`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request

from nitka.api.desk import shapes
from nitka.api.desk.gate import DeskGate, caller_of
from nitka.domain.staff import Right
from nitka.ports import Store
from nitka.service.find import unknown_customer


class ShelfApi:
    """What staff keep beside the threads."""

    def __init__(self, gate: DeskGate, store: Store) -> None:
        self._gate = gate
        self._store = store

    def router(self) -> APIRouter:
        """Give the routes, below `/api/desk`."""
        router = APIRouter()
        answer = [Depends(self._gate.needs(Right.ANSWER))]
        router.add_api_route(
            "/customers/{customer_id}/tags", self.tag, methods=["PUT"], dependencies=answer
        )
        return router

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
