"""What staff look at: `/api/desk/inbox`, `/customers`, `/search`, `/mentions`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from nitka.api.desk import shapes
from nitka.api.desk.gate import DeskGate, caller_of
from nitka.api.v1.shapes import customer_shape
from nitka.domain.desk import Place, View
from nitka.domain.staff import Right
from nitka.service.look import Look

Limit = Annotated[int, Query(ge=1, le=200)]
Seq = Annotated[int, Query(ge=0, lt=2**53)]
_NOBODY = UUID(int=0)  # before everybody, so that rows of that very time count as seen
Words = Annotated[str, Query(min_length=2, max_length=200, pattern=r"^[^\x00]*$")]


class ThreadsApi:
    """Reads for the desk."""

    def __init__(self, gate: DeskGate, look: Look) -> None:
        self._gate = gate
        self._look = look

    def router(self) -> APIRouter:
        """Give the routes, below `/api/desk`."""
        router = APIRouter(dependencies=[Depends(self._gate.needs(Right.READ))])
        for path, read in (
            ("/inbox", self.inbox),
            ("/customers/{customer_id}", self.customer),
            ("/customers/{customer_id}/messages", self.messages),
            ("/customers/{customer_id}/changes", self.changes),
            ("/search", self.search),
            ("/mentions", self.mentions),
        ):
            router.add_api_route(path, read, methods=["GET"], response_model_exclude_none=True)
        router.add_api_route(
            "/customers/{customer_id}/read", self.read, methods=["POST"], status_code=204
        )
        return router

    async def inbox(
        self,
        request: Request,
        *,
        view: View = View.MINE,
        before: datetime | None = None,
        before_customer: UUID | None = None,
        customer: UUID | None = None,
        limit: Limit = 50,
    ) -> shapes.Inbox:
        """List threads, the one with the newest line first. Go on with the `at` of the last one as
        `before` and its `customer` as `before_customer`. `customer`: only his, if he is in it."""
        account = caller_of(request).account
        place = Place(before, before_customer or _NOBODY) if before else None
        rows = await self._look.inbox(account, view, before=place, limit=limit, only=customer)
        return shapes.Inbox(threads=[shapes.row_shape(row) for row in rows])

    async def customer(self, request: Request, customer_id: UUID) -> shapes.DeskCustomer:
        """Show a customer: portrait, hand-offs with what the bot knew, tags, the bot's drafts."""
        sight = await self._look.customer(caller_of(request).account, customer_id)
        portrait = sight.portrait
        return shapes.DeskCustomer(
            **customer_shape(portrait).model_dump(),
            agent=portrait.thread.agent,
            tags=list(sight.tags),
            drafts=list(sight.drafts),
            cases=[shapes.case_shape(one) for one in portrait.handoffs],
            planned=[shapes.follow_up_shape(one) for one in sight.planned],
        )

    async def messages(
        self,
        request: Request,
        customer_id: UUID,
        after: Seq = 0,
        before: Annotated[int | None, Query(ge=1, lt=2**53)] = None,
        limit: Limit = 50,
    ) -> shapes.PageShape:
        """Give the thread's last lines, those before a `seq`, or those after one."""
        account = caller_of(request).account
        page = await self._look.page(account, customer_id, before=before, after=after, limit=limit)
        return shapes.page_shape(page)

    async def changes(
        self, request: Request, customer_id: UUID, after: Seq = 0, limit: Limit = 200
    ) -> shapes.PageShape:
        """Give the lines that were changed or taken back after a `changed`, in the order of the
        changes; go on with the answer's own until there are none."""
        account = caller_of(request).account
        page = await self._look.changes(account, customer_id, after=after, limit=limit)
        return shapes.page_shape(page)

    async def search(self, q: Words, limit: Limit = 30) -> shapes.HitsShape:
        """Find people (name, e-mail, phone, address) and lines by their words."""
        hits = await self._look.search(q, limit=limit)
        people = [
            shapes.Person(id=one.id, name=one.name, email=one.email, phone=one.phone)
            for one in hits.customers
        ]
        lines = [shapes.line_shape(line) for line in hits.messages]
        return shapes.HitsShape(customers=people, messages=lines)

    async def mentions(self, request: Request, limit: Limit = 50) -> shapes.Mentions:
        """List the notes that ask for oneself, the newest first."""
        found, unread = await self._look.mentions(caller_of(request).account, limit=limit)
        shown = [shapes.mention_shape(one) for one in found]
        return shapes.Mentions(mentions=shown, unread=unread)

    async def read(self, request: Request, customer_id: UUID, upto: shapes.ReadUpTo) -> None:
        """Note that one has seen a thread up to a line."""
        await self._look.read(caller_of(request).account, customer_id, upto.seq)
