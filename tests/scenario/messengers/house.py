"""Nitka as people run it, web and worker as processes of their own, between two platforms of ours.

In polling mode both messengers are fetched from (long polling, Socket Mode); in webhook mode they
come to us (webhook, HTTP events). The engine is scripted unless its address is given.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from nitka.ports import Tally
from nitka.store.unit_of_work import open_store
from nitka.up.home import free_port
from nitka.up.part import Part
from nitka.up.probes import http_ok
from nitka.up.process import Running, running
from tests.platforms.slack.server import (
    APP_TOKEN,
    BOT_TOKEN,
    SIGNING_SECRET,
    SlackServer,
    slack_server,
)
from tests.platforms.telegram.server import TelegramServer, telegram_server
from tests.scenario.messengers.turns import Turns, scripted_turns

WEBHOOK_SECRET = "w3bh00k-53c7e7"
SECRETS = (WEBHOOK_SECRET, SIGNING_SECRET, BOT_TOKEN, APP_TOKEN)
Row = dict[str, Any]
_START = 120.0  # seconds that a start may take on a busy machine


@dataclass(frozen=True)
class Servers:
    """Where the stores are, and a folder for logs."""

    database_url: str
    redis_url: str
    folder: Path


@dataclass
class Nitka:
    """The running service with both platforms around it."""

    telegram: TelegramServer
    slack: SlackServer
    turns: Turns
    servers: Servers
    port: int
    web: Running = field(init=False)
    worker: Running = field(init=False)
    _people: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def logs(self) -> str:
        """Give everything that web and worker have logged."""
        return "".join(path.read_text("utf-8") for path in self.servers.folder.glob("*.log"))

    def number(self) -> int:
        """Give a number that no person of another test has."""
        self._people += 1
        return 5_000_000 + self._people

    def slack_id(self) -> str:
        return f"U0{self.number()}"

    async def rows(self, query: LiteralString, *values: object) -> list[Row]:
        """Look into the service's database."""
        address = self.servers.database_url.replace("postgresql+psycopg:", "postgresql:", 1)
        async with await psycopg.AsyncConnection.connect(address, row_factory=dict_row) as sql:
            found = await (await sql.execute(query, values)).fetchall()
        return [dict(row) for row in found]

    async def thread(self, native_id: object) -> list[str]:
        """Give the lines of the thread of whoever has this id on his platform."""
        lines = await self.rows(
            "SELECT m.author, m.text FROM messages m JOIN addresses a USING (customer_id)"
            " WHERE a.native_id = %s ORDER BY m.seq",
            str(native_id),
        )
        return [f"{line['author']}: {line['text']}" for line in lines]

    async def received(self, channel: str) -> int:
        """Count what the accounting knows of from a channel.

        Slack tells of the bot's own messages too: what else went on must be settled.
        """
        found = await self.rows("SELECT count(*) AS n FROM inbox WHERE channel = %s", channel)
        return int(found[0]["n"])

    async def tally(self) -> Tally:
        store = open_store(self.servers.database_url, connections=1)
        try:
            async with store.begin() as uow:
                return await uow.ledger.tally()
        finally:
            await store.close()

    async def settled(self) -> bool:
        """Say whether nothing waits for its turn or its delivery."""
        open_rows = await self.rows(
            "SELECT (SELECT count(*) FROM inbox WHERE outcome IS NULL)"
            " + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')) AS n"
        )
        return int(open_rows[0]["n"]) == 0

    def assert_as_specified(self) -> None:
        """Fail if anything was called against a platform's specification."""
        assert self.telegram.violations == []
        assert self.slack.violations == []


@asynccontextmanager
async def nitka_between_platforms(
    servers: Servers, *, webhooks: bool, engine_url: str | None = None
) -> AsyncIterator[Nitka]:
    """Run everything for the length of the block; ready when both channels are heard."""
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(telegram_server(speed=10))
        slack = await stack.enter_async_context(slack_server(speed=20))
        telegram.methods.limits.speed = slack.methods.limits.speed = 1  # our pace is the real one
        turns = await stack.enter_async_context(scripted_turns())
        nitka = Nitka(telegram, slack, turns, servers, free_port())
        told = _environment(nitka, webhooks=webhooks, engine_url=engine_url or turns.url)
        if webhooks:
            slack.over_http(f"{nitka.url}/slack/events")
        for part in _parts(nitka, told):
            log = servers.folder / f"{part.name}.log"
            context = running(part, log=log)
            process = await asyncio.to_thread(context.__enter__)
            stack.push_async_callback(asyncio.to_thread, context.__exit__, None, None, None)
            setattr(nitka, part.name, process)
        await telegram.until(lambda: telegram.webhook.url or telegram.polled, seconds=_START)
        await slack.until(lambda: webhooks or slack.socket.sockets, seconds=_START)
        yield nitka


def _parts(nitka: Nitka, told: dict[str, str]) -> tuple[Part, Part]:
    folder = nitka.servers.folder
    command = (sys.executable, "-m", "nitka")
    ready = http_ok("127.0.0.1", nitka.port, "/healthz")
    web = Part(name="web", command=(*command, "web"), environment=told, folder=folder, ready=ready)
    return web, Part(name="worker", command=(*command, "worker"), environment=told, folder=folder)


def _environment(nitka: Nitka, *, webhooks: bool, engine_url: str) -> dict[str, str]:
    shared = {
        "NITKA_HOME": str(nitka.servers.folder / "home"),
        "NITKA_PORT": str(nitka.port),
        "NITKA_DATABASE_URL": nitka.servers.database_url,
        "NITKA_REDIS_URL": nitka.servers.redis_url,
        "NITKA_ENGINE_URLS": engine_url,
        "NITKA_LOG": "info",
        "NITKA_LOG_FORMAT": "json",
        "NITKA_TELEGRAM_TOKEN": nitka.telegram.token,
        "NITKA_TELEGRAM_API": nitka.telegram.url,
        "NITKA_SLACK_BOT_TOKEN": BOT_TOKEN,
        "NITKA_SLACK_API": nitka.slack.api,
    }
    if not webhooks:
        return {**shared, "NITKA_SLACK_APP_TOKEN": APP_TOKEN}
    return {
        **shared,
        "NITKA_PUBLIC_URL": nitka.url,
        "NITKA_TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "NITKA_SLACK_SIGNING_SECRET": SIGNING_SECRET,
    }


@contextmanager
def own_database(server_url: str, template: str) -> Any:
    """Make a database like `template` for the length of the block; gives its address."""
    name = f"messengers_{uuid.uuid4().hex[:8]}"
    base = server_url.rsplit("/", 1)[0]
    address = f"{base}/postgres".replace("postgresql+psycopg:", "postgresql:", 1)
    with psycopg.connect(address, autocommit=True) as sql:
        sql.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
        yield f"{base}/{name}"
        sql.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
