"""Asks the action server to forget what it wrote into the business's systems for customers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import httpx

from nitka.errors import Unavailable

_SECONDS = 10.0


class ActionServer:
    """`ports.Business` over HTTP; without an address there is nothing that was written."""

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
