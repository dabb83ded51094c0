"""A customer as a buyer, for staff: his interests, his orders, and what to offer him next.

Orders are shown only of who has proved to be their buyer: the site has signed his e-mail address,
or he has given both an order's number and the address that the shop has for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import structlog

from nitka.domain.customer import Customer, Language
from nitka.domain.link import ClaimKind, Source, members
from nitka.domain.plan import Plan
from nitka.domain.portrait import Bought, Buyer
from nitka.domain.staff import Account
from nitka.domain.thread import Team
from nitka.errors import Unavailable
from nitka.ports import Clock, Shopfront, Store, UnitOfWork
from nitka.service.find import unknown_customer
from nitka.service.look import note_look

log = structlog.get_logger(__name__)
_TURNS = 200  # so many of the last show what somebody is interested in
_INTERESTS = 5


class ShopState(StrEnum):
    """Whether the shop answered: it did, it did not in time, or none is connected."""

    OK = "ok"
    AWAY = "away"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class BuyerPortrait:
    """A customer as a buyer. `interests` count how often he asked of what, most first."""

    customer: Customer
    interests: Mapping[str, int]
    products: tuple[str, ...]
    bought: Bought
    shop: ShopState


class Portray:
    """Puts portraits together; the shop is asked outside any transaction."""

    def __init__(self, store: Store, shopfront: Shopfront, *, plan: Plan, clock: Clock) -> None:
        self._store = store
        self._shopfront = shopfront
        self._sales = {wish for r in plan.routes if r.to is Team.SALES for wish in r.wishes}
        self._clock = clock

    async def __call__(self, account: Account, customer_id: UUID) -> BuyerPortrait:
        """Give a customer's portrait; a shop that is away only leaves its part empty.

        Raises `Refused` 404 `unknown_customer`.
        """
        async with self._store.begin() as uow:
            root = await uow.links.root(customer_id)
            customer = await uow.customers.get(root) if root else None
            if customer is None:
                raise unknown_customer()
            await note_look(uow, account, customer.id, at=self._clock.now())
            homes = members(customer.id, await uow.links.tree(customer.id))
            buyer = await _buyer(uow, customer.id, homes)
            counted = Counter([w for h in homes for w in await uow.states.wishes(h, limit=_TURNS)])
        interests = {w: n for w, n in counted.most_common() if w in self._sales}
        bought, shop = await self._ask(buyer, customer.language or Language.EN)
        most = dict(list(interests.items())[:_INTERESTS])
        return BuyerPortrait(customer, most, buyer.products, bought, shop)

    async def _ask(self, buyer: Buyer, language: Language) -> tuple[Bought, ShopState]:
        try:
            bought = await self._shopfront.bought(buyer, language)
        except Unavailable as error:
            log.warning("portrait.shop_away", error=str(error))
            return Bought(), ShopState.AWAY
        return (bought, ShopState.OK) if bought else (Bought(), ShopState.NONE)


async def _buyer(uow: UnitOfWork, root: UUID, homes: frozenset[UUID]) -> Buyer:
    claims = [c for c in await uow.claims.of(homes) if c.kind is ClaimKind.EMAIL]
    signed = {claim.value for claim in claims if claim.source is Source.SITE}
    slots = await uow.threads.slots(root)
    told = [slots, *(one.facts for one in await uow.handoffs.of(root))]
    said = {claim.value for claim in claims} | set(_all(told, "email"))
    numbers = tuple(dict.fromkeys(_all(told, "order_number")))
    named = {email: numbers for email in sorted(said - signed) if numbers}
    return Buyer(tuple(sorted(signed)), named, tuple(dict.fromkeys(_all(told, "product"))))


def _all(told: Iterable[Mapping[str, object]], name: str) -> list[str]:
    """Give every value of a fact; a slot may hold several."""
    found: list[str] = []
    for facts in told:
        value = facts.get(name)
        found += [str(one) for one in (value if isinstance(value, list) else [value]) if one]
    return found
