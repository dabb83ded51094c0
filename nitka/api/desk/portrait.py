"""A customer as a buyer: `/api/desk/customers/{id}/portrait`. Apart from the customer himself, so
that a slow shop never keeps a thread waiting."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from nitka.api.desk.gate import DeskGate, caller_of
from nitka.domain.customer import Language
from nitka.domain.staff import Right
from nitka.service.portray import BuyerPortrait, Portray, ShopState


class Interest(BaseModel):
    wish: str
    times: int


class PurchaseShape(BaseModel):
    number: str
    state: str
    placed_on: date
    items: list[str]


class OfferShape(BaseModel):
    sku: str
    name: str
    price: str


class PortraitShape(BaseModel):
    customer: UUID
    language: Language | None = None
    time_zone: str | None = None
    interests: list[Interest] = Field(description="What he asked sales of, most often first.")
    products: list[str] = Field(description="Products he asked of.")
    orders: list[PurchaseShape] = Field(description="Orders that are proved to be his.")
    offers: list[OfferShape] = Field(description="What the shop has that goes with these.")
    shop: ShopState = Field(description="`away`: it did not answer within two seconds.")


class PortraitApi:
    """Reads of the shop for the desk."""

    def __init__(self, gate: DeskGate, portray: Portray) -> None:
        self._gate = gate
        self._portray = portray

    def router(self) -> APIRouter:
        """Give the route, below `/api/desk`."""
        router = APIRouter(dependencies=[Depends(self._gate.needs(Right.READ))])
        router.add_api_route(
            "/customers/{customer_id}/portrait",
            self.portrait,
            methods=["GET"],
            response_model_exclude_none=True,
        )
        return router

    async def portrait(self, request: Request, customer_id: UUID) -> PortraitShape:
        """Show a customer as a buyer: interests, orders that are proved to be his, offers."""
        return _shape(await self._portray(caller_of(request).account, customer_id))


def _shape(portrait: BuyerPortrait) -> PortraitShape:
    return PortraitShape(
        customer=portrait.customer.id,
        language=portrait.customer.language,
        time_zone=portrait.customer.time_zone,
        interests=[Interest(wish=wish, times=n) for wish, n in portrait.interests.items()],
        products=list(portrait.products),
        orders=[
            PurchaseShape(
                number=one.number, state=one.state, placed_on=one.placed_on, items=list(one.items)
            )
            for one in portrait.bought.purchases
        ],
        offers=[
            OfferShape(sku=one.sku, name=one.name, price=one.price)
            for one in portrait.bought.offers
        ],
        shop=portrait.shop,
    )
