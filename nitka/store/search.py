"""Finds people and lines by words, in about the same time however many there are.

Words are found by their beginnings, in any order. The indexes are asked for a bounded number of
hits, so of very many the order is that of the hits that were seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import ARRAY, Uuid, any_, cast, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.customer import Customer
from nitka.domain.message import Message
from nitka.store import mapping
from nitka.store.links import SqlLinks
from nitka.store.tables.customers import customers
from nitka.store.tables.threads import threads
from nitka.store.tables.words import FOLDED, LINE_WORDS, PERSON_WORDS, words_of

_MOST_PEOPLE = 300  # hits of an index that are put in order
_MOST_LINES = 5_000
_NEWEST = 20_000  # lines that are looked through for words that are said all the time
_SHORTEST_BEGINNING = 3  # letters; shorter words are found whole
_NUMBER = re.compile(r"[\d\s+().-]{4,}")
_WORD = re.compile(r"[^\W_]+")
_ALIKE = {
    letter: f"[{plain}{''.join(one for one, typed in FOLDED.items() if typed == plain)}]"
    for pair in FOLDED.items()
    for letter, plain in (pair, (pair[1], pair[1]))
}

_ASKED = f"""
    (SELECT string_agg(
       '''' || replace(lexeme, '''', '''''') || ''''
            || CASE WHEN length(lexeme) < {_SHORTEST_BEGINNING} THEN '' ELSE '\\:*' END, ' & '
     )\\:\\:tsquery
     FROM unnest({words_of("CAST(:words AS text)")}))
"""
_PEOPLE = text(
    f"""
    (SELECT id FROM customers WHERE {PERSON_WORDS} @@ {_ASKED} LIMIT {_MOST_PEOPLE})
    UNION
    SELECT customer_id FROM addresses WHERE native_id = :whole
    """
)
_NEWEST_LINES = text(
    f"""
    SELECT * FROM (SELECT * FROM messages ORDER BY created_at DESC LIMIT {_NEWEST}) newest
    WHERE lower(text) ~ ALL (:patterns) AND {LINE_WORDS} @@ {_ASKED} LIMIT :limit
    """
)
_LINES = text(
    f"""
    WITH found AS MATERIALIZED (
      SELECT id, created_at FROM messages WHERE {LINE_WORDS} @@ {_ASKED} LIMIT {_MOST_LINES}
    )
    SELECT messages.* FROM (SELECT id FROM found ORDER BY created_at DESC, id LIMIT :limit) newest
    JOIN messages USING (id)
    """
)
_ROOM = text("SELECT set_config('work_mem', '64MB', true)")
"""Without room for every hit of a word the server would read whole pages of lines again."""


async def people(connection: AsyncConnection, words: str, *, limit: int) -> Sequence[Customer]:
    """Give customers by words of their name and e-mail, a part of their phone number, or their
    whole id on a channel; who was active last comes first, and who was joined is the one he is."""
    number = _NUMBER.fullmatch(words.strip())
    asked = {"words": re.sub(r"\D", "", words) if number else words, "whole": words.strip()}
    found = list((await connection.execute(_PEOPLE, asked)).scalars())
    roots = await SqlLinks(connection).roots(found)
    rows = await connection.execute(
        select(customers)
        .join(threads, threads.c.customer_id == customers.c.id)
        .where(customers.c.id == any_(cast(list(roots.values()), ARRAY(Uuid))))
        .order_by(threads.c.last_at.desc(), customers.c.id)
        .limit(limit)
    )
    return [mapping.customer(row) for row in rows]


async def lines(connection: AsyncConnection, words: str, *, limit: int) -> Sequence[Message]:
    """Give lines that have all the words, the newest first.

    Words that are said all the time are found among the newest lines, which are read in order;
    others by the index, which knows no order.
    """
    patterns = [pattern_of(word) for word in _WORD.findall(words)]
    if not patterns:
        return []
    asked = {"words": words, "limit": limit}
    rows = list(await connection.execute(_NEWEST_LINES, {**asked, "patterns": patterns}))
    if len(rows) < limit:
        await connection.execute(_ROOM)
        rows += await connection.execute(_LINES, asked)
    found = {row.id: mapping.message(row) for row in rows}
    return sorted(found.values(), key=lambda line: line.created_at, reverse=True)[:limit]


def pattern_of(word: str) -> str:
    """Give what every text with this word looks like: cheap to compare, so it goes first."""
    return "".join(_ALIKE.get(letter, letter) for letter in word.lower())
