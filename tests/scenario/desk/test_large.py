"""The desk over a crowd of customers: bench/crowd at a small size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from bench.crowd.fill import Crowd, fill
from nitka.domain.staff import Role
from tests.conftest import Server, database
from tests.scenario.desk.conftest import Browser, Desk

_LINES = 50_000
_LONGEST = 10_000
Statement = tuple[str, Any]


@pytest.fixture(scope="module")
def filled(postgres: Server, migrated_template: str) -> Iterator[tuple[str, Crowd]]:
    """A database with 2,000 customers, who said and heard 50,000 lines; one of them 10,000."""
    with database(postgres.url, migrated_template) as url:
        yield url, fill(url, customers=2_000, messages=_LINES, longest=_LONGEST)


@pytest.fixture
def crowd(filled: tuple[str, Crowd]) -> Crowd:
    return filled[1]


@pytest.fixture
def database_url(filled: tuple[str, Crowd]) -> str:
    return filled[0]


@contextmanager
def statements(desk: Desk) -> Iterator[list[Statement]]:
    """Write down what the block has sent to the database."""
    seen: list[Statement] = []
    engine = desk.house.store._engine.sync_engine

    def note(_c: object, _u: object, statement: str, values: Any, *_: object) -> None:
        seen.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def admin(desk: Desk, name: str) -> Browser:
    return await desk.at_work(name, Role.ADMIN)


async def read(browser: Browser, path: str) -> Any:
    answer = await browser.http.get(f"/api/desk{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_crowd_is_one_that_could_be(desk: Desk, crowd: Crowd) -> None:
    """Every line is explained, and numbered without a gap; all states of hand-offs are there."""
    async with desk.house.store.begin() as uow:
        tally = await uow.ledger.tally()
        (last,) = await uow.inboxes.page(crowd.longest.id, before=None, limit=1)
    assert tally.unexplained == 0
    assert tally.waiting == 0
    assert sum(soul.seq for soul in crowd.souls) == _LINES
    assert crowd.longest.seq == _LONGEST == last.seq
    assert len({len(soul.places) for soul in crowd.souls}) == 2, "some came by two channels"
    async with desk.house.store.begin() as uow:
        states = {handoff.state for handoff in await uow.handoffs.find(limit=2_000)}
    assert len(states) == 3


def test_the_same_seed_makes_the_same_crowd(postgres: Server, migrated_template: str) -> None:
    """To the letter, so what was found once can be looked at again; another seed makes another."""
    found = []
    for seed in (1, 1, 2):
        with database(postgres.url, migrated_template) as url:
            now = datetime(2026, 1, 1, tzinfo=UTC)
            fill(url, customers=20, messages=400, longest=100, seed=seed, now=now)
            with psycopg.connect(url.replace("+psycopg", "", 1)) as sql:
                cursor = sql.execute("SELECT messages::text FROM messages ORDER BY id")
                found.append(cursor.fetchall())
            with pytest.raises(ValueError, match="empty database"):
                fill(url, customers=20, messages=400, longest=100)
    assert found[0] == found[1] != found[2]


def _paths(crowd: Crowd) -> list[str]:
    thread = f"/customers/{crowd.longest.id}/messages"
    return [
        *(f"/inbox?view={view}" for view in ("mine", "waiting", "team", "all")),
        thread,
        f"{thread}?before=5000",
        f"{thread}?after=9900",
        f"/customers/{crowd.longest.id}",
        "/mentions",
        *(f"/search?q={words}" for words in ("order", "заказ", "zamówienie", "NT-1234", "xyzzyx")),
    ]


async def test_no_view_reads_all_lines(desk: Desk, crowd: Crowd) -> None:
    """Inbox, thread, customer, mentions and search, by the plans that the server chooses."""
    browser = await admin(desk, "ada")
    for path in _paths(crowd):
        with statements(desk) as seen:
            await read(browser, path)
        assert seen
        for statement, values in seen:
            plan = await _plan(desk, statement, values)
            for table in ("messages", "inbox", "audit"):
                assert f"Seq Scan on {table}" not in plan, f"{path}\n{statement}\n{plan}"


async def _plan(desk: Desk, statement: str, values: Any) -> str:
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return ""
    async with desk.house.store._engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", values)
        return "\n".join(line for (line,) in rows)


@pytest.mark.parametrize(
    "path", ["/inbox?view=all", "/inbox?view=all&before=2100-01-01T00:00:00Z", "/search?q=please"]
)
async def test_a_list_costs_the_same_however_long(desk: Desk, path: str) -> None:
    """Ten rows and two hundred: as many statements."""
    browser = await admin(desk, f"bea{len(path)}")
    few, some = await _cost(desk, browser, f"{path}&limit=10")
    many, all_of_them = await _cost(desk, browser, f"{path}&limit=200")
    assert (some, all_of_them) == (10, 200)
    assert few == many <= 7


async def test_a_page_and_a_customer_cost_the_same_however_much_there_is(
    desk: Desk, crowd: Crowd
) -> None:
    """A thread's page of 10 or 200 lines; a customer whom 10 or 50 others may be."""
    browser = await admin(desk, "cleo")
    longest, few, many = (str(soul.id) for soul in crowd.souls[:3])
    page = f"/customers/{longest}/messages"
    await read(browser, page)  # the look is in the audit from now on
    costs = [await _cost(desk, browser, f"{page}?limit={limit}") for limit in (10, 200)]
    assert [shown for _, shown in costs] == [10, 200]
    assert costs[0][0] == costs[1][0] <= 7
    _claim(desk, crowd, few, 10)
    _claim(desk, crowd, many, 200)
    counted = []
    for customer, others in ((few, 10), (many, 50)):
        await read(browser, f"/customers/{customer}")
        with statements(desk) as seen:
            found = await read(browser, f"/customers/{customer}")
        assert len(found["suggestions"]) >= others
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 18


def _claim(desk: Desk, crowd: Crowd, customer: str, others: int) -> None:
    """Have others say that they have the same e-mail address."""
    homes = [customer, *(str(soul.id) for soul in crowd.souls[-others:])]
    url = desk.house.store._engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as sql:
        sql.execute(
            "INSERT INTO claims (home_id, kind, value, source)"
            " SELECT id, 'email', %s, 'site' FROM unnest(%s::uuid[]) AS id",
            (f"{customer}@crowd.test", homes),
        )


async def _cost(desk: Desk, browser: Browser, path: str) -> tuple[int, int]:
    """Give how many statements an answer took, and how much is in it."""
    with statements(desk) as seen:
        found = await read(browser, path)
    return len(seen), len(found.get("threads") or found["messages"])


async def test_pages_of_an_inbox_come_once_each(desk: Desk) -> None:
    """Also where many threads moved at the very same time: nobody is left out or shown twice."""
    url = desk.house.store._engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as sql:
        sql.execute("UPDATE threads SET last_at = date_trunc('day', last_at)")
        (threads,) = sql.execute("SELECT count(*) FROM threads WHERE seq > 0").fetchone() or (0,)
    browser = await admin(desk, "dora")
    seen: list[str] = []
    more = ""
    while rows := (await read(browser, f"/inbox?view=all&limit=200{more}"))["threads"]:
        seen += [row["customer"] for row in rows]
        more = f"&before={rows[-1]['at']}&before_customer={rows[-1]['customer']}"
    assert len(seen) == len(set(seen)) == threads


async def test_people_are_found_as_staff_know_them(desk: Desk, crowd: Crowd) -> None:
    """By a name's beginning in any letters, parts of an e-mail or a phone number, an id; joined
    customers once."""
    browser = await admin(desk, "eva")
    joined = next(soul for soul in crowd.souls if len(soul.places) == 2 and soul.person.name)
    away = joined.places[1].native_id
    found = await read(browser, f"/search?q={away}")
    assert [one["id"] for one in found["customers"]] == [str(joined.id)]
    called = next(soul for soul in crowd.souls if soul.person.phone and soul.person.email)
    assert called.person.phone
    assert called.person.email
    wanted = {
        called.person.phone: called,
        called.person.phone[-6:]: called,
        f"{called.person.phone[:5]} {called.person.phone[5:]}": called,
        called.person.email: called,
        called.person.email.split("@")[0][:-1]: called,
    }
    for words, soul in wanted.items():
        answer = await browser.get("/search", q=words, limit=200)
        assert str(soul.id) in {one["id"] for one in answer.json()["customers"]}, words
    pole = next(soul for soul in crowd.souls if "Wójcik" in (soul.person.name or ""))
    for words in ("Wójcik", "wojcik", "WÓJC", f"wojci {(pole.person.name or '').split()[0][:4]}"):
        found = await browser.get("/search", q=words, limit=200)
        assert str(pole.id) in {one["id"] for one in found.json()["customers"]}, words


async def test_lines_are_found_by_the_beginnings_of_their_words(desk: Desk) -> None:
    """In three languages, in quotes, without the letters that a keyboard lacks; newest first."""
    house = desk.house
    said = {
        "Где мой «волшебный чайник», ещё не отправлен?": ["чайник", "волшеб чай", "еще отправ"],
        "Gdzie jest moja żółta filiżanka (nr ŻF-90817)?": ["zolta", "filiż", "90817", "żf-908"],
        "My teapot/kettle has—sadly—a crack": ["kettle", "sadly", "crack teap"],
    }
    browser = await admin(desk, "fay")
    for number, (text, asked) in enumerate(said.items()):
        received = await house.say(text, visitor=f"searched{number}")
        for words in asked:
            found = (await browser.get("/search", q=words)).json()["messages"]
            assert found[0]["customer"] == str(received.customer_id), words
    for words in ("-", "'", "\\", "&|!:*()", "a' | 'b", "%", "чайник xyzzyx"):
        assert (await browser.get("/search", q=words + " .")).status_code == 200, words
    newest = await house.say("please, one more please", visitor="newest")
    frequent = (await browser.get("/search", q="please", limit=200)).json()["messages"]
    assert frequent[0]["customer"] == str(newest.customer_id)
    times = [line["at"] for line in frequent]
    assert times == sorted(times, reverse=True)


_SAID_LONG_AGO = """
    INSERT INTO messages (customer_id, home_id, seq, author, text, state, created_at)
    SELECT %(who)s, %(who)s, %(after)s + n, 'customer', %(word)s || ' ' || n, 'received',
           now() - interval '700 days' + n * CAST(%(every)s AS interval)
    FROM generate_series(1, %(lines)s) n
"""


@pytest.mark.parametrize(
    ("word", "every", "lines"),
    [
        ("zigzag", "15 minutes", 7_000),  # now and then: too many for the index to put in order
        ("pingpong", "1 second", 6_000),  # in two hours of one day
        ("tictac", "0", 6_000),  # at one instant
    ],
)
async def test_the_newest_line_is_found_of_a_word_said_often_long_ago(
    desk: Desk, crowd: Crowd, word: str, every: str, lines: int
) -> None:
    """Old lines stand first in the table and in the index; the newest come first all the same."""
    browser, who = await admin(desk, word), str(crowd.souls[5].id)
    url = desk.house.store._engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as sql:
        values = {"who": who, "after": 100_000, "word": word, "every": every, "lines": lines}
        sql.execute(_SAID_LONG_AGO, values)
        values |= {"after": 200_000, "every": "50 hours", "lines": 30}
        sql.execute(_SAID_LONG_AGO, values)
        rows = sql.execute(
            "SELECT created_at FROM messages WHERE text LIKE %s ORDER BY 1 DESC LIMIT 200",
            (f"{word} %",),
        )
        newest = [at for (at,) in rows]
        for limit in (30, 200):
            found = (await browser.get("/search", q=f"{word[:-1]}", limit=limit)).json()["messages"]
            assert [datetime.fromisoformat(line["at"]) for line in found] == newest[:limit]
        sql.execute("DELETE FROM messages WHERE customer_id = %s AND seq > 100000", (who,))
