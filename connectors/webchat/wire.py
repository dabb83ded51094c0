"""One WebSocket as the conversation needs it: frames in, frames out, and `Gone` when it ends.

Nothing is buffered here: `send` waits until the client takes the frame, and a client that takes
nothing for too long is gone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect


class Gone(Exception):
    """The client is not there any more."""


class Wire(Protocol):
    async def receive(self) -> str | bytes:
        """Wait for the next frame. Raises `Gone`."""
        ...

    async def send(self, frame: Mapping[str, object]) -> None:
        """Send a frame, whole and in turn. Raises `Gone`."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close with a code; never raises."""
        ...


class SocketWire:
    """A Starlette WebSocket as a `Wire`."""

    def __init__(self, socket: WebSocket, *, patience: timedelta = timedelta(seconds=20)) -> None:
        self._socket = socket
        self._patience = patience.total_seconds()
        self._turn = asyncio.Lock()

    async def receive(self) -> str | bytes:
        try:
            event = await self._socket.receive()
        except (WebSocketDisconnect, RuntimeError) as error:
            raise Gone from error
        if event["type"] == "websocket.disconnect":
            raise Gone
        text: str | None = event.get("text")
        return text if text is not None else bytes(event.get("bytes") or b"")

    async def send(self, frame: Mapping[str, object]) -> None:
        text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
        try:
            async with self._turn, asyncio.timeout(self._patience):
                await self._socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError, OSError, TimeoutError) as error:
            raise Gone from error

    async def close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(1):
                await self._socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError, OSError, TimeoutError):
            return
