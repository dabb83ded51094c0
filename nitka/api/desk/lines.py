"""Lines that were said: in other words, taken back, as they were: `/api/desk/messages/{id}`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request

from nitka.api.desk import shapes
from nitka.api.desk.gate import DeskGate, caller_of
from nitka.domain.staff import Right
from nitka.service.amend import Amend
from nitka.service.look import Look


class LinesApi:
    """Changes to single lines: one's own; for supervisors also the bot's and others'."""

    def __init__(self, gate: DeskGate, amend: Amend, look: Look) -> None:
        self._gate = gate
        self._amend = amend
        self._look = look

    def router(self) -> APIRouter:
        """Give the routes, below `/api/desk`."""
        router = APIRouter(prefix="/messages/{message_id}")
        read = [Depends(self._gate.needs(Right.READ))]
        answer = [Depends(self._gate.needs(Right.ANSWER))]
        for method, step in (("PATCH", self.edit), ("DELETE", self.take_back)):
            router.add_api_route(
                "",
                step,
                methods=[method],
                dependencies=answer,
                response_model_exclude_none=True,
            )
        router.add_api_route(
            "/history",
            self.history,
            methods=["GET"],
            dependencies=read,
            response_model_exclude_none=True,
        )
        return router

    async def edit(
        self, request: Request, message_id: UUID, given: shapes.NewWords
    ) -> shapes.LineShape:
        """Say a line in other words, on the customer's channel too. 409 `channel_refuses`,
        `not_editable`, `on_its_way`, `not_delivered`; 503 `channel_busy`: nothing was changed."""
        account = caller_of(request).account
        return shapes.line_shape(await self._amend.edit(message_id, account, given.text))

    async def take_back(self, request: Request, message_id: UUID) -> shapes.LineShape:
        """Take a line back, on the customer's channel too; one that is not out yet never goes."""
        account = caller_of(request).account
        return shapes.line_shape(await self._amend.take_back(message_id, account))

    async def history(self, request: Request, message_id: UUID) -> shapes.History:
        """Give what a line was before each change, and who changed it; a look at its customer."""
        line, revisions = await self._amend.history(message_id)
        await self._look.note(caller_of(request).account, line.customer_id)
        return shapes.History(revisions=[shapes.revision_shape(one) for one in revisions])
