"""What staff do with hand-offs at the desk: `/api/desk/handoffs/{id}/…`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from nitka.api.desk import shapes
from nitka.api.desk.gate import DeskGate, caller_of
from nitka.api.desk.notes import ask_for, known_among
from nitka.api.v1.casework import stale
from nitka.api.v1.shapes import NewHandBack
from nitka.domain.staff import Right, Staff
from nitka.domain.thread import Team
from nitka.errors import Refused
from nitka.ports import Fanout, Store
from nitka.service.people import People
from nitka.service.show_typing import ShowTyping
from nitka.service.tell_desk import DESK
from nitka.service.write import Draft, Newer


class CasesApi:
    """Take, take over, answer, note, pass on, decline, hand back; and who is looking."""

    def __init__(
        self,
        gate: DeskGate,
        people: People,
        *,
        store: Store,
        fanout: Fanout,
        show_typing: ShowTyping,
    ) -> None:
        self._gate = gate
        self._people = people
        self._store = store
        self._fanout = fanout
        self._show_typing = show_typing

    def router(self) -> APIRouter:
        """Give the routes, below `/api/desk`."""
        router = APIRouter(dependencies=[Depends(self._gate.needs(Right.ANSWER))])
        case = "/handoffs/{handoff_id}"
        for path, step in (
            (f"{case}/take", self.take),
            (f"{case}/decline", self.decline),
            (f"{case}/pass-on", self.pass_on),
            (f"{case}/hand-back", self.hand_back),
            ("/customers/{customer_id}/take-over", self.take_over),
        ):
            router.add_api_route(path, step, methods=["POST"], response_model_exclude_none=True)
        router.add_api_route(
            f"{case}/messages",
            self.reply,
            methods=["POST"],
            status_code=201,
            response_model=shapes.LineShape,
        )
        router.add_api_route(
            f"{case}/notes",
            self.note,
            methods=["POST"],
            status_code=201,
            response_model_exclude_none=True,
        )
        router.add_api_route(
            "/follow-ups/{follow_up_id}", self.cancel, methods=["DELETE"], status_code=204
        )
        router.add_api_route(
            "/customers/{customer_id}/looking", self.looking, methods=["POST"], status_code=204
        )
        return router

    async def take(self, request: Request, handoff_id: UUID) -> shapes.DeskHandoff:
        """Take a hand-off. One person gets it; everybody else is told who (409)."""
        staff = caller_of(request).account.staff
        return shapes.case_shape(await self._people.take(handoff_id, staff))

    async def take_over(
        self, request: Request, customer_id: UUID, given: shapes.TakeOver
    ) -> shapes.DeskHandoff:
        """Take a thread over from the bot: opens a hand-off and takes it."""
        staff = caller_of(request).account.staff
        handoff = await self._people.take_over(customer_id, staff, team=given.team)
        return shapes.case_shape(handoff)

    async def decline(self, request: Request, handoff_id: UUID) -> shapes.DeskHandoff:
        """Let a hand-off that was offered to oneself be offered to the next."""
        staff = caller_of(request).account.staff
        return shapes.case_shape(await self._people.decline(handoff_id, staff))

    async def pass_on(
        self, request: Request, handoff_id: UUID, given: shapes.PassOn
    ) -> shapes.DeskHandoff:
        """Give a hand-off to a colleague or back to a team's queue; supervisors: anybody's."""
        account = caller_of(request).account
        to = await self._receiver(given)
        handoff = await self._people.pass_on(
            handoff_id, account.staff, to=to, forced=account.may(Right.DIRECT)
        )
        return shapes.case_shape(handoff)

    async def _receiver(self, given: shapes.PassOn) -> Staff | Team:
        if given.team is not None:
            return given.team
        async with self._store.begin() as uow:
            account = await uow.accounts.find(given.to) if given.to else None
        if account is None or not account.may(Right.ANSWER):
            raise Refused("unknown_account", "Name a colleague who answers, or a team.", status=404)
        return account.staff

    async def reply(
        self, request: Request, handoff_id: UUID, reply: shapes.DeskReply
    ) -> JSONResponse:
        """Answer the customer. 409 `stale_reply` with the newer `messages` when `seen` is not
        the thread's newest line."""
        files = tuple(reply.files)
        draft = Draft(reply.text, reply.seen, reply.channel, files, reply.key)
        said = await self._people.reply(handoff_id, caller_of(request).account.staff, draft)
        if isinstance(said, Newer):
            return stale(said)
        shape = shapes.line_shape(said)
        return JSONResponse(shape.model_dump(mode="json", exclude_none=True), 201)

    async def note(
        self, request: Request, handoff_id: UUID, note: shapes.DeskNote
    ) -> shapes.LineShape:
        """Write a line that only staff see, and ask for colleagues in it."""
        account = caller_of(request).account
        asked = await known_among(self._store, note.mentions)
        message = await self._people.note(handoff_id, account.staff, note.text, mentions=asked)
        await ask_for(self._fanout, message, asked)
        return shapes.line_shape(message)

    async def hand_back(
        self, request: Request, handoff_id: UUID, back: NewHandBack
    ) -> shapes.DeskHandoff:
        """Close a hand-off and give the thread to the bot, with what it shall know."""
        given = back.value()
        staff = caller_of(request).account.staff
        return shapes.case_shape(await self._people.hand_back(handoff_id, staff, given))

    async def cancel(self, request: Request, follow_up_id: UUID) -> None:
        """Call off what was planned at a hand-back."""
        await self._people.cancel(follow_up_id, caller_of(request).account.staff)

    async def looking(self, request: Request, customer_id: UUID, given: shapes.Looking) -> None:
        """Tell colleagues that one looks at a thread; with `typing`, the customer too."""
        staff = caller_of(request).account.staff
        frame = {"kind": "looking", "staff": staff.key, "name": staff.name, "what": given.what}
        await self._fanout.publish(DESK, {**frame, "customer": str(customer_id)})
        if given.what == "typing":
            await self._show_typing(customer_id, staff)
