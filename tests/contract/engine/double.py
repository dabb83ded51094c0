"""A small HTTP server that speaks the turn contract, with faults on request."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


def turn_of(request: Json) -> Json:
    """Say back what was said, counting the turns in the state."""
    count = (request["state"] or {}).get("count", 0) + 1
    said = request["payload"] or request["text"]
    return {
        "messages": [{"text": f"{count}: {said}", "buttons": [], "image": None}],
        "effects": [],
        "events": [{"event": "bot", "text": f"{count}: {said}"}],
        "state": {"count": count},
        "slots": {},
        "understanding": {},
        "model": "double",
    }


@dataclass
class Answer:
    """What the double does with one request. `cut` ends the connection after `body`."""

    status: int = 200
    body: bytes = b""
    cut: bool = False
    silent: bool = False  # ends the connection without an answer
    held: asyncio.Event | None = None  # waits before it answers
    drip: float = 0.0  # seconds between single bytes


@dataclass
class EngineDouble:
    """One engine. `answers` are given first, one a request; after that it answers by `turn_of`."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[Json] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    connections: int = 0
    cut_always: bool = False
    url: str = ""
    turn: Callable[[Json], Json] = turn_of
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def die(self) -> None:
        """Refuse connections and cut those that are open."""
        if self._server is not None:
            self._server.close()
            for writer in self._open:
                writer.transport.abort()
            await self._server.wait_closed()

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while await self._answer(reader, writer):
                pass
        self._open.discard(writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lengths = [line for line in head.lower().splitlines() if line.startswith("content-length")]
        body = await reader.readexactly(int(lengths[0].split(":")[1])) if lengths else b""
        if head.startswith("GET"):
            answer = Answer(body=b'{"status": "ok", "model": "double"}')
        else:
            request = json.loads(body)
            self.asked.append(request)
            answer = self.answers.pop(0) if self.answers else Answer()
            answer.body = answer.body or json.dumps(self.turn(request)).encode()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._write(writer, answer)
        finally:
            self.at_once -= 1

    async def _write(self, writer: asyncio.StreamWriter, answer: Answer) -> bool:
        if answer.held is not None:
            await answer.held.wait()
        if answer.silent:
            return False
        head = f"HTTP/1.1 {answer.status} X\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(answer.body)}\r\n\r\n".encode())
        for byte in answer.body if answer.drip else b"":
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(answer.drip)
        if not answer.drip:
            writer.write(answer.body)
        await writer.drain()
        return not (answer.cut or self.cut_always)


@asynccontextmanager
async def engine_double() -> AsyncIterator[EngineDouble]:
    """Run one double within the block."""
    double = EngineDouble()
    await double.start()
    try:
        yield double
    finally:
        await double.die()
