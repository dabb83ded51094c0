"""Telegram's side for the tests: a server on this machine that checks every call it gets."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.connectors.telegram.botapi import BotApi

TOKEN = "4242424242:AAsecretsecretsecretsecretsecretsecret"
BOT = 4242424242

Json = dict[str, Any]


@dataclass(frozen=True)
class Called:
    """A call as it arrived. `files` by name: file name and bytes."""

    method: str
    given: dict[str, str]
    files: dict[str, tuple[str, bytes]]


@dataclass(frozen=True)
class Reply:
    """What a call is answered. A `body` of text goes out as it is; status 0 hangs up."""

    body: Json | str
    status: int = 200


def ok(result: object) -> Reply:
    return Reply({"ok": True, "result": result})


def no(status: int, description: str, **parameters: int) -> Reply:
    """An error as Telegram words it."""
    body: Json = {"ok": False, "error_code": status, "description": description}
    return Reply(body | ({"parameters": parameters} if parameters else {}), status)


@dataclass
class Platform:
    """A Bot API server that answers from a script, and well where the script says nothing."""

    api: BotApi
    url: str = ""
    calls: list[Called] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    script: dict[str, deque[Reply]] = field(default_factory=lambda: defaultdict(deque))
    files: dict[str, bytes] = field(default_factory=dict)
    updates: list[Json] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def will(self, method: str, *replies: Reply) -> None:
        """Say how the next calls of a method are answered."""
        self.script[method].extend(replies)

    def called(self, method: str) -> list[Called]:
        return [call for call in self.calls if call.method == method]

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until something is so; looks again after every call."""
        async with self.changed:
            async with asyncio.timeout(10):
                await self.changed.wait_for(done)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        assert request.match_info["token"] == TOKEN
        method = request.match_info["method"]
        call = await _called(method, request)
        self.calls.append(call)
        kept = {name: content for name, (_, content) in call.files.items()}
        self.faults += self.api.faults(method, call.given, kept)
        reply = self.script[method].popleft() if self.script[method] else self._well(call)
        async with self.changed:
            self.changed.notify_all()
        if reply.status == 0:
            assert request.transport is not None
            request.transport.abort()
        body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        return web.Response(text=body, status=reply.status or 200, content_type="application/json")

    async def file(self, request: web.Request) -> web.StreamResponse:
        assert request.match_info["token"] == TOKEN
        content = self.files.get(request.match_info["path"])
        return web.Response(body=content) if content is not None else web.Response(status=404)

    def _well(self, call: Called) -> Reply:
        if call.method == "getUpdates":
            offset = int(call.given.get("offset", "0"))
            self.updates = [u for u in self.updates if u.get("update_id", offset) >= offset]
            return ok(self.updates[:100])
        if call.method == "getMe":
            me = {"id": BOT, "is_bot": True, "first_name": "Shop", "username": "shop_bot"}
            return ok(me)
        if call.method in ("sendMessage", "sendPhoto", "sendDocument"):
            return ok({"message_id": len(self.calls), "date": 1, "chat": {"id": 1}})
        if call.method == "getFile":
            path = f"documents/{call.given['file_id']}"
            size = len(self.files.get(path, b""))
            return ok({"file_id": call.given["file_id"], "file_path": path, "file_size": size})
        return ok(True)


async def _called(method: str, request: web.Request) -> Called:
    given: dict[str, str] = {}
    files: dict[str, tuple[str, bytes]] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = (value.filename, value.file.read())
        else:
            assert isinstance(value, str)
            given[name] = value
    return Called(method, given, files)


@asynccontextmanager
async def running_platform(api: BotApi) -> AsyncIterator[Platform]:
    """Run the server for a test; at the end no call may have been against the specification."""
    platform = Platform(api)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/bot{token}/{method}", platform.handle)
    app.router.add_get("/file/bot{token}/{path:.*}", platform.file)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(access_log=None)  # it would name the token
    try:
        platform.url = str(server.make_url("")).rstrip("/")
        yield platform
    finally:
        await server.close()
    assert platform.faults == []
