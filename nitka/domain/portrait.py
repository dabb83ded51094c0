"""What staff see of a customer as a buyer, and how he is known to the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Buyer:
    """How the shop may know a customer. `emails` are signed by the site: all their orders are his.

    `named` are order numbers that he gave, by an address that he gave: one is his if the shop has
    it under that address. `products` are what he asked of.
    """

    emails: tuple[str, ...] = ()
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purchase:
    number: str
    state: str
    placed_on: date
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A product that may interest him. `price` is as the shop says it."""

    sku: str
    name: str
    price: str


@dataclass(frozen=True, slots=True)
class Bought:
    """What the shop says of a buyer: his orders, the latest first, and what goes with them."""

    purchases: tuple[Purchase, ...] = ()
    offers: tuple[Offer, ...] = ()
