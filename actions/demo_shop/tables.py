"""The demo shop's tables, in a schema of their own beside the service's."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Identity, MetaData, Numeric, String, Text, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = "demo_shop"


class Base(DeclarativeBase):
    """Everything of the demo shop."""

    metadata = MetaData(schema=SCHEMA)


class Seed(Base):
    """The day that the dates of orders are counted from; one row."""

    __tablename__ = "seed"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]


class ProductRow(Base):
    """A product; names, descriptions and further words by language."""

    __tablename__ = "products"

    sku: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    about: Mapped[dict[str, str]] = mapped_column(JSON)
    words: Mapped[dict[str, str]] = mapped_column(JSON)
    pln: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    eur: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    stock: Mapped[int]
    delivery_days: Mapped[int]
    restock_on: Mapped[date | None]


class OrderRow(Base):
    """An order with its buyer; only state and dates ever leave by the port."""

    __tablename__ = "orders"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    buyer_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    carrier: Mapped[str | None] = mapped_column(String(40))
    tracking: Mapped[str | None] = mapped_column(String(60))
    placed_on: Mapped[date]
    paid_on: Mapped[date | None]
    shipped_on: Mapped[date | None]
    expected_on: Mapped[date | None]
    delivered_on: Mapped[date | None]
    closed_on: Mapped[date | None]


class ComplaintRow(Base):
    """A complaint; the key makes it one, however often it is opened."""

    __tablename__ = "complaints"

    id: Mapped[int] = mapped_column(Identity(start=501), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    customer: Mapped[str] = mapped_column(String(200))
    order_number: Mapped[str | None] = mapped_column(
        String(20), ForeignKey(f"{SCHEMA}.orders.number")
    )
    text: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
