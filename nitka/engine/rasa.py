"""Asks the engines for turns over HTTP: the only module that knows their JSON.

The contract is docs/engine.md. Engines keep nothing, so any of them can do any turn: each turn
goes to the one with the fewest turns in flight, and one that does not answer rests a while.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import structlog

from nitka.domain.message import Button
from nitka.domain.turn import Effect, Reply, TurnRequest, TurnResult
from nitka.errors import EngineFailed, EngineUnavailable

log = structlog.get_logger(__name__)
_PATH = "/webhooks/nitka/"
_REST = timedelta(seconds=1)


@dataclass(slots=True)
class _Seat:
    """One engine: how many turns it does now, and until when it rests (loop time, seconds)."""

    url: str
    busy: int = 0
    rests_until: float = 0.0
    turns: int = field(default=0)


class RasaEngine:
    """`ports.Engine` over one or more engines. At most `at_once` turns are sent to each."""

    def __init__(self, urls: Sequence[str], *, timeout: timedelta, at_once: int = 2) -> None:
        self._seats = [_Seat(url) for url in urls]
        self._timeout = timeout
        self._at_once = at_once
        self._free = asyncio.Condition()
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout.total_seconds(), connect=2.0),
            limits=httpx.Limits(max_connections=None, keepalive_expiry=4.0),
            trust_env=False,
        )

    async def turn(self, request: TurnRequest) -> TurnResult:
        async with self._seat() as seat:
            try:
                response = await self._http.post(
                    f"{seat.url}{_PATH}turn",
                    content=json.dumps(_request_json(request), ensure_ascii=False).encode(),
                    headers={"Content-Type": "application/json"},
                )
            except httpx.HTTPError as error:
                self._rest(seat)
                raise EngineUnavailable(f"{seat.url}: {error!r}") from error
        if response.status_code in (502, 503, 504):
            self._rest(seat)
            raise EngineUnavailable(f"{seat.url}: HTTP {response.status_code}")
        if response.status_code != 200:
            raise EngineFailed(f"{seat.url}: HTTP {response.status_code}: {response.text[:500]}")
        try:
            return _result(response.json())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineFailed(f"{seat.url}: an answer that is no turn: {error!r}") from error

    async def ready(self) -> bool:
        answers = await asyncio.gather(*(self._answers(seat.url) for seat in self._seats))
        return any(answers)

    async def close(self) -> None:
        await self._http.aclose()

    async def _answers(self, url: str) -> bool:
        try:
            return (await self._http.get(f"{url}{_PATH}", timeout=2.0)).status_code == 200
        except httpx.HTTPError:
            return False

    @asynccontextmanager
    async def _seat(self) -> AsyncIterator[_Seat]:
        """Wait for the least busy engine that is awake; all resting: the first to wake."""
        async with self._free:
            while (seat := self._pick()) is None:
                await self._free.wait()
            seat.busy += 1
        try:
            yield seat
        finally:
            async with self._free:
                seat.busy -= 1
                self._free.notify()

    def _pick(self) -> _Seat | None:
        now = asyncio.get_running_loop().time()
        open_seats = [seat for seat in self._seats if seat.busy < self._at_once]
        if not open_seats:
            return None
        seat = min(open_seats, key=lambda s: (max(0.0, s.rests_until - now), s.busy, s.turns))
        seat.turns += 1
        return seat

    def _rest(self, seat: _Seat) -> None:
        seat.rests_until = asyncio.get_running_loop().time() + _REST.total_seconds()


def _request_json(request: TurnRequest) -> dict[str, object]:
    return {
        "version": 1,
        "turn_id": str(request.turn_id),
        "customer": str(request.customer_id),
        "channel": request.channel,
        "text": request.text,
        "payload": request.payload,
        "language": request.language,
        "language_fixed": request.language_fixed,
        "profile": {"name": request.name},
        "attachments": [{"kind": item.kind, "name": item.name} for item in request.attachments],
        "state": request.state,
    }


def _result(answer: Mapping[str, Any]) -> TurnResult:
    return TurnResult(
        replies=tuple(_reply(message) for message in answer["messages"]),
        effects=tuple(
            Effect(effect["kind"], {k: v for k, v in effect.items() if k != "kind"})
            for effect in answer["effects"]
        ),
        events=tuple(answer["events"]),
        state=dict(answer["state"]),
        slots=dict(answer["slots"]),
        understanding=dict(answer["understanding"]),
        model=str(answer["model"]),
    )


def _reply(message: Mapping[str, Any]) -> Reply:
    buttons = tuple(
        Button(button["title"], button["payload"]) for button in message.get("buttons") or ()
    )
    return Reply(message.get("text") or "", buttons, message.get("image"))
