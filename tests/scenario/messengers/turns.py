"""An engine over HTTP that does what a test's script says, by the contract of docs/engine.md."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aiohttp import ClientSession, web

from nitka.domain.address import Channel
from nitka.domain.customer import Language
from nitka.domain.message import Attachment, AttachmentKind
from nitka.domain.turn import TurnRequest
from nitka.engine.scripted import Answer, answer, echo
from tests.platforms.serving import serving
from tests.support.turns import wire

Json = dict[str, Any]


@dataclass
class Turns:
    """The engine's double behind a port. `asked` holds every request, repeated ones too."""

    script: Answer = echo
    asked: list[TurnRequest] = field(default_factory=list)
    url: str = ""
    real: str | None = None  # an engine that is asked instead of the script
    asides: list[TurnRequest] = field(default_factory=list)  # of those who wait for a person

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/webhooks/nitka/", self._ready)
        app.router.add_post("/webhooks/nitka/turn", self._turn)
        return app

    async def _ready(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "model": "scripted"})

    async def _turn(self, request: web.Request) -> web.Response:
        told = await request.json()
        asked = _asked(told)
        (self.asides if asked.aside else self.asked).append(asked)
        if self.real is not None:
            url = f"{self.real}/webhooks/nitka/turn"
            async with ClientSession() as http, http.post(url, json=told) as real:
                return web.json_response(await real.json(), status=real.status)
        return web.json_response(wire(answer() if asked.aside else self.script(asked)))


@asynccontextmanager
async def scripted_turns() -> AsyncIterator[Turns]:
    """Serve an engine's double for the length of the block."""
    turns = Turns()
    async with serving(turns.app()) as port:
        turns.url = f"http://127.0.0.1:{port}"
        yield turns


def _asked(told: Json) -> TurnRequest:
    return TurnRequest(
        turn_id=UUID(told["turn_id"]),
        customer_id=UUID(told["customer"]),
        channel=Channel(told["channel"]),
        text=told["text"],
        payload=told["payload"],
        language=Language(told["language"]) if told["language"] else None,
        language_fixed=told["language_fixed"],
        name=told["profile"]["name"],
        attachments=tuple(
            Attachment("", AttachmentKind(one["kind"]), one["name"], "", 0)
            for one in told["attachments"]
        ),
        state=told["state"],
        aside=told["aside"],
    )
