"""A shop in memory: the port's double for tests, held to the same contract as the real one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from actions.catalogue_words import tokens
from actions.shop import Complaint, Order, Product, Purchase


class ScriptedShop:
    """Knows the orders and products it is given, and remembers the complaints it opened."""

    def __init__(
        self,
        orders: Iterable[Order] = (),
        products: Iterable[Product] = (),
        purchases: Mapping[str, Sequence[Purchase]] | None = None,
    ) -> None:
        """``purchases`` are by the buyer's e-mail address, the latest first."""
        self.bought = dict(purchases or {})
        self.orders = {order.number: order for order in orders}
        self.products = {product.sku: product for product in products}
        self.complaints: dict[str, Complaint] = {}

    async def find_order(self, number: str) -> Order | None:
        """Returns the order, or None."""
        return self.orders.get(number)

    async def find_product(self, sku: str, language: str) -> Product | None:  # noqa: ARG002
        """Returns the product, in the one language it was given in."""
        return self.products.get(sku)

    async def search_products(self, text: str, language: str) -> Sequence[Product]:  # noqa: ARG002
        """Returns the products of whose names the text has most words."""
        words = set(tokens(text))
        scored = [(len(words & set(tokens(p.name))), p) for p in self.products.values()]
        best = max((score for score, _ in scored), default=0)
        return [product for score, product in scored if score == best and score > 0]

    async def purchases(self, email: str, language: str) -> Sequence[Purchase]:  # noqa: ARG002
        """Returns the purchases that were given for this address."""
        return self.bought.get(email.strip().lower(), [])

    async def goes_with(self, skus: Sequence[str], language: str) -> Sequence[Product]:  # noqa: ARG002
        """Returns what else there is in stock."""
        there = [one for one in self.products.values() if one.stock > 0]
        return [one for one in there if one.sku not in skus][:3]

    async def open_complaint(self, complaint: Complaint) -> str:
        """Opens it once for its key."""
        self.complaints.setdefault(complaint.key, complaint)
        return f"R-{list(self.complaints).index(complaint.key) + 1}"

    async def forget(self, customers: Sequence[str]) -> int:
        """Drops the complaints of these customers."""
        gone = [key for key, one in self.complaints.items() if one.customer in customers]
        for key in gone:
            del self.complaints[key]
        return len(gone)
