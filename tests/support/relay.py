"""A connection that can break: a local port that leads to another one, until it is cut."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Relay:
    """Passes bytes on in both directions. While it is cut, nothing goes through and nobody gets
    a connection."""

    to: int
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def mend(self) -> None:
        """Let connections through, at the same port as before."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End every connection, as a network does that goes away."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    async def _pass_on(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            there, on = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            back.transport.abort()
            return
        self._open |= {back, on}
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_copy(here, on))
                both.create_task(_copy(there, back))
        finally:
            self._open -= {back, on}


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while content := await source.read(65536):
            target.write(content)
            await target.drain()
    target.close()


@asynccontextmanager
async def relayed(to: int) -> AsyncIterator[Relay]:
    """Lead a port of its own to another one for the length of the block."""
    relay = Relay(to)
    await relay.mend()
    try:
        yield relay
    finally:
        await relay.cut()
