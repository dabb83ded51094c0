"""What staff note of a customer: `/api/desk/customers/{id}/notes`; asking for colleagues in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from nitka.api.desk import shapes
from nitka.api.desk.gate import DeskGate, caller_of
from nitka.api.desk.identity_shapes import Notes, notes_shape
from nitka.domain.message import Message
from nitka.domain.staff import Right
from nitka.ports import Fanout, Store
from nitka.service.examine import Examine
from nitka.service.people import People
from nitka.service.tell_desk import DESK


class NotesApi:
    """Notes on customers, with a hand-off or without."""

    def __init__(
        self,
        gate: DeskGate,
        *,
        examine: Examine,
        people: People,
        store: Store,
        fanout: Fanout,
    ) -> None:
        self._gate = gate
        self._examine = examine
        self._people = people
        self._store = store
        self._fanout = fanout

    def router(self) -> APIRouter:
        """Give the routes, below `/api/desk`."""
        router = APIRouter()
        path = "/customers/{customer_id}/notes"
        read, answer = (Depends(self._gate.needs(one)) for one in (Right.READ, Right.ANSWER))
        router.add_api_route(
            path,
            self.notes,
            methods=["GET"],
            dependencies=[read],
            response_model_exclude_none=True,
        )
        router.add_api_route(
            path,
            self.note,
            methods=["POST"],
            dependencies=[answer],
            status_code=201,
            response_model_exclude_none=True,
        )
        return router

    async def notes(
        self,
        request: Request,
        customer_id: UUID,
        before: Annotated[int | None, Query(ge=1, lt=2**53)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 20,
    ) -> Notes:
        """List the notes on a customer, the newest first; go on with `before` the last `seq`."""
        account = caller_of(request).account
        found = await self._examine.notes(account, customer_id, before=before, limit=limit)
        return notes_shape(found)

    async def note(
        self, request: Request, customer_id: UUID, note: shapes.DeskNote
    ) -> shapes.LineShape:
        """Write a line on a customer that only staff see, and ask for colleagues in it."""
        staff = caller_of(request).account.staff
        asked = await known_among(self._store, note.mentions)
        message = await self._people.note_on(customer_id, staff, note.text, mentions=asked)
        await ask_for(self._fanout, message, asked)
        return shapes.line_shape(message)


async def known_among(store: Store, handles: Sequence[str]) -> list[str]:
    """Give those of the handles that are somebody's."""
    async with store.begin() as uow:
        known = {one.email for one in await uow.accounts.all()}
    return [handle.lower() for handle in handles if handle.lower() in known]


async def ask_for(fanout: Fanout, message: Message, asked: Sequence[str]) -> None:
    """Tell the desks of who is asked for in a note."""
    for handle in asked:
        frame = {"kind": "mention", "staff": handle, "customer": str(message.customer_id)}
        await fanout.publish(DESK, frame)
