"""What staff may know of a customer's orders, and what to offer him next.

The service says what the customer has proved: e-mail addresses that are his, and orders that he
named together with an address. Of the latter only those are shown that the shop has under both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from actions.shop import Product, Purchase, Shop, ShopUnavailable

SHOWN = 5
"""Orders that are shown, the latest first."""


@dataclass(frozen=True)
class Asked:
    """``emails`` are proved; ``named`` are order numbers by the address given with them."""

    emails: tuple[str, ...]
    named: Mapping[str, tuple[str, ...]]
    products: tuple[str, ...]
    language: str

    @classmethod
    def read(cls, body: Any) -> Asked:
        """Returns what a request asks; raises KeyError, TypeError or AttributeError."""
        named = {str(email): _texts(numbers) for email, numbers in body["named"].items()}
        return cls(_texts(body["emails"]), named, _texts(body["products"]), str(body["language"]))


async def show(shop: Shop, request: Request) -> Response:
    """Shows a customer's orders: 400 for a bent body, 503 when the shop is away."""
    try:
        asked = Asked.read(await request.json())
    except (ValueError, KeyError, TypeError, AttributeError):
        error = 'The body must be {"emails": […], "named": {…}, "products": […], "language": "…"}.'
        return JSONResponse({"error": error}, 400)
    try:
        orders = await _orders(shop, asked)
        skus = [*(sku for order in orders for sku in order.skus), *asked.products]
        offers = await shop.goes_with(skus, asked.language) if skus else []
    except ShopUnavailable:
        return JSONResponse({"error": "The shop is away."}, 503)
    return JSONResponse(
        {"orders": [_order(one) for one in orders], "offers": [_offer(one) for one in offers]}
    )


async def _orders(shop: Shop, asked: Asked) -> Sequence[Purchase]:
    found: dict[str, Purchase] = {}
    for email in asked.emails:
        found.update({one.number: one for one in await shop.purchases(email, asked.language)})
    for email, numbers in asked.named.items():
        owned = await shop.purchases(email, asked.language)
        found.update({one.number: one for one in owned if one.number in numbers})
    return sorted(found.values(), key=lambda one: (one.placed_on, one.number), reverse=True)[:SHOWN]


def _order(purchase: Purchase) -> dict[str, Any]:
    return {
        "number": purchase.number,
        "state": purchase.state.value,
        "placed_on": purchase.placed_on.isoformat(),
        "items": list(purchase.items),
    }


def _offer(product: Product) -> dict[str, Any]:
    return {"sku": product.sku, "name": product.name, "price": f"{product.pln} PLN"}


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError("not a list")
    return tuple(str(value) for value in values[:50])
