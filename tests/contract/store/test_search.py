"""Search of lines beside reading all of them: the same, whatever was said when."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from nitka.store import search
from nitka.store.tables.words import words_of
from nitka.store.unit_of_work import SqlStore
from tests.contract.store.conftest import Sql, person

_WORDS = ("order", "ordinary", "заказ", "zamówienie", "O'Hara", "NT-17", "straße", "ΟΔΟΣ", "x_y")
_ASKED = (*_WORDS, "ord", "zamow", "заказ ord", "hara", "nt 17", "17", "οδος", "STRAßE", "nothing")
_INSERT = """
    INSERT INTO messages (customer_id, home_id, seq, author, text, state, created_at)
    VALUES (%s, %s, %s, 'customer', %s, 'received', %s)
"""


@pytest.mark.parametrize("seed", range(4))
async def test_the_newest_lines_are_found_exactly(
    store: SqlStore, sql: Sql, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """With limits so small that every way of looking is gone, over times of any shape."""
    monkeypatch.setattr(search, "_NEWEST", 20)
    monkeypatch.setattr(search, "_MOST_LINES", 7)
    chance = random.Random(seed)
    async with store.begin() as uow:
        ann = await person(uow)
    for number in range(400):
        age = chance.choice([0, 1e-6, 1, 3600, 86_400, 86_400 * 365]) * chance.randrange(1, 9)
        at = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(seconds=age)
        text = " ".join(chance.choices(_WORDS, k=chance.randrange(1, 4)))
        sql.run(_INSERT, ann.id, ann.id, number + 1, text, at)
    for asked in _ASKED:
        for limit in (1, 5, 30, 200):
            async with store.begin() as uow:
                found = (await uow.inboxes.search(asked, limit=limit)).messages
            newest = _all(sql, asked)[:limit]
            assert [line.created_at for line in found] == newest, (asked, limit)
            assert len({line.id for line in found}) == len(found)


def _all(sql: Sql, asked: str) -> list[datetime]:
    """Give the times of all lines with these words, the newest first, by no index."""
    words = words_of("text")
    query = f"""
        SELECT array_agg(created_at ORDER BY created_at DESC) FROM messages
        WHERE {words} @@ (SELECT CAST(query AS tsquery) FROM ({search._ASKED}) asked)
    """
    return sql.one(query.replace(":words", "%s").replace("\\:", ":"), asked) or []
