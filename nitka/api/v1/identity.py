"""`/api/v1/customers/{id}/…` and `/api/v1/links/…`: who is whom, and what staff decide of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, StringConstraints

from nitka.api.v1.gate import Gate, Scope, caller_of
from nitka.api.v1.shapes import (
    AddressShape,
    Storable,
    SuggestionShape,
    address_shape,
    suggestion_shape,
)
from nitka.domain.link import Link, Proof
from nitka.domain.privacy import Receipt
from nitka.domain.staff import Right
from nitka.service.confirm import Confirm
from nitka.service.privacy import Privacy
from nitka.service.show import Show
from nitka.service.split import Preview

Reason = Annotated[Storable, StringConstraints(min_length=3, max_length=500)]


class LinkShape(BaseModel):
    """A join. `conflicts`: what differed, the one that is kept first."""

    id: UUID
    customer: UUID
    other: UUID
    proof: Proof
    by: str
    reason: str | None = None
    conflicts: dict[str, list[object]]
    joined_at: datetime
    split_at: datetime | None = None


class IdentityShape(BaseModel):
    customer: UUID
    links: list[LinkShape]
    suggestions: list[SuggestionShape]


class Joining(BaseModel):
    """Which other customer this one is, and why."""

    other: UUID
    reason: Reason


class Splitting(BaseModel):
    reason: Reason


class Joined(BaseModel):
    customer: UUID


class ReceiptShape(BaseModel):
    """That something was erased: how much, by subject."""

    receipt: UUID
    at: datetime
    erased: dict[str, int]


class PreviewShape(BaseModel):
    """What a split parts: the addresses and number of lines that go to `other`."""

    customer: UUID
    other: UUID
    addresses: list[AddressShape]
    lines: int
    lines_left: int


class IdentityApi:
    """Joins, suggestions, and their undoing."""

    def __init__(self, gate: Gate, *, show: Show, confirm: Confirm, privacy: Privacy) -> None:
        self._gate = gate
        self._privacy = privacy
        self._show = show
        self._confirm = confirm

    def router(self) -> APIRouter:
        """Give the routes below `/api/v1`."""
        router = APIRouter()
        read, staff = (Depends(self._gate.needs(scope)) for scope in (Scope.READ, Scope.STAFF))
        direct = Depends(self._gate.needs(Scope.STAFF, Right.DIRECT))
        routes = (
            ("GET", "/customers/{customer_id}/identity", self.identity, read, IdentityShape),
            ("POST", "/customers/{customer_id}/join", self.join, staff, Joined),
            ("GET", "/links/{link_id}/split", self.preview, read, PreviewShape),
            ("POST", "/links/{link_id}/split", self.split, staff, PreviewShape),
        )
        for method, path, endpoint, gate, shape in routes:
            router.add_api_route(
                path,
                endpoint,
                methods=[method],
                dependencies=[gate],
                response_model=shape,
                response_model_exclude_none=True,
                summary=(endpoint.__doc__ or "").split(".")[0],
            )
        router.add_api_route(
            "/customers/{customer_id}/export",
            self.export,
            methods=["GET"],
            dependencies=[direct],
            response_class=Response,
            responses={200: {"content": {"application/zip": {}}}},
            summary="Get everything that is kept of a customer, in a file",
        )
        router.add_api_route(
            "/customers/{customer_id}/erase",
            self.erase,
            methods=["POST"],
            dependencies=[direct],
            response_model=ReceiptShape,
            summary="Erase a customer and everything of his",
        )
        return router

    async def export(self, customer_id: UUID, request: Request) -> Response:
        """Give a ZIP file: data, a page for people, and the files."""
        return zip_response(await self._privacy.export(customer_id, staff=caller_of(request)))

    async def erase(self, customer_id: UUID, request: Request) -> ReceiptShape:
        """Erase a customer; what the law keeps is in the business's own systems."""
        return receipt_shape(await self._privacy.erase(customer_id, staff=caller_of(request)))

    async def identity(self, customer_id: UUID) -> IdentityShape:
        """Show a customer's joins, and who he may be as well."""
        found = await self._show.identity(customer_id)
        return IdentityShape(
            customer=found.customer_id,
            links=[link_shape(link) for link in found.links],
            suggestions=[suggestion_shape(one) for one in found.suggestions],
        )

    async def join(self, customer_id: UUID, joining: Joining, request: Request) -> Joined:
        """Join two customers by a person's word."""
        root = await self._confirm.join(
            customer_id, joining.other, staff=caller_of(request), reason=joining.reason
        )
        return Joined(customer=root)

    async def preview(self, link_id: UUID) -> PreviewShape:
        """Show what undoing a join would do."""
        return preview_shape(await self._confirm.preview(link_id))

    async def split(self, link_id: UUID, splitting: Splitting, request: Request) -> PreviewShape:
        """Undo a join."""
        done = await self._confirm.split(link_id, staff=caller_of(request), reason=splitting.reason)
        return preview_shape(done)


def zip_response(pieces: AsyncIterator[bytes], *, name: str = "nitka-export") -> Response:
    """Give an export as a file to be saved, while it is made."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.zip"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


def receipt_shape(receipt: Receipt) -> ReceiptShape:
    return ReceiptShape(receipt=receipt.id, at=receipt.at, erased=dict(receipt.counts))


def link_shape(link: Link) -> LinkShape:
    return LinkShape(
        id=link.id,
        customer=link.customer_id,
        other=link.other_id,
        proof=link.proof,
        by=link.actor,
        reason=link.reason,
        conflicts={name: list(pair) for name, pair in link.gain.conflicts.items()},
        joined_at=link.joined_at,
        split_at=link.split_at,
    )


def preview_shape(preview: Preview) -> PreviewShape:
    return PreviewShape(
        customer=preview.root,
        other=preview.link.other_id,
        addresses=[address_shape(known) for known in preview.addresses],
        lines=preview.lines,
        lines_left=preview.lines_left,
    )
