"""Web chat on a real socket of this machine, over ports in memory."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from connectors.webchat.identity import Identities
from connectors.webchat.pump import Pace
from connectors.webchat.routes import WebChatApi
from connectors.webchat.socket import Manners
from connectors.webchat.token import Tokens, Visitor, new_visitor
from nitka.api.problems import add_problems
from nitka.domain.customer import Profile
from tests.connectors.harness import Specification
from tests.connectors.webchat.doubles import (
    MemoryContinuing,
    MemoryFront,
    MemoryRecognising,
    MemoryUploads,
)

SITE_KEY = "the site's own secret of 32 bytes or more"
FRAMES = Specification(Path(__file__).with_name("frames.json"))

Json = dict[str, object]


@dataclass
class Client:
    """A web chat client that holds every frame against the protocol's schema."""

    connection: ClientConnection
    frames: list[Json] = field(default_factory=list)

    async def send(self, **frame: object) -> None:
        await self.connection.send(json.dumps(frame))

    async def next(self) -> Json:
        async with asyncio.timeout(5):
            raw = await self.connection.recv()
        frame: Json = json.loads(raw)
        FRAMES.check(frame)
        self.frames.append(frame)
        return frame

    async def until(self, kind: str, **facts: object) -> Json:
        """Read frames until one of this type and with these facts comes."""
        while True:
            frame = await self.next()
            if frame["type"] == kind and facts.items() <= frame.items():
                return frame

    async def closed(self) -> int | None:
        """Read until the server closes, and give its code."""
        try:
            while True:
                await self.next()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None

    def shown(self) -> list[object]:
        """Give the texts of the lines that were shown, in the order in which they came."""
        return [frame["text"] for frame in self.frames if frame["type"] == "message"]


@dataclass
class Site:
    """A running web chat."""

    base: str
    api: WebChatApi
    front: MemoryFront
    uploads: MemoryUploads
    tokens: Tokens
    http: httpx.AsyncClient
    continuing: MemoryContinuing
    recognising: MemoryRecognising

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Client]:
        """Connect; nothing is said yet."""
        url = self.base.replace("http", "ws", 1) + "/api/webchat/socket"
        async with connect(
            url, subprotocols=[Subprotocol("nitka.v1")], max_size=None, max_queue=None, proxy=None
        ) as connection:
            yield Client(connection)

    @asynccontextmanager
    async def visit(self, visitor: Visitor, *, after: int = 0) -> AsyncIterator[Client]:
        """Connect and say hello."""
        async with self.open() as client:
            await client.send(type="hello", token=self.tokens.issue(visitor), after=after)
            await client.until("welcome")
            yield client


@asynccontextmanager
async def start_site(manners: Manners) -> AsyncIterator[Site]:
    front, uploads, tokens = MemoryFront(), MemoryUploads(), Tokens("the service's own key")
    continuing, recognising = MemoryContinuing(), MemoryRecognising()
    identities = Identities(SITE_KEY)
    api = WebChatApi(front, uploads, tokens, identities, continuing, recognising, manners=manners)
    app = FastAPI()
    app.include_router(api.router())
    add_problems(app)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        config = uvicorn.Config(app, ws="websockets-sansio", log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=base, trust_env=False) as http:
            yield Site(base, api, front, uploads, tokens, http, continuing, recognising)
        server.should_exit = True
        await serving


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with start_site(Manners(pace=Pace(look_every=60))) as running:
        yield running


@pytest.fixture
def visitor() -> Visitor:
    return new_visitor(Profile(name="Ola"))


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  # a condition of a double, which tells nobody
            await asyncio.sleep(0.005)
