"""How Slack hands things to an app: signed HTTP requests with retries, or Socket Mode.

https://docs.slack.dev/apis/events-api (3 s to answer; again at once, after 1 and 5 minutes)
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.platforms.journal import Json

ACK_SECONDS = 3.0
RETRIES = (0.0, 60.0, 300.0)  # seconds after the failure before


class What(StrEnum):
    """What an app is handed; the values are Socket Mode's."""

    EVENT = "events_api"
    INTERACTION = "interactive"
    COMMAND = "slash_commands"


@dataclass
class Delivery:
    """One thing handed to the app. `reasons` are those of its failed tries."""

    what: What
    payload: Json
    tries: int = 0
    reasons: list[str] = field(default_factory=list)
    done: bool = False
    given_up: bool = False
    answer: str = ""


@dataclass
class HttpDoor:
    """The app's request URL."""

    url: str
    secret: str
    _http: aiohttp.ClientSession | None = None

    async def hand(self, delivery: Delivery) -> str | None:
        """Post once; None if it was taken, else the reason as Slack names it."""
        headers = {}
        if delivery.reasons:
            headers["X-Slack-Retry-Num"] = str(len(delivery.reasons))
            headers["X-Slack-Retry-Reason"] = delivery.reasons[-1]
        try:
            async with asyncio.timeout(ACK_SECONDS):
                status, text, no_retry = await self.post(body_of(delivery), headers=headers)
        except TimeoutError:
            return "http_timeout"
        except aiohttp.ClientError:
            return "connection_failed"
        if 200 <= status < 300:
            delivery.answer = text
            return None
        delivery.given_up = delivery.given_up or no_retry
        return "http_error"

    async def post(
        self,
        body: tuple[bytes, str],
        *,
        headers: dict[str, str] | None = None,
        secret: str | None = None,
        at: float | None = None,
    ) -> tuple[int, str, bool]:
        """Post a signed body: the status, the answer, and whether the app wants no retry.

        `secret` and `at` (seconds of the epoch) forge the signature and its time.
        """
        content, kind = body
        stamp = str(int(time.time() if at is None else at))
        signed = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(secret or self.secret, stamp, content),
            **(headers or {}),
        }
        if self._http is None:
            self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        async with self._http.post(self.url, data=content, headers=signed) as answer:
            return answer.status, await answer.text(), "X-Slack-No-Retry" in answer.headers

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()


@dataclass
class SocketDoor:
    """The app's sockets, up to ten at once.

    `patience`: seconds for which what is handed over waits for a first socket.
    """

    changed: Callable[[], None]
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    tickets: set[str] = field(default_factory=set)
    opened: int = 0
    patience: float = 0.0
    drawn: random.Random = field(default_factory=lambda: random.Random(11))
    _acks: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    async def hand(self, delivery: Delivery) -> str | None:
        """Send an envelope to one of the sockets and wait for its acknowledgement."""
        if not self.sockets and not await self._joined():
            return "connection_failed"
        envelope_id = f"{next(self._numbers):08x}-57d6-4bff-9c5a-1f2f6c4b2f11"
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": delivery.what,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.what is not What.EVENT,
        }
        if delivery.what is What.EVENT:
            reason = delivery.reasons[-1] if delivery.reasons else ""
            envelope |= {"retry_attempt": len(delivery.reasons), "retry_reason": reason}
        ack = asyncio.get_running_loop().create_future()
        self._acks[envelope_id] = ack
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await self.drawn.choice(self.sockets).send_json(envelope)
                delivery.answer = json.dumps((await ack).get("payload", ""))
        except TimeoutError:
            return "timeout"
        except ConnectionError:
            return "connection_failed"
        finally:
            self._acks.pop(envelope_id, None)
        return None

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one socket for its life; a ticket opens one only."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            raise web.HTTPForbidden
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=10)
        await socket.prepare(request)
        self.opened += 1
        hello = {
            "type": "hello",
            "num_connections": len(self.sockets) + 1,
            "debug_info": {"host": "applink-1", "approximate_connection_time": 18060},
            "connection_info": {"app_id": "A0NITKA001"},
        }
        await socket.send_json(hello)
        self.sockets.append(socket)
        self._came.set()
        self.changed()
        try:
            async for frame in socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    self._acknowledge(json.loads(frame.data))
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)
            self.changed()
        return socket

    async def renew(self, *, reason: str = "refresh_requested", leave: float = 0.2) -> None:
        """Ask the app to replace its sockets, and close them a moment later, as Slack does."""
        for socket in list(self.sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})
            self.sockets.remove(socket)
            asyncio.get_running_loop().call_later(leave, _close_soon, socket)

    async def drop(self) -> None:
        """Cut all sockets without a word."""
        for socket in list(self.sockets):
            self.sockets.remove(socket)
            await socket.close(code=1011)

    async def _joined(self) -> bool:
        """Wait for a socket as long as the patience lasts; say whether there is one."""
        self._came.clear()
        try:
            await asyncio.wait_for(self._came.wait(), self.patience)
        except TimeoutError:
            return False
        return bool(self.sockets)

    def _acknowledge(self, told: Json) -> None:
        ack = self._acks.get(str(told.get("envelope_id")))
        if ack is not None and not ack.done():
            ack.set_result(told)


def body_of(delivery: Delivery) -> tuple[bytes, str]:
    """Give a delivery as the body of a request, with its content type."""
    if delivery.what is What.EVENT:
        return json.dumps(delivery.payload).encode(), "application/json"
    fields = delivery.payload
    if delivery.what is What.INTERACTION:
        fields = {"payload": json.dumps(delivery.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Sign as Slack signs. https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    signed = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={signed.hexdigest()}"


_closing: set[asyncio.Future[Any]] = set()


def _close_soon(socket: web.WebSocketResponse) -> None:
    closing = asyncio.ensure_future(socket.close())
    _closing.add(closing)
    closing.add_done_callback(_closing.discard)
