"""`/api/v1/handoffs/{id}/…`: what staff do with hand-offs, by their tokens.

The name of a token of scope `staff` is the staff member.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request
from starlette.responses import JSONResponse

from nitka.api.problems import problem
from nitka.api.v1 import shapes
from nitka.api.v1.gate import Gate, Scope, staff_of
from nitka.service.people import People
from nitka.service.write import Draft, Newer

Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]


class CaseworkApi:
    """Take, answer, note, hand back."""

    def __init__(self, gate: Gate, people: People) -> None:
        self._gate = gate
        self._people = people

    def router(self) -> APIRouter:
        """Give the routes, below `/handoffs/{handoff_id}`."""
        router = APIRouter(prefix="/handoffs/{handoff_id}")
        staff = [Depends(self._gate.needs(Scope.STAFF))]
        router.add_api_route(
            "/take",
            self.take,
            dependencies=staff,
            response_model=shapes.ListedHandoff,
            response_model_exclude_none=True,
            methods=["POST"],
            summary="Become the owner of a hand-off's thread",
        )
        router.add_api_route(
            "/messages",
            self.reply,
            dependencies=staff,
            response_model=shapes.MessageShape,
            status_code=201,
            methods=["POST"],
            summary="Answer the customer",
        )
        router.add_api_route(
            "/notes",
            self.note,
            dependencies=staff,
            response_model=shapes.MessageShape,
            response_model_exclude_none=True,
            status_code=201,
            methods=["POST"],
            summary="Write a note for colleagues",
        )
        router.add_api_route(
            "/hand-back",
            self.hand_back,
            dependencies=staff,
            response_model=shapes.ListedHandoff,
            response_model_exclude_none=True,
            methods=["POST"],
            summary="Give the thread back to the bot",
        )
        return router

    async def take(self, request: Request, handoff_id: UUID) -> shapes.ListedHandoff:
        """Take a hand-off. One person gets it; everybody else is told who (409)."""
        return shapes.handoff_shape(await self._people.take(handoff_id, staff_of(request)))

    async def reply(
        self,
        request: Request,
        handoff_id: UUID,
        reply: shapes.NewReply,
        idempotency_key: Key = None,
    ) -> JSONResponse:
        """Answer the customer where he is. 409 `stale_reply` with the newer `messages` when
        `seen` is not the thread's newest line."""
        draft = Draft(reply.text, reply.seen, reply.channel, key=idempotency_key)
        said = await self._people.reply(handoff_id, staff_of(request), draft)
        if isinstance(said, Newer):
            return stale(said)
        return JSONResponse(_json(shapes.message_shape(said)), 201)

    async def note(
        self, request: Request, handoff_id: UUID, note: shapes.NewNote
    ) -> shapes.MessageShape:
        """Write a line that only staff see."""
        message = await self._people.note(handoff_id, staff_of(request), note.text)
        return shapes.message_shape(message)

    async def hand_back(
        self, request: Request, handoff_id: UUID, back: shapes.NewHandBack
    ) -> shapes.ListedHandoff:
        """Close a hand-off. `facts` are slots that the bot shall know from now on; `next`:
        `bot` makes it speak first, `callback` asks for a person to call, `reminder` brings the
        thread back `at` a time."""
        given = back.value()
        return shapes.handoff_shape(
            await self._people.hand_back(handoff_id, staff_of(request), given)
        )


def stale(newer: Newer) -> JSONResponse:
    """Answer a reply that has not seen the newest lines: with those lines."""
    return problem(
        409,
        "stale_reply",
        "There are newer lines in this conversation: read them first.",
        messages=[_json(shapes.message_shape(line)) for line in newer.messages],
    )


def _json(shape: shapes.MessageShape) -> dict[str, object]:
    return shape.model_dump(mode="json", exclude_none=True)
