"""A visitor's web chat that behaves as the widget does, over real HTTP and real WebSockets.

Keeps what was said until the server has it, one at a time and in order; sends it again until it
is acknowledged; comes back after every break and asks for what it missed; drops doubles by `seq`.
What a server may never do is written down in `faults`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import uuid
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

OVERLAP = 10  # lines asked for once more after a break, as the widget does
ACK_WITHIN = 10.0  # seconds
SENDINGS = 3  # of one message on one socket, then the socket counts as dead
LONGEST_PAUSE = 2.0  # seconds between tries; the widget goes up to 20
GENEROUS = 300.0  # seconds until a wait counts as failed

PASSING = frozenset({"rate_limited", "unavailable", "busy", "internal_error"})
BREAKS = (httpx.HTTPError, OSError, WebSocketException, TimeoutError)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the thread as it was shown."""

    seq: int
    id: str
    author: str
    text: str
    payloads: tuple[str, ...] = ()
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """Something the visitor said; `id` is his own."""

    id: str
    text: str
    reply: str | None = None


class WebClient:
    """One visitor. `say` and `until` from any task, while `keep` runs in one."""

    def __init__(self, base: str, *, locale: str | None = None) -> None:
        self._base = base
        self._locale = locale
        self._token: str | None = None
        self._news = asyncio.Condition()
        self._outbox: list[Said] = []
        self._welcomed = False
        self._waits: dict[str, float] = {}
        self.broken: BaseException | None = None
        self.said: list[Said] = []
        self.stored: dict[str, int] = {}
        self.sent: set[str] = set()
        self.lines: dict[int, Line] = {}
        self.owner = "bot"
        self.faults: list[str] = []
        self.connections = 0

    @property
    def newest(self) -> int:
        return max(self.lines, default=0)

    async def fail(self, error: BaseException) -> None:
        """Let everybody who waits for something know that nothing will come."""
        async with self._news:
            self.broken = error
            self._news.notify_all()

    def shown(self) -> list[Line]:
        """Give the thread as the visitor sees it."""
        return [self.lines[seq] for seq in sorted(self.lines)]

    def answers_to(self, said: Said) -> list[Line]:
        """Give what the bot has said since, up to the visitor's next line."""
        seq = self.stored.get(said.id)
        if seq is None:
            return []
        found = []
        for line in self.shown():
            if line.seq > seq and line.author == "customer":
                break
            if line.seq > seq and line.author == "bot":
                found.append(line)
        return found

    async def say(self, text: str, *, reply: str | None = None) -> Said:
        """Put something into the outbox; it goes out when its turn comes."""
        said = Said(uuid.uuid4().hex, text, reply)
        async with self._news:
            self.said.append(said)
            self._outbox.append(said)
            self._news.notify_all()
        return said

    async def ask(self, text: str, *, reply: str | None = None) -> list[Line]:
        """Say something and give the bot's first answer to it."""
        said = await self.say(text, reply=reply)
        await self.until(lambda: bool(self.answers_to(said)), f"an answer to {text!r}")
        return self.answers_to(said)

    async def until(
        self, holds: Callable[[], bool], what: str, *, within: float = GENEROUS
    ) -> None:
        """Wait until something holds of what the visitor sees."""
        try:
            async with asyncio.timeout(within), self._news:
                await self._news.wait_for(lambda: holds() or self.broken is not None)
        except TimeoutError:
            lines = "\n".join(f"  {line}" for line in self.shown()[-8:])
            raise AssertionError(
                f"no {what} within {within:.0f} s; owner {self.owner}, "
                f"{len(self._outbox)} unsent, {self.connections} connections, lines:\n{lines}"
            ) from None
        if self.broken is not None:
            raise self.broken

    @property
    def visitor(self) -> str:
        """Give the visitor's own id, which his token names."""
        assert self._token is not None
        body = self._token.split(".")[1]
        return str(json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))["v"])

    async def invite(self) -> dict[str, str]:
        """Get a one-time code for going on elsewhere."""
        await self.until(lambda: self._welcomed, "a session")
        async with httpx.AsyncClient(base_url=self._base, trust_env=False, timeout=10) as http:
            answer = await http.post("/api/webchat/links", json={"token": self._token})
            answer.raise_for_status()
            given: dict[str, str] = answer.json()
            return given

    # ── the connection ─────────────────────────────────────────────────────────────────────

    async def keep(self) -> None:
        """Stay connected until cancelled."""
        pause = 0.1
        while True:
            self._welcomed = False
            with contextlib.suppress(*BREAKS):
                await self._open_session()
                await self._talk()
            pause = 0.1 if self._welcomed else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause * random.uniform(0.5, 1))

    async def _open_session(self) -> None:
        if self._token is not None:
            return
        async with httpx.AsyncClient(base_url=self._base, trust_env=False, timeout=10) as http:
            asked = {"page": f"{self._base}/", "locale": self._locale}
            answer = await http.post("/api/webchat/sessions", json=asked)
            answer.raise_for_status()
            self._token = answer.json()["token"]

    async def _talk(self) -> None:
        url = self._base.replace("http", "ws", 1) + "/api/webchat/socket"
        protocols = [Subprotocol("nitka.v1")]
        async with connect(
            url, subprotocols=protocols, open_timeout=10, close_timeout=1, max_size=None, proxy=None
        ) as socket:
            self.connections += 1
            await self._hello(socket)
            sending = asyncio.create_task(self._send_all(socket))
            try:
                async for raw in socket:
                    await self._hear(socket, json.loads(raw))
            finally:
                sending.cancel()
                await asyncio.wait([sending])

    async def _hello(self, socket: ClientConnection) -> None:
        after = max(0, self.newest - OVERLAP)
        await socket.send(json.dumps({"type": "hello", "token": self._token, "after": after}))

    async def _send_all(self, socket: ClientConnection) -> None:
        """Send what is unsent, the first until the server has it, then the next."""
        while True:
            async with self._news:
                await self._news.wait_for(lambda: self._welcomed and bool(self._outbox))
            said = self._outbox[0]
            frame = {"type": "message", "id": said.id, "text": said.text}
            if said.reply is not None:
                frame["reply"] = said.reply
            if not await self._send_until_stored(socket, said.id, json.dumps(frame)):
                await socket.close()
                return

    async def _send_until_stored(self, socket: ClientConnection, id: str, frame: str) -> bool:  # noqa: A002
        for _ in range(SENDINGS):
            with contextlib.suppress(WebSocketException):
                await socket.send(frame)
                async with self._news:
                    self.sent.add(id)
                    self._news.notify_all()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ACK_WITHIN), self._news:
                    await self._news.wait_for(lambda: id in self.stored or id in self._waits)
            if id in self.stored:
                return True
            await asyncio.sleep(self._waits.pop(id, 0))
        return False

    async def _hear(self, socket: ClientConnection, frame: Mapping[str, Any]) -> None:
        async with self._news:
            self._apply(frame)
            self._news.notify_all()
        if frame["type"] == "reset":
            await self._hello(socket)

    def _apply(self, frame: Mapping[str, Any]) -> None:
        match frame["type"]:
            case "welcome":
                self._welcomed = True
                if frame["seq"] < self.newest:
                    self.faults.append(f"lines {frame['seq'] + 1} to {self.newest} are gone")
            case "ack":
                self._store(frame["id"], frame["seq"])
            case "message":
                self._show(frame)
            case "state":
                self.owner = frame["owner"]
            case "reset":
                self.lines.clear()
                self.stored.clear()
            case "error":
                self._refused(frame)

    def _show(self, frame: Mapping[str, Any]) -> None:
        payloads = tuple(button["payload"] for button in frame.get("buttons", ()))
        line = Line(
            frame["seq"],
            frame["id"],
            frame["author"],
            frame["text"],
            payloads,
            frame.get("channel"),
        )
        known = self.lines.setdefault(line.seq, line)
        if known != line:
            self.faults.append(f"line {line.seq} was {known.text!r} and is now {line.text!r}")
        if line.author == "customer":
            self._store(line.id, line.seq)

    def _store(self, id: str, seq: int) -> None:  # noqa: A002
        if self.stored.setdefault(id, seq) != seq:
            self.faults.append(f"message {id} stands at {self.stored[id]} and at {seq}")
        self._outbox = [said for said in self._outbox if said.id != id]

    def _refused(self, frame: Mapping[str, Any]) -> None:
        if frame.get("id") is not None and frame["code"] in PASSING:
            self._waits[frame["id"]] = float(frame.get("retry_after", 0.5))
        else:
            self.faults.append(f"error {frame['code']}: {frame['message']}")


@asynccontextmanager
async def visiting(base: str, *, locale: str | None = None) -> AsyncIterator[WebClient]:
    """Be a new visitor of a Nitka at `base` for the length of the block."""
    client = WebClient(base, locale=locale)

    async def keep() -> None:
        try:
            await client.keep()
        except Exception as error:  # noqa: BLE001  # raised again by whoever waits
            await client.fail(error)

    task = asyncio.create_task(keep())
    try:
        yield client
    finally:
        task.cancel()
        await asyncio.wait([task])
