"""The desk over a crowd: `make bench-desk CUSTOMERS=100000 MESSAGES=5000000`.

Fills a PostgreSQL of its own with a crowd and with one of a hundredth of it, serves both by
`nitka web`, and asks both the same in turn, over HTTP. What is kept in `--folder` is filled once.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
import psycopg
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from bench import machine, opened, whole
from bench.asked import Asked, Views, admin, views
from bench.crowd.fill import fill
from bench.written import write
from nitka.settings import ROOT, Settings
from nitka.store.migrate import upgrade
from nitka.up.assembly import web_part
from nitka.up.home import free_port
from nitka.up.part import Part
from nitka.up.postgres import EmbeddedPostgres
from nitka.up.process import running
from nitka.up.valkey import EmbeddedValkey

SMALLER = 100
_WARM_UP = 3  # rounds
LIMIT_MS = 300
"""At most this may a view take, at p95."""


@dataclass(frozen=True)
class Size:
    """How large a crowd is."""

    customers: int
    messages: int

    @property
    def database(self) -> str:
        return f"crowd_{self.customers}_{self.messages}"


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="bench.desk", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "bench" / "desk")
    given = parser.parse_args(arguments)
    large = Size(given.customers, given.messages)
    small = Size(large.customers // SMALLER, large.messages // SMALLER)
    if small.messages < 20_000:
        parser.error(f"--messages must be {20_000 * SMALLER} at least, for one long thread")
    console = Console(width=110)
    given.folder.mkdir(parents=True, exist_ok=True)
    facts = machine.facts()
    with _servers(given.folder) as (postgres_url, redis_url):
        urls = [_filled(console, postgres_url, size) for size in (small, large)]
        with ExitStack() as stack:
            bases = [stack.enter_context(_web(given.folder, url, redis_url)) for url in urls]
            console.print("asking …")
            places = list(zip(bases, urls, strict=True))
            rows = asyncio.run(_measure(places, given.rounds))
            console.print("opening …")
            loads = asyncio.run(opened.measure(places))
        console.print("exporting, joining, splitting, erasing …")
        steps = whole.measure(urls[-1], bases[-1], asyncio.run(admin(urls[-1])))
    result = {"machine": facts, "customers": large.customers, "messages": large.messages}
    _show(console, large, rows)
    opened.show(console, loads)
    _show_whole(console, steps)
    written = write({**result, "desk": rows, "opened": loads, "whole": steps})
    console.print(f"\nall numbers: {written}")
    return 0


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[str, str]]:
    postgres = EmbeddedPostgres(
        folder=folder / "postgres", port=free_port(), log=folder / "initdb.log", durable=False
    )
    valkey = EmbeddedValkey(folder=folder / "valkey", port=free_port())
    with (
        running(postgres.part(), log=folder / "postgres.log"),
        running(valkey.part(), log=folder / "valkey.log"),
    ):
        yield postgres.url, valkey.url


def _filled(console: Console, server_url: str, size: Size) -> str:
    """Give the address of a database with a crowd of this size, filled if it was not yet."""
    url = f"{server_url.rsplit('/', 1)[0]}/{size.database}"
    with psycopg.connect(_plain(server_url), autocommit=True) as server:
        found = server.execute("SELECT FROM pg_database WHERE datname = %s", (size.database,))
        if found.fetchone() is None:
            server.execute(f"CREATE DATABASE {size.database}".encode())
    upgrade(url)
    with psycopg.connect(_plain(url)) as connection:
        found = connection.execute("SELECT FROM customers LIMIT 1")
        if found.fetchone() is not None:
            return url
    began = time.perf_counter()
    fill(url, customers=size.customers, messages=size.messages)
    took = time.perf_counter() - began
    console.print(f"{size.customers} customers, {size.messages} lines: filled in {took:.0f} s")
    return url


@contextmanager
def _web(folder: Path, database_url: str, redis_url: str) -> Iterator[str]:
    """Run `nitka web` over a database; its address."""
    name, port = database_url.rsplit("/", 1)[1], free_port()
    told = {
        "NITKA_HOME": str(folder / name),
        "NITKA_PORT": str(port),
        "NITKA_DATABASE_URL": database_url,
        "NITKA_REDIS_URL": redis_url,
        "NITKA_ENGINE_URLS": "http://127.0.0.1:9",  # nobody is asked
        "NITKA_LOG_FORMAT": "json",
    }
    settings = Settings(home=folder / name, port=port, database_url=SecretStr(database_url))
    part: Part = web_part(settings, told, needs=())
    with running(part, log=folder / f"{name}.log"):
        yield f"http://127.0.0.1:{port}"


async def _measure(places: list[tuple[str, str]], rounds: int) -> list[dict[str, Any]]:
    """Ask both for every view, in turn; milliseconds."""
    asked: list[tuple[httpx.AsyncClient, Views]] = []
    for base, url in places:
        client = httpx.AsyncClient(base_url=base, trust_env=False, timeout=60)
        asked.append((client, await views(url, rounds + _WARM_UP)))
    millis: dict[str, list[list[float]]] = {name: [[], []] for name in asked[0][1]}
    for number in range(rounds + _WARM_UP):
        for name, taken in millis.items():
            for place, (client, known) in enumerate(asked):
                took = await _ask(client, known[name][number])
                if number >= _WARM_UP:
                    taken[place].append(took)
    for client, _ in asked:
        await client.aclose()
    return [_row(name, *taken) for name, taken in millis.items()]


async def _ask(client: httpx.AsyncClient, asked: Asked) -> float:
    headers = {"Authorization": f"Bearer {asked.token}"}
    began = time.perf_counter()
    answer = await client.request(asked.method, asked.path, json=asked.body, headers=headers)
    took = (time.perf_counter() - began) * 1000
    answer.raise_for_status()
    return took


def _row(name: str, small: list[float], large: list[float]) -> dict[str, Any]:
    return {
        "view": name,
        "small_p50": round(median(small), 1),
        "p50": round(median(large), 1),
        "p95": round(quantiles(large, n=20)[-1], 1),
        "ratio": round(median(large) / median(small), 2),
    }


def _show(console: Console, large: Size, rows: list[dict[str, Any]]) -> None:
    title = f"{large.customers} customers, {large.messages} lines: milliseconds over HTTP"
    table = Table(title=title, title_justify="left")
    for column in ("view", f"p50 at 1/{SMALLER}", "p50", "p95", f"p50 to 1/{SMALLER}"):
        table.add_column(column, justify="left" if column == "view" else "right")
    for row in rows:
        table.add_row(*(str(row[key]) for key in ("view", "small_p50", "p50", "p95", "ratio")))
    console.print(table)
    worst = max(rows, key=lambda row: float(row["p95"]))
    verdict = "holds" if worst["p95"] <= LIMIT_MS else "does NOT hold"
    console.print(f"every view within {LIMIT_MS} ms at p95: {verdict} (worst: {worst['view']})")


def _show_whole(console: Console, steps: list[dict[str, Any]]) -> None:
    title = f"\nAll of a customer with {whole.FEW} and with {whole.MANY} lines: milliseconds"
    table = Table(title=title, title_justify="left")
    for column in ("step", f"{whole.FEW}", f"{whole.MANY}", "slowest", "per line, to few"):
        table.add_column(column, justify="left" if column == "step" else "right")
    for row in steps:
        table.add_row(*(str(row[key]) for key in ("step", "few", "many", "slowest", "per_line")))
    console.print(table)


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


if __name__ == "__main__":
    sys.exit(main())
