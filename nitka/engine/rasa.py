"""Asks the engines for turns over HTTP: the only module that knows their JSON.

The contract is docs/engine.md. Engines keep nothing, so any of them can do any turn: each turn
goes to the one with the fewest turns in flight, and one that does not answer rests a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn, TypeVar

import httpx
import structlog

from nitka.domain.message import Button
from nitka.domain.turn import Effect, Reply, TurnRequest, TurnResult
from nitka.errors import EngineFailed, EngineUnavailable

log = structlog.get_logger(__name__)
_PATH = "/webhooks/nitka/"
_REST = timedelta(seconds=1)
T = TypeVar("T")


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
        self._freed = asyncio.Event()
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout.total_seconds(), connect=2.0),
            limits=httpx.Limits(max_connections=None, keepalive_expiry=4.0),
            trust_env=False,
        )

    async def turn(self, request: TurnRequest) -> TurnResult:
        content = json.dumps(_request_json(request), ensure_ascii=False).encode("utf-8", "replace")
        async with self._seat() as seat:
            try:
                async with asyncio.timeout(self._timeout.total_seconds()):
                    response = await self._http.post(
                        f"{seat.url}{_PATH}turn",
                        content=content,
                        headers={"Content-Type": "application/json"},
                    )
            except (httpx.HTTPError, TimeoutError) as error:
                self._rest(seat)
                raise EngineUnavailable(f"{seat.url}: {error!r}") from error
        if response.status_code in (502, 503, 504):
            self._rest(seat)
            raise EngineUnavailable(f"{seat.url}: HTTP {response.status_code}")
        if response.status_code != 200:
            raise EngineFailed(f"{seat.url}: HTTP {response.status_code}: {response.text[:500]}")
        try:
            return _result(response.json(parse_constant=_refuse))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
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
        if not self._seats:
            raise EngineUnavailable("NITKA_ENGINE_URLS names no engine")
        while (seat := self._pick()) is None:
            self._freed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(self._next_wakes_at()):
                    await self._freed.wait()
        seat.busy += 1
        seat.turns += 1
        try:
            yield seat
        finally:  # without an await, so that no cancellation can keep the seat
            seat.busy -= 1
            self._freed.set()

    def _pick(self) -> _Seat | None:
        now = asyncio.get_running_loop().time()
        awake = [seat for seat in self._seats if seat.rests_until <= now]
        open_seats = [seat for seat in awake or self._seats if seat.busy < self._at_once]
        return min(
            open_seats,
            key=lambda seat: (max(0.0, seat.rests_until - now), seat.busy, seat.turns),
            default=None,
        )

    def _next_wakes_at(self) -> float | None:
        now = asyncio.get_running_loop().time()
        return min((s.rests_until for s in self._seats if s.rests_until > now), default=None)

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
        "aside": request.aside,
    }


def _result(answer: Mapping[str, Any]) -> TurnResult:
    """Read an answer; raises `ValueError`, `KeyError` or `TypeError` for one that is no turn."""
    return TurnResult(
        replies=tuple(_reply(_a(dict, message)) for message in _a(list, answer["messages"])),
        effects=tuple(_effect(_a(dict, effect)) for effect in _a(list, answer["effects"])),
        events=tuple(_a(dict, event) for event in _a(list, answer["events"])),
        state=_a(dict, answer["state"]),
        slots=_a(dict, answer["slots"]),
        understanding=_a(dict, answer["understanding"]),
        model=_a(str, answer["model"]),
    )


def _reply(message: Mapping[str, Any]) -> Reply:
    buttons = tuple(
        Button(_a(str, button["title"]), _a(str, button["payload"]))
        for button in _a(list, message.get("buttons") or [])
    )
    image = message.get("image")
    return Reply(_a(str, message.get("text") or ""), buttons, _a(str, image) if image else None)


def _effect(effect: Mapping[str, Any]) -> Effect:
    facts = {name: value for name, value in effect.items() if name != "kind"}
    return Effect(_a(str, effect["kind"]), facts)


def _a(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r:.80} is no {kind.__name__}")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
