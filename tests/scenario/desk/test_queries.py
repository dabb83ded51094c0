"""What the desk shows costs the same number of queries, however much there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from tests.scenario.desk.conftest import Browser, Desk
from tests.scenario.desk.test_api import handed_over

_PATHS = ("/inbox?view=all", "/inbox?view=waiting", "/search?q=person")


@contextmanager
def queries(desk: Desk) -> Iterator[list[str]]:
    """Write down every statement that the block has sent to the database."""
    seen: list[str] = []
    engine = desk.house.store._engine.sync_engine

    def note(*sent: object) -> None:
        seen.append(str(sent[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def cost(desk: Desk, browser: Browser, path: str) -> int:
    with queries(desk) as seen:
        answer = await browser.http.get(f"/api/desk{path}")
    assert answer.status_code == 200
    return len(seen)


async def test_lists_cost_the_same_for_one_and_for_many(desk: Desk) -> None:
    """Inbox, queue and search: a fixed number of queries, and not many."""
    olga = await desk.at_work("olga")
    await handed_over(desk, "one")
    few = [await cost(desk, olga, path) for path in _PATHS]
    for number in range(25):
        await handed_over(desk, f"v{number}")
    many = [await cost(desk, olga, path) for path in _PATHS]
    assert few == many
    assert max(many) <= 8


async def test_a_page_of_a_long_thread_costs_what_a_short_one_does(desk: Desk) -> None:
    """From the end, and further back."""
    olga = await desk.at_work("olga")
    customer, _ = await handed_over(desk)
    path = f"/customers/{customer}/messages"
    await cost(desk, olga, path)  # the look is in the audit from now on
    short = await cost(desk, olga, path)
    for number in range(60):
        await desk.house.say(f"line {number}", visitor="ann")
    assert await cost(desk, olga, path) == short
    assert await cost(desk, olga, f"{path}?before=40") == short
    page = (await olga.http.get(f"/api/desk{path}")).json()
    assert len(page["messages"]) == 50
