"""What is done with all of a customer, for one with 10,000 lines beside one with 100: `bench.desk`.

Customers are made for it in the crowd, from what its longest thread says, and erased at the end.
"""

from __future__ import annotations

import json
import secrets
import time
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg

from nitka.domain.customer import number_of

FEW, MANY = 100, 10_000  # lines
_TURN = json.dumps(
    [
        {"event": "action", "name": "action_listen", "timestamp": 1.0},
        {"event": "user", "text": "where is my parcel?", "timestamp": 2.0},
        {"event": "slot", "name": "topic", "value": "order_status", "timestamp": 2.0},
        {"event": "action", "name": "action_order_status", "timestamp": 3.0},
        {"event": "bot", "text": "It is on its way.", "timestamp": 3.0},
    ]
)
_MADE = (
    "INSERT INTO customers (id, name) VALUES (%(who)s, 'Whole')",
    """INSERT INTO addresses (id, customer_id, home_id, channel, account, native_id)
       VALUES (%(at)s, %(who)s, %(who)s, 'web', 'site', %(visitor)s)""",
    """INSERT INTO threads (customer_id, seq, turn) VALUES (%(who)s, %(lines)s, %(lines)s)""",
    """CREATE TEMP TABLE copied ON COMMIT DROP AS
       SELECT id AS old, gen_random_uuid() AS new FROM messages WHERE seq <= %(lines)s AND
         customer_id = (SELECT customer_id FROM threads ORDER BY seq DESC, last_at LIMIT 1)""",
    """INSERT INTO messages (id, customer_id, home_id, seq, address_id, channel, author, text,
         buttons, state, reply_to, created_at)
       SELECT c.new, %(who)s, %(who)s, m.seq, %(at)s, 'web', m.author, m.text, m.buttons, m.state,
         r.new, m.created_at
       FROM copied c JOIN messages m ON m.id = c.old LEFT JOIN copied r ON r.old = m.reply_to""",
    """INSERT INTO inbox (channel, account, native_id, customer_id, message_id, outcome)
       SELECT 'web', 'site', new, %(who)s, new, i.outcome
       FROM copied JOIN inbox i ON i.message_id = old""",
    """INSERT INTO outbox (message_id, customer_id, address_id, seq, state)
       SELECT new, %(who)s, %(at)s, o.seq, o.state
       FROM copied JOIN outbox o ON o.message_id = old""",
    """INSERT INTO turns (customer_id, turn, message_id, events, understanding, model, created_at)
       SELECT %(who)s, m.seq, m.id, CAST(%(turn)s AS jsonb), '{"intent": "order_status"}', 'crowd',
         clock_timestamp()
       FROM messages m WHERE m.customer_id = %(who)s AND m.author = 'customer'""",
    "INSERT INTO audit (actor, action, customer_id, facts) VALUES ('x', 'look', %(who)s, '{}')",
)
Millis = dict[str, list[float]]


def measure(database_url: str, base: str, token: str, *, rounds: int = 3) -> list[dict[str, Any]]:
    """Give rows of a table: milliseconds for each step with few and with many lines."""
    taken: dict[int, Millis] = {FEW: {}, MANY: {}}
    headers = {"Authorization": f"Bearer {token}"}
    with (
        psycopg.connect(database_url.replace("+psycopg", "", 1)) as sql,
        httpx.Client(base_url=base, headers=headers, trust_env=False, timeout=120) as desk,
    ):
        for _ in range(rounds):
            for lines, millis in taken.items():
                pair = [_make(sql, lines) for _ in range(2)]
                sql.commit()
                _steps(desk, pair, millis)
    return [_row(step, taken[FEW][step], taken[MANY][step]) for step in taken[FEW]]


def _make(sql: psycopg.Connection[Any], lines: int) -> UUID:
    who = uuid4()
    values = {"who": who, "at": uuid4(), "visitor": secrets.token_hex(8), "turn": _TURN}
    with sql.transaction():
        for statement in _MADE:
            sql.execute(statement.encode(), {**values, "lines": lines})
    return who


def _steps(desk: httpx.Client, pair: list[UUID], millis: Millis) -> None:
    one, other = pair

    def timed(step: str, method: str, path: str, body: object = None) -> httpx.Response:
        began = time.perf_counter()
        answer = desk.request(method, f"/api/desk{path}", json=body)
        answer.raise_for_status()
        millis.setdefault(step, []).append((time.perf_counter() - began) * 1000)
        return answer

    why = {"reason": "measured"}
    timed("export", "GET", f"/customers/{one}/export")
    shown = desk.get(f"/api/desk/customers/{one}/join", params={"other": str(other)}).json()
    joining = {**why, "other": str(other), "version": shown["version"]}
    root = timed("join of two", "POST", f"/customers/{one}/join", joining).json()["customer"]
    (link,) = desk.get(f"/api/desk/customers/{root}/identity").json()["links"]
    parting = f"/links/{link['id']}/split"
    version = desk.get(f"/api/desk{parting}").json()["version"]
    timed("split of the two", "POST", parting, {**why, "version": version})
    for who in pair:
        timed("erase", "POST", f"/customers/{who}/erase", {"confirm": number_of(who)})


def _row(step: str, few: list[float], many: list[float]) -> dict[str, Any]:
    per_line = (median(many) / MANY) / (median(few) / FEW)
    return {
        "step": step,
        "few": round(median(few)),
        "many": round(median(many)),
        "slowest": round(max(many)),
        "per_line": round(per_line, 2),
    }
