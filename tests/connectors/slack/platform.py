"""A small Slack on this machine: takes calls, checks them, answers as it was told."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from tests.connectors.slack.payloads import BOT, DIRECT, TEAM, Json
from tests.connectors.slack.specification import violations

BOT_TOKEN = "xoxb-1111-2222-secretsecret"
APP_TOKEN = "xapp-1-A0001-3333-secretsecret"


@dataclass(frozen=True)
class Call:
    """One call of the Web API. `token` is the bearer's."""

    method: str
    parameters: Json
    token: str


@dataclass(frozen=True)
class Reply:
    """What a scripted call gets instead of the usual; `after` is done before it goes out."""

    status: int = 200
    body: object = field(default_factory=lambda: {"ok": True})
    headers: dict[str, str] = field(default_factory=dict)
    carried_out: bool = False
    hang_up: bool = False


def error(code: str, **more: object) -> Reply:
    """Give the reply with which Slack refuses a call."""
    return Reply(body={"ok": False, "error": code, **more})


class FakeSlack:
    """The Web API, file hosts and Socket Mode; `scripted` replies come before the usual ones."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.scripted: dict[str, deque[Reply]] = defaultdict(deque)
        self.history: list[Json] = []
        self.users: dict[str, Json] = {}
        self.uploads: dict[str, bytes] = {}
        self.downloads: dict[str, Callable[[web.Request], web.StreamResponse]] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.acks: list[Json] = []
        self.changed = asyncio.Event()
        self._server: TestServer | None = None
        self._next = 100

    @property
    def url(self) -> str:
        assert self._server is not None
        return str(self._server.make_url("/"))

    @property
    def api(self) -> str:
        return f"{self.url}api/"

    def made(self, method: str) -> list[Json]:
        """Give the parameters of all calls of a method."""
        return [call.parameters for call in self.calls if call.method == method]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds, looking again whenever something happened here."""
        async with asyncio.timeout(5):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def send(self, envelope: Json) -> None:
        """Send a frame on the newest socket."""
        await self.sockets[-1].send_str(json.dumps(envelope))

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        parameters = await _parameters(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.calls.append(Call(method, parameters, token))
        self.violations += violations(method, parameters)
        self.changed.set()
        reply = self.scripted[method].popleft() if self.scripted[method] else None
        answer: Json = {"ok": True}
        if reply is None or reply.carried_out:
            answer = self._carry_out(method, parameters)
        if reply is None:
            return web.json_response(answer)
        if reply.hang_up:
            assert request.transport is not None
            request.transport.abort()
        if isinstance(reply.body, str):
            return web.Response(
                text=reply.body,
                status=reply.status,
                headers=reply.headers,
                content_type="text/html",
            )
        return web.json_response(reply.body, status=reply.status, headers=reply.headers)

    def _carry_out(self, method: str, parameters: Json) -> Json:
        self._next += 1
        ts = f"1700000000.{self._next:06d}"
        match method:
            case "auth.test":
                return {"ok": True, "team_id": TEAM, "user_id": BOT, "bot_id": "B1"}
            case "conversations.open":
                return {"ok": True, "channel": {"id": DIRECT}}
            case "chat.postMessage":
                line = {**parameters, "ts": ts, "user": BOT, "type": "message"}
                self.history.append(line)
                return {"ok": True, "channel": parameters["channel"], "ts": ts, "message": line}
            case "conversations.history" | "conversations.replies":
                return self._page(parameters)
            case "users.info":
                user = self.users.get(str(parameters["user"]))
                return {"ok": True, "user": user} if user else _refusal("user_not_found")
            case "files.getUploadURLExternal":
                file_id = f"F{self._next}"
                return {"ok": True, "upload_url": f"{self.url}up/{file_id}", "file_id": file_id}
            case "files.completeUploadExternal":
                return self._share(parameters, ts)
            case "files.info":
                return {"ok": True, "file": {"url_private": f"{self.url}files/asked"}}
            case "apps.connections.open":
                return {"ok": True, "url": f"{self.url.replace('http', 'ws', 1)}link?ticket=secret"}
            case "oauth.v2.access":
                return {
                    "ok": True,
                    "access_token": "xoxb-other-workspace-secret",
                    "bot_user_id": "U0OTHERBOT",
                    "team": {"id": "T0002", "name": "Other"},
                    "scope": "chat:write",
                    "authed_user": {"id": "U9"},
                }
        return {"ok": True}

    def _page(self, parameters: Json) -> Json:
        start = int(str(parameters.get("cursor") or 0))
        page = self.history[::-1][start : start + 2]
        more = len(self.history) > start + 2
        return {
            "ok": True,
            "messages": page,
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + 2) if more else ""},
        }

    def _share(self, parameters: Json, ts: str) -> Json:
        given = parameters["files"]
        files: list[dict[str, str]] = json.loads(str(given))
        shared = [
            {"id": f["id"], "title": f["title"], "size": len(self.uploads[f["id"]])} for f in files
        ]
        self.history.append({"type": "message", "user": BOT, "ts": ts, "files": shared})
        return {"ok": True, "files": shared}

    async def _upload(self, request: web.Request) -> web.Response:
        self.uploads[request.match_info["file"]] = await request.read()
        return web.Response(text="OK - 3")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "")
        self.calls.append(Call("download", {"path": request.path}, token))
        return self.downloads[request.match_info["file"]](request)

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": 1}))
        self.changed.set()
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                self.acks.append(json.loads(frame.data))
                self.changed.set()
        return socket

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeSlack]:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/up/{file}", self._upload)
        app.router.add_get("/files/{file}", self._download)
        app.router.add_get("/link", self._link)
        self._server = TestServer(app, host="127.0.0.1")
        await self._server.start_server(shutdown_timeout=0.1)
        try:
            yield self
        finally:
            for socket in self.sockets:
                await socket.close()
            await self._server.close()


async def _parameters(request: web.Request) -> Json:
    parameters: Json = dict(request.query)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        client_id, _, secret = base64.b64decode(given).decode().partition(":")
        parameters |= {"client_id": client_id, "client_secret": secret}
    body = await request.text()
    if request.content_type == "application/json" and body:
        parameters |= json.loads(body)
    elif body:
        parameters |= dict(parse_qsl(body, keep_blank_values=True))
    parameters.pop("token", None)
    return parameters


def _refusal(code: str) -> Json:
    return {"ok": False, "error": code}
