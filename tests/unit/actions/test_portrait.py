"""What staff are shown of a customer's orders: only what he has proved to be his."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from actions.scripted import ScriptedShop
from actions.server import create_app
from actions.shop import OrderState, Product, Purchase, Shop

ANNA = "anna@example.com"
ASKED: dict[str, Any] = {"emails": [], "named": {}, "products": [], "language": "en"}


def _purchase(number: str, day: int) -> Purchase:
    return Purchase(number, OrderState.SHIPPED, date(2026, 11, day), ("Kettle",), ("KET-01",))


@asynccontextmanager
async def _shop() -> AsyncIterator[Shop]:
    product = Product("CUP-01", "Mug", "big", Decimal(49), Decimal(11), 3, 2)
    bought = [_purchase(f"NT-1000{n}", n) for n in (7, 6, 5, 4, 3, 2, 1)]
    yield ScriptedShop(products=[product], purchases={ANNA: bought})


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A running server over a shop in memory."""
    app = create_app(_shop)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://actions") as client,
    ):
        yield client


async def _numbers(client: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await client.post("/portrait", json=ASKED | asked)
    assert answer.status_code == 200
    return [one["number"] for one in answer.json()["orders"]]


async def test_a_proved_address_shows_its_latest_orders(client: httpx.AsyncClient) -> None:
    """At most five, and what goes with them."""
    answer = (await client.post("/portrait", json=ASKED | {"emails": [ANNA]})).json()
    assert [one["number"] for one in answer["orders"]] == [f"NT-1000{n}" for n in (7, 6, 5, 4, 3)]
    assert answer["orders"][0] == {
        "number": "NT-10007",
        "state": "shipped",
        "placed_on": "2026-11-07",
        "items": ["Kettle"],
    }
    assert answer["offers"] == [{"sku": "CUP-01", "name": "Mug", "price": "49 PLN"}]


async def test_a_stated_address_shows_only_orders_named_with_it(client: httpx.AsyncClient) -> None:
    """A number without its buyer's address, or an address without a number, shows nothing."""
    assert await _numbers(client, named={ANNA: ["NT-10002", "NT-99999"]}) == ["NT-10002"]
    assert await _numbers(client, named={ANNA: []}) == []
    assert await _numbers(client, named={"eve@example.com": ["NT-10002"]}) == []


@pytest.mark.parametrize("body", [[], {}, ASKED | {"emails": "x"}, ASKED | {"named": []}])
async def test_a_bent_request_is_refused(client: httpx.AsyncClient, body: object) -> None:
    """With what the body must be."""
    answer = await client.post("/portrait", json=body)
    assert answer.status_code == 400
    assert "named" in answer.json()["error"]
