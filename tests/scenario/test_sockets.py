"""Rough and hostile sockets against the real web process, with a real worker behind it.

Only the engine is scripted: it counts its turns, so that one too many shows.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from nitka.settings import Settings
from nitka.up.assembly import web_part, worker_part
from nitka.up.home import free_port
from nitka.up.process import running
from tests.conftest import Server, database
from tests.support.scripted_engine import ScriptedServer, scripted_engine
from tests.support.valkey import Database, emptied
from tests.support.webclient import visiting

Json = dict[str, Any]
WITHIN = 60.0  # seconds; generous, the machine may be busy


@dataclass(frozen=True)
class Site:
    """The real web process with its worker, the engine behind them and the database."""

    base: str
    engine: ScriptedServer
    web_log: Path


@pytest.fixture(scope="module")
async def site(
    postgres: Server,
    migrated_template: str,
    valkey: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Site]:
    """Web and worker as `nitka up` starts them, over an engine of ours."""
    redis_url = emptied(valkey.url, Database.SOCKETS)
    home, port = tmp_path_factory.mktemp("sockets"), free_port()
    async with scripted_engine() as engine:
        with database(postgres.url, migrated_template) as url:
            told = {
                "NITKA_HOME": str(home),
                "NITKA_PORT": str(port),
                "NITKA_DATABASE_URL": url,
                "NITKA_REDIS_URL": redis_url,
                "NITKA_ENGINE_URLS": engine.url,
                "NITKA_LOG_FORMAT": "json",
            }
            web = web_part(Settings(port=port), told, needs=())
            worker = worker_part(told, needs=())
            with running(web, log=home / "web.log"), running(worker, log=home / "worker.log"):
                yield Site(f"http://127.0.0.1:{port}", engine, home / "web.log")


@dataclass
class Raw:
    """A socket without manners: sends what it is told, reads what comes."""

    socket: ClientConnection

    async def send(self, **frame: object) -> None:
        await self.socket.send(json.dumps(frame))

    async def until(self, kind: str, **facts: object) -> Json:
        """Read frames until one of this type and with these facts comes."""
        async with asyncio.timeout(WITHIN):
            while True:
                frame: Json = json.loads(await self.socket.recv())
                if frame["type"] == kind and facts.items() <= frame.items():
                    return frame

    async def closed(self) -> int | None:
        """Read until the server closes, and give its code."""
        try:
            async with asyncio.timeout(WITHIN):
                while True:
                    await self.socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


async def new_token(site: Site) -> str:
    async with httpx.AsyncClient(base_url=site.base, trust_env=False) as http:
        answer = await http.post("/api/webchat/sessions", json={})
        assert answer.status_code == 201
        return str(answer.json()["token"])


@asynccontextmanager
async def raw(site: Site, token: str | None = None, *, after: int = 0) -> AsyncIterator[Raw]:
    """Connect; with a token say hello too."""
    url = site.base.replace("http", "ws", 1) + "/api/webchat/socket"
    protocols = [Subprotocol("nitka.v1")]
    async with connect(url, subprotocols=protocols, max_size=None, proxy=None) as socket:
        it = Raw(socket)
        if token is not None:
            await it.send(type="hello", token=token, after=after)
            await it.until("welcome")
        yield it


async def thread(site: Site, token: str, *, until: int) -> list[Json]:
    """Give the thread as a fresh page sees it, up to a number."""
    lines: list[Json] = []
    async with raw(site, token) as page:
        while not lines or lines[-1]["seq"] < until:
            lines.append(await page.until("message"))
    return lines


def turns(site: Site, text: str) -> list[Json]:
    return [asked for asked in site.engine.asked if asked["text"] == text]


async def test_one_message_five_times_from_two_sockets_is_one(site: Site) -> None:
    """The same id, sent at once: five acks with one number, one line, one turn, one answer."""
    token, id_, text = await new_token(site), uuid.uuid4().hex, uuid.uuid4().hex
    async with raw(site, token) as one, raw(site, token) as two:
        frame = {"type": "message", "id": id_, "text": text}
        await asyncio.gather(*(socket.send(**frame) for socket in (one, two, one, two, one)))
        acks = [await one.until("ack") for _ in range(3)] + [await two.until("ack") for _ in "ab"]
        assert {ack["seq"] for ack in acks} == {1}
        for socket in (one, two):
            await socket.until("message", author="bot")
        await one.send(type="message", id=uuid.uuid4().hex, text="and then")
        await one.until("message", text="2: and then")
    shown = [(line["author"], line["text"]) for line in await thread(site, token, until=4)]
    assert shown == [
        ("customer", text),
        ("bot", f"1: {text}"),
        ("customer", "and then"),
        ("bot", "2: and then"),
    ]
    assert len(turns(site, text)) == 1


async def test_twenty_messages_at_once_are_answered_in_order(site: Site) -> None:
    """What one visitor says without waiting is kept and answered in the order he said it."""
    token = await new_token(site)
    async with raw(site, token) as visitor:
        for number in range(1, 21):
            await visitor.send(type="message", id=f"n{number}", text=f"no. {number}")
        for number in range(1, 21):
            assert (await visitor.until("ack"))["id"] == f"n{number}"
        await visitor.until("message", text="20: no. 20")
    lines = await thread(site, token, until=40)
    said = [line["text"] for line in lines if line["author"] == "customer"]
    answered = [line["text"] for line in lines if line["author"] == "bot"]
    assert said == [f"no. {number}" for number in range(1, 21)]
    assert answered == [f"{number}: no. {number}" for number in range(1, 21)]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        pytest.param(
            json.dumps({"type": "message", "id": "a", "text": "x" * 2**20}),
            "frame_too_large",
            id="a megabyte",
        ),
        pytest.param("x" * (3 * 2**20), "frame_too_large", id="three megabytes of nothing"),
        pytest.param(bytes(range(256)), "not_text", id="binary"),
        pytest.param('{"type": "message", ', "not_json", id="wrong JSON"),
        pytest.param("[" * 60_000, "not_json", id="deep brackets"),
        pytest.param('"hello"', "bad_frame", id="no object"),
        pytest.param('{"type": "dance"}', "unknown_type", id="unknown type"),
        pytest.param('{"type": "message", "text": "no id"}', "bad_frame", id="no id"),
        pytest.param('{"type": "read", "seq": -1}', "bad_frame", id="a negative number"),
        pytest.param(
            '{"type": "upload", "id": "u", "file": "nobody\'s"}',
            "unknown_file",
            id="a file that is not there",
        ),
    ],
)
async def test_a_bent_frame_is_answered_and_the_socket_stays(
    site: Site, frame: str | bytes, code: str
) -> None:
    """The stated error, no traceback, and what is said next is stored and answered."""
    token, text = await new_token(site), uuid.uuid4().hex
    async with raw(site, token) as visitor:
        await visitor.socket.send(frame)
        error = await visitor.until("error")
        assert error["code"] == code
        assert "Traceback" not in json.dumps(error)
        await visitor.send(type="message", id=uuid.uuid4().hex, text=text)
        await visitor.until("message", text=f"1: {text}")
    assert "Traceback" not in site.web_log.read_text(encoding="utf-8")


@pytest.mark.parametrize("token", ["", "nv1.made-up", "x" * 5000, "💥"])
async def test_an_unknown_token_closes_with_4401(site: Site, token: str) -> None:
    """Nobody gets in without a token that we gave."""
    async with raw(site) as stranger:
        await stranger.send(type="hello", token=token, after=0)
        assert await stranger.closed() == 4401


async def test_a_token_bent_by_one_letter_closes_with_4401(site: Site) -> None:
    """A token is signed: a bent one is nobody's."""
    token = await new_token(site)
    middle = len(token) // 2
    bent = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    async with raw(site) as stranger:
        await stranger.send(type="hello", token=bent, after=0)
        assert await stranger.closed() == 4401


async def test_after_in_the_future_is_said_and_nothing_is_lost(site: Site) -> None:
    """The stated error, then the thread goes on from its end."""
    token = await new_token(site)
    async with raw(site, token) as visitor:
        await visitor.send(type="message", id="first", text="first")
        await visitor.until("message", text="1: first")
    async with raw(site) as visitor:
        await visitor.send(type="hello", token=token, after=1_000_000)
        assert (await visitor.until("error"))["code"] == "after_in_future"
        assert (await visitor.until("welcome"))["seq"] == 2
        await visitor.send(type="message", id="second", text="second")
        await visitor.until("message", text="2: second")


async def test_the_widgets_manners_keep_order_through_it_all(site: Site) -> None:
    """A client like the widget sees every answer once, whatever others do to the server."""
    async with visiting(site.base) as visitor, raw(site) as noise:
        for number in range(1, 6):
            await noise.socket.send(b"\x00" * 1000)
            answer = await visitor.ask(f"say {number}")
            assert [line.text for line in answer] == [f"{number}: say {number}"]
        assert visitor.faults == []
        assert [line.seq for line in visitor.shown()] == list(range(1, 11))
