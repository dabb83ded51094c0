"""Finds people and lines by words, in about the same time however many there are.

Words are found by their beginnings, in any order. Of people the index is asked for a bounded
number of hits; of lines the newest are given, exactly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Row, Uuid, any_, cast, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.customer import Customer
from nitka.domain.link import EVER
from nitka.domain.message import Message
from nitka.store import mapping
from nitka.store.links import SqlLinks
from nitka.store.tables.customers import customers
from nitka.store.tables.threads import threads
from nitka.store.tables.words import FOLDED, LINE_WORDS, PERSON_WORDS, words_of

_MOST_PEOPLE = 300  # hits of an index that are put in order
_MOST_LINES = 5_000
_NEWEST = 20_000  # lines that are looked through for words that are said all the time
_FURTHER = 8  # times as long is the next stretch of time
_INSTANT = timedelta(microseconds=1)  # the server knows no shorter time
_SHORTEST_BEGINNING = 3  # letters; shorter words are found whole
_NUMBER = re.compile(r"[\d\s+().-]{4,}")
_ALIKE = {
    letter: f"[{plain}{''.join(one for one, typed in FOLDED.items() if typed == plain)}]"
    for pair in FOLDED.items()
    for letter, plain in (pair, (pair[1], pair[1]))
}

_ASKED = f"""
    SELECT string_agg(
       '''' || replace(lexeme, '''', '''''') || ''''
            || CASE WHEN length(lexeme) < {_SHORTEST_BEGINNING} THEN '' ELSE '\\:*' END, ' & '
     ) AS query, array_agg(lexeme) AS words
    FROM unnest({words_of("CAST(:words AS text)")})
"""
_PEOPLE = text(
    f"""
    (SELECT id FROM customers
     WHERE {PERSON_WORDS} @@ (SELECT CAST(query AS tsquery) FROM ({_ASKED}) asked)
     LIMIT {_MOST_PEOPLE})
    UNION
    SELECT customer_id FROM addresses WHERE native_id = :whole
    """
)
_LOOK_FOR = text(
    f"""
    SELECT query, words, now() AS now, (
      SELECT created_at FROM messages ORDER BY created_at DESC OFFSET :newest LIMIT 1
    ) AS newest_since,
    set_config('work_mem', '64MB', true), set_config('plan_cache_mode', 'force_custom_plan', true)
    FROM ({_ASKED}) asked
    """
)
"""Without room for every hit of a word the server would read whole pages of lines again; without
a plan for these very words and times it might read every hit of all time."""

_NEWEST_LINES = text(
    f"""
    SELECT * FROM (
      SELECT * FROM messages WHERE created_at > :since ORDER BY created_at DESC OFFSET 0
    ) newest
    WHERE lower(text) ~ ALL (:patterns) AND {LINE_WORDS} @@ CAST(:query AS tsquery)
    LIMIT :limit
    """
)
_STRETCH = text(
    f"""
    WITH hits AS MATERIALIZED (
      SELECT id, created_at FROM messages
      WHERE {LINE_WORDS} @@ CAST(:query AS tsquery) AND created_at > :since AND created_at <= :until
      LIMIT :most
    )
    SELECT messages.*, (SELECT count(*) FROM hits) AS hits
    FROM (SELECT id FROM hits ORDER BY created_at DESC LIMIT :limit) newest
    JOIN messages USING (id)
    """
)


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
    """Give the newest lines that have all the words, the newest first.

    Words that are said all the time are found among the newest lines, which are read in order;
    others by the index, which knows no order ([adr/0016]).
    """
    asked = {"words": words, "newest": _NEWEST}
    look_for = (await connection.execute(_LOOK_FOR, asked)).one()
    if look_for.query is None:
        return []
    since = look_for.newest_since or EVER
    values = {"query": look_for.query, "since": since, "limit": limit}
    patterns = [pattern_of(word) for word in look_for.words]
    newest = await connection.execute(_NEWEST_LINES, {**values, "patterns": patterns})
    rows = list(newest)
    if len(rows) < limit and since != EVER:
        search = _Search(connection, look_for.query)
        rows += await search.before(since, look_for.now - since, limit=limit - len(rows))
    found = [mapping.message(row) for row in rows]
    return sorted(found, key=lambda line: line.created_at, reverse=True)[:limit]


@dataclass(frozen=True, slots=True)
class _Search:
    """Asks the index for the lines of a stretch of time."""

    connection: AsyncConnection
    query: str

    async def before(self, until: datetime, length: timedelta, *, limit: int) -> list[Row[Any]]:
        """Give at least the newest `limit` lines from that time on back.

        All time is asked for first. Where that is too much to be put in order, time is walked back
        in longer and longer stretches, after one of `length`. One that again has too much has all
        that is wanted: it is halved until what is the newest in it can be put in order.
        """
        rows = await self._stretch(EVER, until, limit)
        if rows is not None:
            return list(rows)
        found: list[Row[Any]] = []
        since, length = EVER, length * _FURTHER
        while len(found) < limit and until > EVER:
            at = until - min(max(length, _INSTANT), until - since)
            rows = await self._stretch(at, until, limit)
            if rows is None:
                since, length = at, (until - at) / 2
                continue
            found += rows
            until = at
            length = length * _FURTHER if since == EVER else (until - since) / 2
        return found

    async def _stretch(
        self, since: datetime, until: datetime, limit: int
    ) -> Sequence[Row[Any]] | None:
        """Give the newest hits of a stretch of time; None if it has more than can be put in order.

        Of hits of one instant any are the newest.
        """
        most = max(_MOST_LINES, limit)
        times = {"since": since, "until": until}
        values = {**times, "query": self.query, "limit": limit, "most": most + 1}
        rows = (await self.connection.execute(_STRETCH, values)).all()
        too_many = bool(rows) and rows[0].hits > most
        return None if too_many and until - since > _INSTANT else rows


def pattern_of(word: str) -> str:
    """Give what every text with this word looks like: cheap to compare, so it goes first."""
    return "".join(_ALIKE.get(letter, re.escape(letter)) for letter in word)
