"""The desk in a real Chromium over a crowd of customers, one of whom has said and heard 10,000
lines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from playwright.async_api import Browser, Page, expect

from bench.crowd.fill import Crowd, fill
from tests.browser.desk.conftest import Staffed
from tests.conftest import Server
from tests.scenario.messengers.conftest import servers_of
from tests.scenario.messengers.house import Nitka, nitka_between_platforms
from tests.support.valkey import Database, emptied

_LONGEST = 10_000
_MOST_NODES = 6_000
_RARE, _RARE_AT = "a porcelain elephant, please", 5_000

_CLIMB = """async () => {
    const list = document.querySelector(".lines");
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const lines = () => [...list.querySelectorAll("[data-seq]")];
    const seen = new Set();
    let drift = 0, nodes = 0, steps = 0, quiet = 0;
    while (quiet < 5 && steps < 2000) {
        const edge = list.getBoundingClientRect().top;
        const first = lines().find((line) => line.getBoundingClientRect().bottom > edge);
        const step = Math.min(list.scrollTop, 4000);
        const wanted = first.getBoundingClientRect().top + step;
        list.scrollTop -= step;
        await frame(); await frame();
        while (list.ariaBusy === "true") await frame();
        await frame();
        if (first.isConnected)
            drift = Math.max(drift, Math.abs(first.getBoundingClientRect().top - wanted));
        for (const line of lines()) seen.add(Number(line.dataset.seq));
        nodes = Math.max(nodes, document.querySelectorAll("*").length);
        quiet = seen.has(1) && list.scrollTop === 0 ? quiet + 1 : 0;
        steps += 1;
    }
    return { drift, nodes, steps, seen: seen.size };
}"""


@pytest.fixture(scope="module")
async def crowded(
    postgres: Server,
    valkey: Server,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Nitka, Crowd]]:
    """A Nitka with 3,000 customers."""
    folder = tmp_path_factory.mktemp("large")
    redis_url = emptied(valkey.url, Database.LARGE)
    with servers_of(postgres, redis_url, migrated_template, folder) as servers:
        crowd = fill(servers.database_url, customers=3_000, messages=40_000, longest=_LONGEST)
        with psycopg.connect(servers.database_url.replace("+psycopg", "", 1)) as sql:
            sql.execute(
                "UPDATE messages SET text = %s WHERE customer_id = %s AND seq = %s",
                (_RARE, crowd.longest.id, _RARE_AT),
            )
        async with nitka_between_platforms(servers, webhooks=False) as nitka:
            yield nitka, crowd


@pytest.fixture
async def large(crowded: tuple[Nitka, Crowd], chromium: Browser) -> AsyncIterator[Staffed]:
    """The desk over the crowd; no console has complained at the end."""
    made = Staffed(crowded[0], chromium)
    yield made
    for context in made.contexts:
        await context.close()
    assert made.troubles == []


@pytest.fixture
def crowd(crowded: tuple[Nitka, Crowd]) -> Crowd:
    return crowded[1]


async def _find(page: Page, words: str) -> None:
    await page.get_by_role("searchbox").fill(words)
    await page.locator(".rows .row").first.click()


async def test_a_thread_of_ten_thousand_lines_opens_at_its_end_and_scrolls_to_its_beginning(
    large: Staffed, crowd: Crowd
) -> None:
    """The page stays small, every line is seen, and nothing jumps on the way."""
    page = await large.at_work("Lena", "admin")
    await _find(page, crowd.longest.places[0].native_id)
    last = page.locator(f'.lines [data-seq="{_LONGEST}"]')
    await expect(last).to_be_in_viewport()
    assert await page.locator("*").count() < _MOST_NODES
    climbed: dict[str, Any] = await page.evaluate(_CLIMB)
    assert climbed["seen"] == _LONGEST
    assert climbed["nodes"] < _MOST_NODES
    assert climbed["drift"] <= 2, "pixels that lines moved by themselves"
    await expect(page.locator('.lines [data-seq="1"]')).to_be_in_viewport()
    await expect(last).to_have_count(0)
    await page.get_by_role("button", name="To the latest messages").click()
    await expect(last).to_be_in_viewport()
    await expect(page.get_by_role("button", name="To the latest messages")).to_have_count(0)


async def test_a_found_line_is_opened_amid_its_thread(large: Staffed) -> None:
    """What was said around it is there, in both directions; new lines do not move the reader."""
    page = await large.at_work("Mona", "admin")
    await page.get_by_role("searchbox").fill("porcelain eleph")
    await page.locator(".rows .row", has_text=_RARE).click()
    found = page.locator(f'.lines [data-seq="{_RARE_AT}"]')
    await expect(found).to_be_in_viewport()
    line = page.locator(".line", has=page.locator(f'[data-seq="{_RARE_AT}"]'))
    await expect(line).to_contain_text(_RARE)
    await expect(page.locator(f'.lines [data-seq="{_RARE_AT - 10}"]')).to_be_attached()
    await expect(page.locator(f'.lines [data-seq="{_RARE_AT + 10}"]')).to_be_attached()
    lines = page.locator(".lines")
    for _ in range(3):
        await lines.hover()
        await page.mouse.wheel(0, 3000)
    await expect(page.locator(f'.lines [data-seq="{_RARE_AT + 60}"]')).to_be_attached()
    await expect(page.get_by_role("button", name="To the latest messages")).to_be_visible()


async def test_an_inbox_of_thousands_scrolls_by_pages(large: Staffed) -> None:
    """Each row once; what happens meanwhile does not throw one back to the beginning."""
    page = await large.at_work("Nora", "admin")
    await page.get_by_role("searchbox").fill("")
    await page.get_by_role("button", name="All", exact=True).click()
    rows = page.locator(".rows .row")
    await expect(rows).to_have_count(50)
    for pages in range(2, 16):
        await rows.last.scroll_into_view_if_needed()
        await expect(rows).to_have_count(pages * 50)
    visitor = await large.customer()
    await visitor.ask("hello from the street", ".")
    await expect(rows.first).to_contain_text("street")
    await expect(rows).to_have_count(15 * 50 + 1)
