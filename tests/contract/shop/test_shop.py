"""What every shop behind the port promises; the demo shop and the double keep it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from actions.demo_shop.shop import DemoShop
from actions.scripted import ScriptedShop
from actions.shop import Complaint, OrderState, Shop

TODAY = date(2026, 11, 22)


async def _double(demo: DemoShop) -> ScriptedShop:
    """The double, given the same orders and products."""
    orders = [order for n in (10001, 10002) if (order := await demo.find_order(f"NT-{n}"))]
    products = [p for sku in ("KET-01", "TOA-01") if (p := await demo.find_product(sku, "en"))]
    buyer = "anna.kowalska@example.com"
    return ScriptedShop(orders, products, {buyer: await demo.purchases(buyer, "en")})


@pytest.fixture
async def demo(empty_database_url: str) -> AsyncIterator[DemoShop]:
    """The demo shop over a database of its own."""
    shop = await DemoShop.open(empty_database_url, today=TODAY)
    yield shop
    await shop.close()


@pytest.fixture(params=["demo", "double"])
async def shop(request: pytest.FixtureRequest, demo: DemoShop) -> Shop:
    """Every implementation in turn."""
    return demo if request.param == "demo" else await _double(demo)


async def test_an_order_is_found_by_its_number(shop: Shop) -> None:
    """With state and dates; an unknown number is None."""
    order = await shop.find_order("NT-10001")
    assert order is not None
    assert (order.number, order.state) == ("NT-10001", OrderState.SHIPPED)
    assert order.expected_on == TODAY + timedelta(days=2)
    assert await shop.find_order("NT-00000") is None
    assert await shop.find_order("'; DROP TABLE") is None


async def test_a_product_is_found_by_sku_and_by_words(shop: Shop) -> None:
    """Words that mean one product find that one."""
    product = await shop.find_product("TOA-01", "en")
    assert product is not None
    assert "Toaster" in product.name
    assert [p.sku for p in await shop.search_products("a toaster", "en")] == ["TOA-01"]
    assert list(await shop.search_products("bicycle", "en")) == []
    assert await shop.find_product("NONE", "en") is None


async def test_who_bought_what_is_found_by_the_buyers_address(shop: Shop) -> None:
    """In any letter case, with the names of the goods; nobody else's orders."""
    bought = await shop.purchases("Anna.Kowalska@example.com", "en")
    assert "NT-10001" in [one.number for one in bought]
    assert sorted(bought, key=lambda one: one.placed_on, reverse=True) == list(bought)
    first = next(one for one in bought if one.number == "NT-10001")
    assert (first.skus, first.items) == (("GRI-02",), ("Electric coffee grinder Krok 40",))
    assert list(await shop.purchases("nobody@example.com", "en")) == []
    assert list(await shop.purchases("' OR 1=1 --", "en")) == []


async def test_what_goes_with_a_purchase_is_in_stock_and_not_had(shop: Shop) -> None:
    """At most three."""
    found = await shop.goes_with(["KET-01"], "en")
    assert 0 < len(found) <= 3
    assert all(one.stock > 0 and one.sku != "KET-01" for one in found)


async def test_a_complaint_is_opened_once_for_its_key(shop: Shop) -> None:
    """Also when it is opened several times at once."""
    complaint = Complaint(key="turn-1", customer="c", text="broken", order_number="NT-10002")
    numbers = await asyncio.gather(*(shop.open_complaint(complaint) for _ in range(5)))
    assert len(set(numbers)) == 1
    other = Complaint(key="turn-2", customer="c", text="late", order_number="NT-77777")
    assert await shop.open_complaint(other) != numbers[0]


async def test_products_speak_the_customers_language(demo: DemoShop) -> None:
    """Name and description come in the language asked for."""
    product = await demo.find_product("TOA-01", "ru")
    assert product is not None
    assert product.name.startswith("Тостер")


async def test_opening_again_changes_nothing_on_the_same_day(
    demo: DemoShop, empty_database_url: str
) -> None:
    """Complaints stay, and nothing is seeded twice; two that open at once do not collide."""
    await demo.open_complaint(Complaint(key="k", customer="c", text="t"))
    before = await demo.buyers()
    again = await asyncio.gather(
        *(DemoShop.open(empty_database_url, today=TODAY) for _ in range(2))
    )
    assert await again[0].buyers() == before
    assert await again[1].count_complaints() == 1
    for shop in again:
        await shop.close()


async def test_dates_move_on_with_the_days(demo: DemoShop, empty_database_url: str) -> None:
    """A parcel due in two days is due in two days a month later, too."""
    later = TODAY + timedelta(days=31)
    shop = await DemoShop.open(empty_database_url, today=later)
    order = await shop.find_order("NT-10001")
    product = await shop.find_product("KET-03", "en")
    await shop.close()
    assert order is not None
    assert order.expected_on == later + timedelta(days=2)
    assert order.delivered_on is None
    assert product is not None
    assert product.restock_on == later + timedelta(days=9)


async def test_the_demo_lists_its_buyers(demo: DemoShop) -> None:
    """Number, e-mail, phone and state of all sixty: for whoever runs the demo."""
    buyers = await demo.buyers()
    assert len(buyers) == 60
    assert set(buyers[0]) == {"number", "email", "phone", "state"}
