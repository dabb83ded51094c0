"""Asks the action server about the business's systems: to forget what it wrote there for customers,
and what a customer has bought."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import httpx

from nitka.domain.customer import Language
from nitka.domain.portrait import Bought, Buyer, Offer, Purchase
from nitka.errors import Unavailable

_SECONDS = 10.0
_LOOK_SECONDS = 2.0  # somebody waits for it


class ActionServer:
    """`ports.Business` and `ports.Shopfront` over HTTP; without an address there is no shop."""

    def __init__(self, url: str | None) -> None:
        self._url = url

    async def forget(self, customer_ids: Sequence[UUID]) -> int:
        if self._url is None:
            return 0
        named = {"customers": [str(customer_id) for customer_id in customer_ids]}
        try:
            async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as http:
                answer = await http.post(f"{self._url}/forget", json=named)
            answer.raise_for_status()
            return int(answer.json()["forgotten"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"the action server: {error!r}") from error

    async def bought(self, buyer: Buyer, language: Language) -> Bought | None:
        if self._url is None:
            return None
        asked = {
            "emails": list(buyer.emails),
            "named": {email: list(numbers) for email, numbers in buyer.named.items()},
            "products": list(buyer.products),
            "language": language.value,
        }
        try:
            async with (
                asyncio.timeout(_LOOK_SECONDS),
                httpx.AsyncClient(timeout=_LOOK_SECONDS, trust_env=False) as http,
            ):
                answer = await http.post(f"{self._url}/portrait", json=asked)
            answer.raise_for_status()
            return _bought(answer.json())
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"the action server: {error!r}") from error


def _bought(body: Mapping[str, Any]) -> Bought:
    purchases = (
        Purchase(
            str(one["number"]),
            str(one["state"]),
            date.fromisoformat(one["placed_on"]),
            tuple(str(item) for item in one["items"]),
        )
        for one in body["orders"]
    )
    offers = (Offer(str(o["sku"]), str(o["name"]), str(o["price"])) for o in body["offers"])
    return Bought(tuple(purchases), tuple(offers))
