"""The one metadata, and the columns that many tables have."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, ForeignKey, MetaData, Uuid, func, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column() -> Column[object]:
    return Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()"))


def moment(name: str = "created_at") -> Column[object]:
    """Give the column of a time that is now if nothing else is said."""
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def customer_column(*, primary_key: bool = False) -> Column[object]:
    return Column(
        "customer_id", ForeignKey("customers.id"), primary_key=primary_key, nullable=False
    )


def home_column() -> Column[object]:
    """Give the customer that it began with: joins never change it, and splits go by it."""
    return Column("home_id", ForeignKey("customers.id"), nullable=False)
