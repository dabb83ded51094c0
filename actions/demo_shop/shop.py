"""The demo shop behind the port, over PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from actions.demo_shop import seed
from actions.demo_shop.goes_with import companions
from actions.demo_shop.search import Index
from actions.demo_shop.tables import ComplaintRow, OrderRow, ProductRow
from actions.shop import Complaint, Order, OrderState, Product, Purchase

_PURCHASES = 20
_COMPANIONS = 3


class DemoShop:
    """Nitka Market: forty products, sixty orders, and a book of complaints."""

    def __init__(self, engine: AsyncEngine, index: Index) -> None:
        self._engine = engine
        self._session = async_sessionmaker(engine, expire_on_commit=False)
        self._index = index

    @classmethod
    async def open(cls, database_url: str, *, today: date) -> DemoShop:
        """Opens the shop, creating and seeding its tables where they are missing."""
        engine = create_async_engine(driver_url(database_url), pool_pre_ping=True, pool_size=5)
        async with AsyncExitStack() as unless_opened:
            unless_opened.push_async_callback(engine.dispose)
            await seed.prepare(engine, today=today)
            async with async_sessionmaker(engine)() as session:
                rows = await session.scalars(select(ProductRow))
                index = Index(
                    {"sku": row.sku, "name": row.name, "about": row.about, "words": row.words}
                    for row in rows
                )
            unless_opened.pop_all()
        return cls(engine, index)

    async def close(self) -> None:
        """Closes the connections."""
        await self._engine.dispose()

    async def find_order(self, number: str) -> Order | None:
        """Returns state and dates of an order; nothing else of it leaves the shop."""
        async with self._session() as session:
            row = await session.get(OrderRow, number)
        if row is None:
            return None
        return Order(
            number=row.number,
            state=OrderState(row.state),
            placed_on=row.placed_on,
            paid_on=row.paid_on,
            shipped_on=row.shipped_on,
            expected_on=row.expected_on,
            delivered_on=row.delivered_on,
            closed_on=row.closed_on,
        )

    async def find_product(self, sku: str, language: str) -> Product | None:
        """Returns the product of this SKU, or None."""
        async with self._session() as session:
            row = await session.get(ProductRow, sku)
        return None if row is None else _product(row, language)

    async def search_products(self, text: str, language: str) -> Sequence[Product]:
        """Returns the products that the words mean, best first."""
        skus = self._index.search(text)
        if not skus:
            return []
        async with self._session() as session:
            rows = await session.scalars(select(ProductRow).where(ProductRow.sku.in_(skus)))
        found = {row.sku: row for row in rows}
        return [_product(found[sku], language) for sku in skus if sku in found]

    async def purchases(self, email: str, language: str) -> Sequence[Purchase]:
        """Returns the orders of the buyer with this address, whatever the letter case."""
        async with self._session() as session:
            rows = await session.scalars(
                select(OrderRow)
                .where(func.lower(OrderRow.email) == email.strip().lower())
                .order_by(OrderRow.placed_on.desc(), OrderRow.number.desc())
                .limit(_PURCHASES)
            )
            orders = rows.all()
            skus = {item["sku"] for order in orders for item in order.items}
            goods = await session.scalars(select(ProductRow).where(ProductRow.sku.in_(skus)))
            names = {row.sku: row.name[language] for row in goods}
        return [_purchase(order, names) for order in orders]

    async def goes_with(self, skus: Sequence[str], language: str) -> Sequence[Product]:
        """Returns what goes with these by kind, one of a kind."""
        async with self._session() as session:
            rows = await session.scalars(select(ProductRow).where(ProductRow.stock > 0))
            there = {row.sku: row for row in rows}
        chosen = companions(skus, there, most=_COMPANIONS)
        return [_product(there[sku], language) for sku in chosen]

    async def open_complaint(self, complaint: Complaint) -> str:
        """Opens the complaint once for its key; an order that does not exist is left out."""
        async with self._session.begin() as session:
            order = await session.get(OrderRow, complaint.order_number or "")
            wanted = insert(ComplaintRow).values(
                key=complaint.key,
                customer=complaint.customer,
                text=complaint.text,
                order_number=order.number if order else None,
            )
            await session.execute(wanted.on_conflict_do_nothing(index_elements=["key"]))
            opened = await session.scalar(
                select(ComplaintRow.id).where(ComplaintRow.key == complaint.key)
            )
        return f"R-{opened}"

    async def forget(self, customers: Sequence[str]) -> int:
        """Deletes the complaints of these customers; orders are kept as the law demands."""
        async with self._session.begin() as session:
            gone = await session.scalars(
                delete(ComplaintRow)
                .where(ComplaintRow.customer.in_(customers))
                .returning(ComplaintRow.id)
            )
            return len(gone.all())

    async def count_complaints(self) -> int:
        """Returns how many complaints are open, for checks."""
        async with self._session() as session:
            return await session.scalar(select(func.count(ComplaintRow.id))) or 0

    async def buyers(self) -> list[dict[str, str]]:
        """Returns number, e-mail, phone and state of every order, for whoever runs the demo."""
        async with self._session() as session:
            rows = await session.scalars(select(OrderRow).order_by(OrderRow.number))
            return [
                {"number": r.number, "email": r.email, "phone": r.phone, "state": r.state}
                for r in rows
            ]


def driver_url(url: str) -> str:
    """Returns a PostgreSQL URL for SQLAlchemy's asynchronous psycopg 3."""
    scheme, separator, rest = url.partition("://")
    plain = {"postgres", "postgresql", "postgresql+psycopg"}
    return f"postgresql+psycopg{separator}{rest}" if scheme in plain else url


def _purchase(row: OrderRow, names: dict[str, str]) -> Purchase:
    skus = tuple(item["sku"] for item in row.items)
    items = tuple(names.get(sku, sku) for sku in skus)
    return Purchase(row.number, OrderState(row.state), row.placed_on, items, skus)


def _product(row: ProductRow, language: str) -> Product:
    return Product(
        sku=row.sku,
        name=row.name[language],
        about=row.about[language],
        pln=row.pln,
        eur=row.eur,
        stock=row.stock,
        delivery_days=row.delivery_days,
        restock_on=row.restock_on,
    )
