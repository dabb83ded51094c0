"""Filling the demo shop, once, and keeping its dates believable.

Orders are written with dates relative to the day of seeding. When the shop is opened on a later
day, all dates move on by as many days, so a parcel "due in two days" stays due in two days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Date, cast, insert, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateSchema

from actions.demo_shop.tables import SCHEMA, Base, OrderRow, ProductRow, Seed

HERE = Path(__file__).parent
_LOCK = 0x4E69746B
"""Advisory lock: two action servers that start together seed one after the other."""
_DATES = ("placed_on", "paid_on", "shipped_on", "expected_on", "delivered_on", "closed_on")


async def prepare(engine: AsyncEngine, *, today: date) -> None:
    """Creates schema and tables, seeds them if they are empty, and moves dates up to today.

    One transaction; calling it again changes nothing on the same day.
    """
    async with engine.begin() as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        await connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
        await connection.run_sync(Base.metadata.create_all)
        seeded = await connection.scalar(select(Seed.day))
        if seeded is None:
            await _fill(connection, today)
        elif seeded < today:
            await _move(connection, (today - seeded).days, today)


def products(today: date) -> list[dict[str, Any]]:
    """Returns the catalogue's rows for a shop seeded on that day."""
    return [
        {
            "sku": row["sku"],
            "name": row["name"],
            "about": row["about"],
            "words": row["words"],
            "pln": Decimal(row["pln"]),
            "eur": Decimal(row["eur"]),
            "stock": row["stock"],
            "delivery_days": row["days"],
            "restock_on": _day(today, row.get("restock")),
        }
        for row in _load("products.yml")
    ]


def orders(today: date) -> list[dict[str, Any]]:
    """Returns the orders' rows for a shop seeded on that day."""
    seeds = _load("orders.yml")
    rows = []
    for order in seeds["orders"]:
        buyer = seeds["buyers"][order["buyer"]]
        dates = {name: _day(today, order.get(name.removesuffix("_on"))) for name in _DATES}
        rows.append(
            {
                "number": order["number"],
                "buyer_name": buyer["name"],
                "email": buyer["email"],
                "phone": buyer["phone"],
                "state": order["state"],
                "items": [{"sku": sku, "count": count} for sku, count in order["items"].items()],
                "carrier": order.get("carrier"),
                "tracking": order.get("tracking"),
                **dates,
            }
        )
    return rows


async def _fill(connection: AsyncConnection, today: date) -> None:
    await connection.execute(insert(ProductRow), products(today))
    await connection.execute(insert(OrderRow), orders(today))
    await connection.execute(insert(Seed), {"id": 1, "day": today})


async def _move(connection: AsyncConnection, days: int, today: date) -> None:
    await connection.execute(update(OrderRow).values(_later(OrderRow, _DATES, days)))
    await connection.execute(update(ProductRow).values(_later(ProductRow, ("restock_on",), days)))
    await connection.execute(update(Seed).values(day=today))


def _later(table: type[Base], names: Sequence[str], days: int) -> dict[str, Any]:
    by = literal(timedelta(days=days))
    return {name: cast(getattr(table, name) + by, Date) for name in names}


def _day(today: date, offset: int | None) -> date | None:
    return None if offset is None else today + timedelta(days=offset)


def _load(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
