"""`/api/v1`: customers with their state, threads, hand-offs, and saying something."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.security import HTTPBearer
from starlette.responses import JSONResponse

from nitka.api.problems import Problem
from nitka.api.v1 import shapes
from nitka.api.v1.casework import CaseworkApi
from nitka.api.v1.gate import Gate, Scope, caller_of, is_staff
from nitka.api.v1.identity import IdentityApi
from nitka.domain.address import Channel
from nitka.domain.handoff import HandoffState
from nitka.domain.message import Author, Button, Message
from nitka.domain.thread import Team
from nitka.errors import Refused
from nitka.service.confirm import Confirm
from nitka.service.people import People
from nitka.service.privacy import Privacy
from nitka.service.show import Show
from nitka.service.speak import Request as Saying
from nitka.service.speak import Speak, Whom

Seq = Annotated[int, Query(ge=0, lt=2**53)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]

_PROBLEMS: dict[int | str, dict[str, object]] = {
    status: {"model": Problem, "description": description}
    for status, description in {
        401: "No valid access token",
        403: "The token has not this scope",
        404: "There is no such thing",
        409: "It cannot be done as things stand",
        503: "The storage cannot be reached",
    }.items()
}


class ServerApi:
    """The endpoints of `/api/v1`."""

    def __init__(
        self,
        gate: Gate,
        *,
        show: Show,
        speak: Speak,
        people: People,
        confirm: Confirm,
        privacy: Privacy,
    ) -> None:
        self._gate = gate
        self._show = show
        self._speak = speak
        self._casework = CaseworkApi(gate, people)
        self._identity = IdentityApi(gate, show=show, confirm=confirm, privacy=privacy)

    def router(self) -> APIRouter:
        read, write = (Depends(self._gate.needs(scope)) for scope in (Scope.READ, Scope.WRITE))
        bearer = HTTPBearer(auto_error=False, scheme_name="token")
        router = APIRouter(
            prefix="/api/v1",
            tags=["server to server"],
            dependencies=[Depends(bearer)],
            responses=_PROBLEMS,
        )
        router.add_api_route(
            "/customers",
            self.customers,
            dependencies=[read],
            response_model=shapes.Customers,
            summary="Customers with their state",
            methods=["GET"],
        )
        router.add_api_route(
            "/customers/{customer_id}/messages",
            self.messages,
            dependencies=[read],
            response_model=shapes.Messages,
            response_model_exclude_none=True,
            methods=["GET"],
            summary="A customer's thread",
        )
        router.add_api_route(
            "/messages",
            self.say,
            dependencies=[write],
            response_model=shapes.MessageShape,
            status_code=201,
            methods=["POST"],
            summary="Say something to a customer, or for one",
        )
        router.add_api_route(
            "/handoffs",
            self.handoffs,
            dependencies=[read],
            response_model=shapes.Handoffs,
            response_model_exclude_none=True,
            summary="Hand-offs, the newest first",
            methods=["GET"],
        )
        router.include_router(self._casework.router())
        router.include_router(self._identity.router())
        return router

    async def customers(
        self,
        id: UUID | None = None,  # noqa: A002
        channel: Channel | None = None,
        address: shapes.Name | None = None,
        email: shapes.Name | None = None,
    ) -> JSONResponse:
        """Find customers by `id`, by `channel` and `address`, or by `email`."""
        if id is not None:
            found = await self._show.customer(id)
        elif channel is not None and address is not None:
            found = await self._show.customers_at(channel, address)
        elif email is not None:
            found = await self._show.customers_with(email)
        else:
            sentence = "Ask by `id`, by `channel` and `address`, or by `email`."
            raise Refused("filter_missing", sentence)
        listed = [_customer_json(shapes.customer_shape(portrait)) for portrait in found]
        return JSONResponse({"customers": listed})

    async def messages(
        self,
        request: Request,
        customer_id: UUID,
        after: Seq = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 200,
    ) -> shapes.Messages:
        """Give up to `limit` lines of the thread after a `seq`, in order.

        Internal lines (notes, hand-backs) are given to tokens of scope `staff` only.
        """
        lines = await self._show.messages(
            customer_id, after=after, limit=limit, internal=is_staff(request)
        )
        return shapes.Messages(messages=[shapes.message_shape(line) for line in lines])

    async def say(
        self, request: Request, message: shapes.NewMessage, idempotency_key: Key = None
    ) -> JSONResponse:
        """Carry a message out or in; the same idempotency key gives the same answer."""
        saying = Saying(
            Whom(message.customer, message.channel, message.address),
            message.text,
            tuple(Button(b.title, b.payload) for b in message.buttons),
            Author(message.author),
            f"{caller_of(request)}:{idempotency_key}" if idempotency_key else None,
            _digest(message),
        )
        carry = self._speak.to_customer if message.direction == "out" else self._speak.from_customer
        answer = await carry(saying, _message_json)
        shape = shapes.MessageShape.model_validate(answer.body)  # members in the same order again
        return JSONResponse(_json(shape), answer.status)

    async def handoffs(
        self, team: Team | None = None, state: HandoffState | None = None
    ) -> shapes.Handoffs:
        """List hand-offs of all customers, by team and state."""
        found = await self._show.handoffs(team=team, state=state)
        return shapes.Handoffs(handoffs=[shapes.handoff_shape(h) for h in found])


def _customer_json(customer: shapes.CustomerShape) -> dict[str, object]:
    """Give a customer with `language` always there, and without a `team` or `name` not known."""
    body = customer.model_dump(mode="json")
    return {k: v for k, v in body.items() if v is not None or k == "language"}


def _message_json(message: Message) -> Mapping[str, object]:
    return _json(shapes.message_shape(message))


def _json(shape: shapes.MessageShape) -> dict[str, object]:
    return shape.model_dump(mode="json", exclude_none=True)


def _digest(message: shapes.NewMessage) -> str:
    body = json.dumps(message.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()
