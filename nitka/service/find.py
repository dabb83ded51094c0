"""Finds who a customer is by now: a join may have made him another's part."""

from __future__ import annotations

from uuid import UUID

from nitka.errors import Refused
from nitka.ports import UnitOfWork


async def find_root(uow: UnitOfWork, customer_id: UUID) -> UUID:
    """Give the customer, or whom he was joined into. Raises `Refused` 404 `unknown_customer`."""
    root = await uow.links.root(customer_id)
    if root is None:
        raise unknown_customer()
    return root


def unknown_customer() -> Refused:
    return Refused("unknown_customer", "There is no such customer.", status=404)
