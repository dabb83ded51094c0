"""What is asked of the desk over a crowd: every view, each time of somebody else."""

from __future__ import annotations

import random
import re
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from urllib.parse import quote

import psycopg

from nitka.api.v1.gate import digest_of
from nitka.domain.staff import NewAccount, Role
from nitka.domain.thread import Team
from nitka.store.unit_of_work import open_store

_DESK = "/api/desk"
_FREQUENT = ("order", "please", "delivery", "заказ", "доставка", "zamówienie", "paczka", "is")
_PAIRS = ("please order", "courier tomorrow", "возврат заказ", "zwrot pieniedzy")
_SELDOM = ("orchid violin", "xylophone", "кот бегемот", "żyrafa")
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    token: str
    path: str
    method: str = "GET"
    body: object = None


Views = Mapping[str, Sequence[Asked]]


async def views(database_url: str, rounds: int) -> Views:
    """Give what to ask in each round, by the name of the view."""
    tokens = await _tokens(database_url)
    admin = tokens["admin"]
    with psycopg.connect(database_url.replace("+psycopg", "", 1)) as sql:
        return {
            **_inboxes(sql, tokens, rounds),
            **_searches(sql, admin, rounds),
            **_threads(sql, admin, tokens["support"], rounds),
        }


async def admin(database_url: str) -> str:
    """Give a token of an admin."""
    return (await _tokens(database_url))["admin"]


async def _tokens(database_url: str) -> dict[str, str]:
    """Give tokens of an admin who sees everything, and of an agent of each team."""
    store, tokens = open_store(database_url, connections=1), {}
    async with store.begin() as uow:
        await uow.accounts.add(NewAccount("bench@crowd.test", "Bench", Role.ADMIN))
        staff = {account.email: account for account in await uow.accounts.all()}
        one_team = {one.teams: one for one in staff.values() if one.role is Role.AGENT}
        chosen = {"admin": staff["bench@crowd.test"]}
        chosen |= {team: one_team[team,] for team in Team}
        for name, account in chosen.items():
            tokens[name] = secrets.token_urlsafe(24)
            digest = digest_of(tokens[name])
            known = f"bench {secrets.token_hex(4)}"
            await uow.ledger.add_token(known, digest, frozenset(), account_id=account.id)
    await store.close()
    return tokens


def _inboxes(
    sql: psycopg.Connection[Row], tokens: Mapping[str, str], rounds: int
) -> dict[str, list[Asked]]:
    admin = tokens["admin"]
    deep = _some(
        sql,
        """SELECT last_at, customer_id FROM threads WHERE seq > 0
           ORDER BY last_at DESC, customer_id DESC OFFSET (SELECT count(*) / 2 FROM threads)""",
        rounds,
    )
    found = {
        f"inbox, mine ({team})": [Asked(tokens[team], f"{_DESK}/inbox?view=mine")] * rounds
        for team in Team
    }
    for view in ("waiting", "team"):
        for name, token in tokens.items():
            path = f"{_DESK}/inbox?view={view}"
            found[f"inbox, {view} ({name})"] = [Asked(token, path)] * rounds
    found["inbox, all"] = [Asked(admin, f"{_DESK}/inbox?view=all")] * rounds
    found["inbox, all, half way down"] = [
        Asked(
            admin,
            f"{_DESK}/inbox?view=all&before={quote(at.isoformat())}&before_customer={customer}",
        )
        for at, customer in deep
    ]
    return found


def _searches(sql: psycopg.Connection[Row], token: str, rounds: int) -> dict[str, list[Asked]]:
    people = _some(
        sql,
        """SELECT name, email, right(phone, 6), phone FROM customers
           WHERE name IS NOT NULL AND email IS NOT NULL AND phone IS NOT NULL""",
        rounds,
    )
    orders = _some(sql, "SELECT slots ->> 'order_number' FROM dialogue_states", rounds)
    words: dict[str, Sequence[str]] = {
        "a word said all the time": _FREQUENT,
        "two such words": _PAIRS,
        "a word said now and then": _now_and_then(sql),
        "words that nobody said": _SELDOM,
        "a name": [name for name, *_ in people],
        "a name's beginning": [name[:4] for name, *_ in people],
        "part of an e-mail": [email.split("@")[0] for _, email, *_ in people],
        "an e-mail's domain": ("post.example", "box.test"),
        "the end of a phone number": [end for _, _, end, _ in people],
        "a phone number": [phone for *_, phone in people],
        "an order number": [order for (order,) in orders],
    }
    return {
        f"search: {name}": [
            Asked(token, f"{_DESK}/search?q={quote(some[number % len(some)])}")
            for number in range(rounds)
        ]
        for name, some in words.items()
    }


def _now_and_then(sql: psycopg.Connection[Row]) -> Sequence[str]:
    """Give words of about every thousandth line: too many for the index to put in order, and too
    few to fill a page from the newest lines."""
    lines = sql.execute(
        "SELECT text FROM messages TABLESAMPLE SYSTEM (4) REPEATABLE (1)"
    ).fetchall()
    said = Counter(
        word for (text,) in lines for word in {*re.findall(r"[^\W\d_]{6,}", text.lower())}
    )
    return [word for word, times in said.most_common() if times <= len(lines) * 0.0014][:20]


def _threads(
    sql: psycopg.Connection[Row], token: str, agent: str, rounds: int
) -> dict[str, list[Asked]]:
    ((longest, last),) = sql.execute(
        "SELECT customer_id, seq FROM threads ORDER BY seq DESC LIMIT 1"
    ).fetchall()
    others = _some(sql, "SELECT customer_id FROM threads WHERE seq > 0", rounds)
    rng, thread = random.Random(1), f"{_DESK}/customers/{longest}"
    pages = range(rounds)
    return {
        "thread of 10,000, its end": [Asked(token, f"{thread}/messages")] * rounds,
        "thread of 10,000, around a line": [
            Asked(token, f"{thread}/messages?before={rng.randrange(100, last)}") for _ in pages
        ],
        "thread of 10,000, page by page up": [
            Asked(token, f"{thread}/messages?limit=100&before={last - 100 * page}")
            for page in pages
        ],
        "thread of 10,000, what came after": [Asked(token, f"{thread}/messages?after={last - 5}")]
        * rounds,
        "customer with 10,000 lines": [Asked(token, thread)] * rounds,
        "thread of anybody": [
            Asked(token, f"{_DESK}/customers/{one}/messages") for (one,) in others
        ],
        "customer, anybody": [Asked(token, f"{_DESK}/customers/{one}") for (one,) in others],
        "read up to a line": [
            Asked(agent, f"{_DESK}/customers/{one}/read", "POST", {"seq": 1}) for (one,) in others
        ],
        "mentions": [Asked(agent, f"{_DESK}/mentions")] * rounds,
    }


def _some(sql: psycopg.Connection[Row], query: LiteralString, number: int) -> list[Row]:
    """Give the first rows of a query, again and again if there are fewer."""
    rows = sql.execute(f"{query} LIMIT 500").fetchall()
    return [rows[(7 * place) % len(rows)] for place in range(number)]
