"""The one port to the business's own systems, with its values and its one error.

Owns what the bot may ask of a shop and the time that it waits. Does not know how a shop stores
anything: the demo shop is one implementation, a firm's own system another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, TypeVar

import structlog

log = structlog.get_logger("nitka.actions")
Answer = TypeVar("Answer")

TIME_LIMIT = timedelta(seconds=3)
"""How long a customer waits for the shop before being offered a person."""


class ShopUnavailable(Exception):
    """The shop failed or took too long. The customer is told, and offered a person."""


class OrderState(StrEnum):
    """Where an order is in its life."""

    PLACED = "placed"
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    CANCELLED = "cancelled"
    RETURNED = "returned"


@dataclass(frozen=True)
class Order:
    """What may be said of an order by its number alone: its state and its dates.

    There is no buyer here, and nothing that was bought: whoever types a number need not be
    the buyer. ``closed_on`` is the day of the cancellation or of the return.
    """

    number: str
    state: OrderState
    placed_on: date
    paid_on: date | None = None
    shipped_on: date | None = None
    expected_on: date | None = None
    delivered_on: date | None = None
    closed_on: date | None = None

    def is_overdue(self, today: date) -> bool:
        """Says whether the order should have arrived by now and has not."""
        under_way = {OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED, OrderState.DELAYED}
        return self.state in under_way and self.expected_on is not None and self.expected_on < today

    def is_late(self, today: date) -> bool:
        """Says whether the order is overdue or has been put off."""
        return self.state is OrderState.DELAYED or self.is_overdue(today)


@dataclass(frozen=True)
class Product:
    """A product as a customer sees it, named and described in the language asked for."""

    sku: str
    name: str
    about: str
    pln: Decimal
    eur: Decimal
    stock: int
    delivery_days: int
    restock_on: date | None = None


@dataclass(frozen=True)
class Purchase:
    """An order as its buyer knows it: ``items`` by their names in the language asked for.

    Only for who has proved to be the buyer, see `actions.portrait`.
    """

    number: str
    state: OrderState
    placed_on: date
    items: tuple[str, ...]
    skus: tuple[str, ...]


@dataclass(frozen=True)
class Complaint:
    """A complaint to be opened. The same ``key`` opens the same complaint, however often."""

    key: str
    customer: str
    text: str
    order_number: str | None = None


class Shop(Protocol):
    """The business's systems, as far as the bot needs them. Any failure may raise anything."""

    async def find_order(self, number: str) -> Order | None:
        """Returns the order of this number (``NT-12345``), or None."""
        ...

    async def find_product(self, sku: str, language: str) -> Product | None:
        """Returns the product of this SKU, or None."""
        ...

    async def search_products(self, text: str, language: str) -> Sequence[Product]:
        """Returns the products that the words mean, best first; empty when there is none.

        ``text`` is what the customer wrote: any of the three languages, inflected, mistyped.
        One product means that it is clear which is meant.
        """
        ...

    async def open_complaint(self, complaint: Complaint) -> str:
        """Opens the complaint once for its key, and returns its number for the customer."""
        ...

    async def purchases(self, email: str, language: str) -> Sequence[Purchase]:
        """Returns the orders under this e-mail address, the latest first, at most 20."""
        ...

    async def goes_with(self, skus: Sequence[str], language: str) -> Sequence[Product]:
        """Returns up to three products in stock that go with these and are not among them."""
        ...

    async def forget(self, customers: Sequence[str]) -> int:
        """Removes what the bot has written for these customers, as far as the law lets it go.

        Returns how many things were removed; asking again removes nothing more.
        """
        ...


class GuardedShop:
    """A shop with a time limit: every failure of the real one becomes `ShopUnavailable`."""

    def __init__(self, shop: Shop, *, limit: timedelta = TIME_LIMIT) -> None:
        self._shop = shop
        self._limit = limit
        self._left: set[asyncio.Task[Any]] = set()

    async def find_order(self, number: str) -> Order | None:
        """Returns the order, or None; raises ShopUnavailable."""
        return await self._within(self._shop.find_order(number), "find_order")

    async def find_product(self, sku: str, language: str) -> Product | None:
        """Returns the product, or None; raises ShopUnavailable."""
        return await self._within(self._shop.find_product(sku, language), "find_product")

    async def search_products(self, text: str, language: str) -> Sequence[Product]:
        """Returns the products meant, best first; raises ShopUnavailable."""
        return await self._within(self._shop.search_products(text, language), "search_products")

    async def open_complaint(self, complaint: Complaint) -> str:
        """Returns the complaint's number; raises ShopUnavailable."""
        return await self._within(self._shop.open_complaint(complaint), "open_complaint")

    async def purchases(self, email: str, language: str) -> Sequence[Purchase]:
        """Returns the orders under this address, the latest first; raises ShopUnavailable."""
        return await self._within(self._shop.purchases(email, language), "purchases")

    async def goes_with(self, skus: Sequence[str], language: str) -> Sequence[Product]:
        """Returns what goes with these; raises ShopUnavailable."""
        return await self._within(self._shop.goes_with(skus, language), "goes_with")

    async def forget(self, customers: Sequence[str]) -> int:
        """Returns how much was removed; raises ShopUnavailable."""
        return await self._within(self._shop.forget(customers), "forget")

    async def _within(self, call: Coroutine[Any, Any, Answer], name: str) -> Answer:
        """Waits no longer than the limit, even for a driver that is slow to be cancelled."""
        task = asyncio.create_task(call)
        try:
            await asyncio.wait({task}, timeout=self._limit.total_seconds())
        finally:
            if not task.done():
                self._leave(task)
        try:
            return task.result()
        except asyncio.InvalidStateError as error:
            log.warning("shop.unavailable", call=name, error="no answer in time")
            raise ShopUnavailable(name) from error
        except (Exception, asyncio.CancelledError) as error:
            log.warning("shop.unavailable", call=name, error=repr(error))
            raise ShopUnavailable(name) from error

    def _leave(self, task: asyncio.Task[Any]) -> None:
        """Cancels a call and lets it end by itself; how it ends no longer matters."""
        self._left.add(task)
        task.add_done_callback(self._forget)
        task.cancel()

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._left.discard(task)
        if not task.cancelled():
            task.exception()
