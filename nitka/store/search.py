"""Finds people and lines by words, in about the same time however many there are.

Words are found by their beginnings, in any order. Both indexes are asked for a bounded number of
hits; of a word that is said all the time, the newest lines are looked through as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.customer import Customer
from nitka.domain.message import Message
from nitka.store import mapping
from nitka.store.tables import LINE_WORDS, PERSON_WORDS, words_of

_MOST = 2_000  # hits that are put in order
_NEWEST = 20_000  # lines that are looked through for a frequent word
_SHORTEST_BEGINNING = 3  # letters; shorter words are found whole
_NUMBER = re.compile(r"[\d\s+().-]{4,}")

_ASKED = f"""
    (SELECT string_agg(
       '''' || replace(lexeme, '''', '''''') || ''''
            || CASE WHEN length(lexeme) < {_SHORTEST_BEGINNING} THEN '' ELSE '\\:*' END, ' & '
     )\\:\\:tsquery
     FROM unnest({words_of("CAST(:words AS text)")}))
"""
_PEOPLE = text(
    f"""
    WITH RECURSIVE up AS (
      (SELECT id FROM customers WHERE {PERSON_WORDS} @@ {_ASKED} LIMIT {_MOST})
      UNION
      SELECT customer_id FROM addresses WHERE native_id = :whole
      UNION
      SELECT joined_into FROM threads JOIN up ON customer_id = up.id WHERE joined_into IS NOT NULL
    )
    SELECT customers.* FROM up
    JOIN threads ON threads.customer_id = up.id AND joined_into IS NULL
    JOIN customers ON customers.id = up.id
    ORDER BY threads.last_at DESC, customers.id LIMIT :limit
    """
)
_LINES = text(
    f"""
    WITH found AS MATERIALIZED (
      SELECT id, created_at FROM messages WHERE {LINE_WORDS} @@ {_ASKED} LIMIT {_MOST}
    )
    SELECT messages.*, (SELECT count(*) FROM found) AS hits
    FROM (SELECT id FROM found ORDER BY created_at DESC, id LIMIT :limit) newest
    JOIN messages USING (id)
    """
)
_NEWEST_LINES = text(
    f"""
    SELECT * FROM (SELECT * FROM messages ORDER BY created_at DESC LIMIT {_NEWEST}) newest
    WHERE {LINE_WORDS} @@ {_ASKED} LIMIT :limit
    """
)


async def people(connection: AsyncConnection, words: str, *, limit: int) -> Sequence[Customer]:
    """Give customers by words of their name and e-mail, a part of their phone number, or their
    whole id on a channel; who was active last comes first, and who was joined is the one he is."""
    number = _NUMBER.fullmatch(words.strip())
    asked = {
        "words": re.sub(r"\D", "", words) if number else words,
        "whole": words.strip(),
        "limit": limit,
    }
    rows = await connection.execute(_PEOPLE, asked)
    return [mapping.customer(row) for row in rows]


async def lines(connection: AsyncConnection, words: str, *, limit: int) -> Sequence[Message]:
    """Give lines that have all the words, the newest first."""
    asked = {"words": words, "limit": limit}
    rows = (await connection.execute(_LINES, asked)).all()
    found = {row.id: mapping.message(row) for row in rows}
    if rows and rows[0].hits == _MOST:  # there are more, and the newest may be among them
        newest = await connection.execute(_NEWEST_LINES, asked)
        found |= {row.id: mapping.message(row) for row in newest}
    return sorted(found.values(), key=lambda line: line.created_at, reverse=True)[:limit]
