"""How soon an inbox can be used: the desk opened in Chromium by somebody who has an empty cache.

From the beginning of the navigation to the first frame that shows a row, over this machine's own
loopback and over a slow mobile network; with the files as the build has compressed them, and plain.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from uuid import uuid4

from playwright.async_api import Browser, async_playwright
from rich.console import Console
from rich.table import Table

from nitka.api.desk.gate import COOKIE
from nitka.api.v1.gate import digest_of
from nitka.domain.routing import Load
from nitka.domain.staff import Session
from nitka.store.unit_of_work import open_store
from tests.browser.find_chromium import find

_ROUNDS = 9
_PATIENCE = 60  # seconds
_SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 93_750,
}
"""Milliseconds and bytes a second: what Chromium's own tools call slow 4G (1.6 Mbit/s)."""
_NOTE = """
window.usable = new Promise((done) => {
    new MutationObserver(() => {
        if (document.querySelector(".rows .row"))
            requestAnimationFrame(() => done(performance.now()));
    }).observe(document, { childList: true, subtree: true });
});
"""
_LOADED = """() => [...performance.getEntriesByType("navigation"),
                    ...performance.getEntriesByType("resource")]
    .filter((one) => new URL(one.name).pathname.startsWith("/desk"))
    .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


@dataclass(frozen=True, slots=True)
class Way:
    """How the desk comes to the browser."""

    slow: bool
    compressed: bool

    @property
    def name(self) -> str:
        network = "1.6 Mbit/s, 150 ms" if self.slow else "loopback"
        return f"{network}, {'compressed' if self.compressed else 'plain'}"


_WAYS = [Way(slow, compressed) for slow in (False, True) for compressed in (True, False)]


async def measure(places: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Open every desk in every way, in turn; milliseconds and kilobytes by way, for the first
    place and the last one. `places` are addresses of a desk and of its database."""
    cookies = [await _signed_in(database) for _, database in places]
    seen: dict[Way, list[list[float]]] = {way: [[] for _ in places] for way in _WAYS}
    sizes: dict[Way, float] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find())
        for number in range(_ROUNDS + 1):
            for way, taken in seen.items():
                for place, (base, _) in enumerate(places):
                    took, size = await _open(browser, base, cookies[place], way)
                    sizes[way] = size / 1000
                    if number:  # the first round warms up
                        taken[place].append(took)
        await browser.close()
    return [_row(way, taken, sizes[way]) for way, taken in seen.items()]


def show(console: Console, rows: Iterable[dict[str, Any]]) -> None:
    """Print what was measured."""
    table = Table(title="from opening the desk to a usable inbox", title_justify="left")
    for column in ("way", "kB of files", "p50 small, ms", "p50 large, ms", "large to small"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for row in rows:
        table.add_row(*(str(row[key]) for key in ("way", "kb", "small_p50", "p50", "ratio")))
    console.print(table)


async def _open(browser: Browser, base: str, cookie: str, way: Way) -> tuple[float, float]:
    """Open the desk with an empty cache; milliseconds until it can be used, and bytes of files."""
    plain = {} if way.compressed else {"Accept-Encoding": "identity"}
    context = await browser.new_context(extra_http_headers=plain)
    await context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    await context.add_init_script(_NOTE)
    page = await context.new_page()
    if way.slow:
        network = await context.new_cdp_session(page)
        await network.send("Network.enable")
        await network.send("Network.emulateNetworkConditions", _SLOW)
    await page.goto(f"{base}/desk")
    async with asyncio.timeout(_PATIENCE):
        took, size = await page.evaluate("() => window.usable"), await page.evaluate(_LOADED)
    await context.close()
    return float(took), float(size)


async def _signed_in(database_url: str) -> str:
    """Give the cookie of who has most conversations of his own."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    store = open_store(database_url, connections=1)
    async with store.begin() as uow:
        loads = await uow.loads.of_staff()
        everybody = await uow.accounts.all()
        agent = max(everybody, key=lambda one: loads.get(one.email, Load()).active)
        session = Session(
            uuid4(), agent.id, digest_of(token), now, now, now + timedelta(hours=1), "bench"
        )
        await uow.sessions.add(session)
    await store.close()
    return token


def _row(way: Way, taken: Sequence[Sequence[float]], size: float) -> dict[str, Any]:
    small, large = median(taken[0]), median(taken[-1])
    return {
        "way": way.name,
        "kb": round(size),
        "small_p50": round(small),
        "p50": round(large),
        "ratio": round(large / small, 2),
    }
