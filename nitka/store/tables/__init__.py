"""The tables, by what they are about. Columns only: their meaning is said in `nitka.domain`,
changes are migrations."""

from nitka.store.tables import (
    customers,
    flow,
    handoffs,
    identity,
    ledger,
    privacy,
    staff,
    threads,
    turns,
)
from nitka.store.tables.columns import metadata

__all__ = [
    "customers",
    "flow",
    "handoffs",
    "identity",
    "ledger",
    "metadata",
    "privacy",
    "staff",
    "threads",
    "turns",
]
