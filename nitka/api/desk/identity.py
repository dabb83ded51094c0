"""Who a customer is: `/api/desk/customers/{id}/identity|join|dismissals|export|erase`,
`/links/{id}/split`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from nitka.api.desk import identity_shapes as shapes
from nitka.api.desk.gate import DeskGate, caller_of
from nitka.api.v1.identity import Joined, ReceiptShape, preview_shape, receipt_shape, zip_response
from nitka.domain.customer import number_of
from nitka.domain.staff import Right
from nitka.service.confirm import Confirm
from nitka.service.dismiss import Dismiss
from nitka.service.examine import Examine
from nitka.service.privacy import Privacy


class IdentityApi:
    """Looks at who is who, joins and splits, exports and erases, by people at the desk."""

    def __init__(
        self,
        gate: DeskGate,
        *,
        examine: Examine,
        confirm: Confirm,
        dismiss: Dismiss,
        privacy: Privacy,
    ) -> None:
        self._gate = gate
        self._examine = examine
        self._confirm = confirm
        self._dismiss = dismiss
        self._privacy = privacy

    def router(self) -> APIRouter:
        """Give the routes, below `/api/desk`."""
        router = APIRouter()
        read, answer, direct = (
            Depends(self._gate.needs(right)) for right in (Right.READ, Right.ANSWER, Right.DIRECT)
        )
        customer, link = "/customers/{customer_id}", "/links/{link_id}"
        for method, path, endpoint, gate in (
            ("GET", f"{customer}/identity", self.identity, read),
            ("GET", f"{customer}/join", self.compare, read),
            ("POST", f"{customer}/join", self.join, answer),
            ("GET", f"{link}/split", self.parting, read),
            ("POST", f"{link}/split", self.split, answer),
            ("POST", f"{customer}/erase", self.erase, direct),
        ):
            router.add_api_route(
                path,
                endpoint,
                methods=[method],
                dependencies=[gate],
                response_model_exclude_none=True,
            )
        dismissals = f"{customer}/dismissals"
        for method, path, step in (
            ("POST", dismissals, self.dismiss),
            ("DELETE", f"{dismissals}/{{other_id}}", self.suggest_again),
        ):
            router.add_api_route(
                path, step, methods=[method], dependencies=[answer], status_code=204
            )
        router.add_api_route(
            f"{customer}/export",
            self.export,
            methods=["GET"],
            dependencies=[direct],
            response_class=Response,
            responses={200: {"content": {"application/zip": {}}}},
        )
        return router

    async def identity(self, request: Request, customer_id: UUID) -> shapes.PersonShape:
        """Show what makes a customer one: members, addresses with evidence, joins, suggestions."""
        account = caller_of(request).account
        return shapes.person_shape(await self._examine.person(account, customer_id))

    async def compare(
        self, request: Request, customer_id: UUID, other: Annotated[UUID, Query()]
    ) -> shapes.ComparisonShape:
        """Show what joining two customers would do, side by side; changes nothing."""
        account = caller_of(request).account
        found = await self._examine.compare(account, customer_id, other)
        return shapes.comparison_shape(found, whole=account.may(Right.DIRECT))

    async def join(self, request: Request, customer_id: UUID, given: shapes.DeskJoining) -> Joined:
        """Join two customers as it was shown; 409 `stale_preview` if it would be another join."""
        root = await self._confirm.join(
            customer_id,
            given.other,
            staff=caller_of(request).account.email,
            reason=given.reason,
            version=given.version,
        )
        return Joined(customer=root)

    async def parting(self, request: Request, link_id: UUID) -> shapes.DeskPreview:
        """Show what undoing a join would part."""
        found = await self._examine.parting(caller_of(request).account, link_id)
        return shapes.parting_shape(found, preview_shape(found))

    async def split(
        self, request: Request, link_id: UUID, given: shapes.DeskSplitting
    ) -> shapes.DeskPreview:
        """Undo a join as it was shown; 409 `stale_preview` if it would be another split."""
        done = await self._confirm.split(
            link_id,
            staff=caller_of(request).account.email,
            reason=given.reason,
            version=given.version,
        )
        return shapes.parting_shape(done, preview_shape(done))

    async def dismiss(self, request: Request, customer_id: UUID, given: shapes.Dismissing) -> None:
        """Say that two are not the same person: it is not suggested again, unless something else
        than what is claimed of both now comes to speak for it. 409 `no_suggestion`."""
        staff = caller_of(request).account.email
        await self._dismiss(customer_id, given.other, staff=staff, reason=given.reason or None)

    async def suggest_again(self, request: Request, customer_id: UUID, other_id: UUID) -> None:
        """Take back that two are not the same person."""
        staff = caller_of(request).account.email
        await self._dismiss.take_back(customer_id, other_id, staff=staff)

    async def export(self, request: Request, customer_id: UUID) -> Response:
        """Give everything that is kept of a customer, in a ZIP file."""
        staff = caller_of(request).account.email
        pieces = await self._privacy.export(customer_id, staff=staff)
        return zip_response(pieces, name=f"nitka-export-{number_of(customer_id)}")

    async def erase(
        self, request: Request, customer_id: UUID, given: shapes.Erasing
    ) -> ReceiptShape:
        """Erase a customer and everything of his; 409 `not_confirmed` without his number."""
        staff = caller_of(request).account.email
        receipt = await self._privacy.erase(customer_id, staff=staff, confirmed=given.confirm)
        return receipt_shape(receipt)
