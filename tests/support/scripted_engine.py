"""An engine of the HTTP contract that answers by a plain function, for tests without a model."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Json = dict[str, Any]
Script = Callable[[Mapping[str, Any], Json], list[str]]
"""Gives the bot's texts for a turn's request; may change the state, which it is handed."""


def count(request: Mapping[str, Any], state: Json) -> list[str]:
    """Say back what was said, with the number of the turn."""
    state["count"] = state.get("count", 0) + 1
    return [f"{state['count']}: {request['payload'] or request['text']}"]


@dataclass
class ScriptedServer:
    """A running engine; `asked` are the requests in the order in which they came."""

    url: str
    script: Script = count
    asked: list[Json] = field(default_factory=list)

    async def turn(self, request: Request) -> Response:
        body: Json = await request.json()
        self.asked.append(body)
        state = dict(body["state"] or {})
        texts = [] if body["aside"] else self.script(body, state)
        return JSONResponse(
            {
                "messages": [{"text": text, "buttons": [], "image": None} for text in texts],
                "effects": [],
                "events": [{"event": "bot", "text": text} for text in texts],
                "state": state,
                "slots": {},
                "understanding": {"intent": "scripted"},
                "model": "scripted",
            }
        )

    async def ready(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok", "model": "scripted"})


@asynccontextmanager
async def scripted_engine(script: Script = count) -> AsyncIterator[ScriptedServer]:
    """Serve a scripted engine from this very loop."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        engine = ScriptedServer(f"http://127.0.0.1:{listening.getsockname()[1]}", script)
        app = Starlette(
            routes=[
                Route("/webhooks/nitka/turn", engine.turn, methods=["POST"]),
                Route("/webhooks/nitka/", engine.ready),
            ]
        )
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield engine
        finally:
            server.should_exit = True
            await serving
