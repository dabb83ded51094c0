"""Misbehaviour on request: what goes wrong with the next calls of a method.

`LOST` is the one that doubles messages elsewhere: the platform does what it was asked and its
answer never arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web

Given = Mapping[str, Any]
Matches = Callable[[Given], bool]


class Kind(StrEnum):
    LOST = "lost"  # done, then the connection is cut instead of an answer
    HANG = "hang"  # done, then no answer until the caller goes away
    DROP = "drop"  # cut before anything is done
    STATUS = "status"  # answered with a status, nothing is done
    LIMITED = "limited"  # answered 429, nothing is done
    GARBAGE = "garbage"  # done, answered with what is no JSON
    SLOW = "slow"  # done and answered, after a while

    @property
    def before(self) -> bool:
        """Say whether the call is not carried out at all."""
        return self in (Kind.DROP, Kind.STATUS, Kind.LIMITED)


@dataclass(slots=True)
class Trouble:
    """Something that goes wrong `times` times. `status` and `seconds` are what the kind needs."""

    kind: Kind
    times: int = 1
    status: int = 500
    seconds: float = 1.0
    matches: Matches = field(default=lambda _: True)


class Faults:
    """The troubles that were ordered, by method; `*` is any method."""

    def __init__(self) -> None:
        self._planned: dict[str, list[Trouble]] = {}
        self.happened: list[tuple[str, Kind]] = []

    def plan(
        self,
        method: str,
        kind: Kind,
        *,
        times: int = 1,
        status: int = 500,
        seconds: float = 1.0,
        matches: Matches = lambda _: True,
    ) -> None:
        """Order a trouble for the next `times` calls of a method that match."""
        trouble = Trouble(kind, times, status, seconds, matches)
        self._planned.setdefault(method, []).append(trouble)

    def clear(self) -> None:
        self._planned.clear()

    def take(self, method: str, given: Given) -> Trouble | None:
        """Give the trouble of this call, used up by it."""
        for name in (method, "*"):
            for trouble in self._planned.get(name, []):
                if trouble.times > 0 and trouble.matches(given):
                    trouble.times -= 1
                    self.happened.append((method, trouble.kind))
                    return trouble
        return None


def cut(request: web.Request) -> web.Response:
    """Cut the caller's connection; the response that is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def hang(request: web.Request) -> web.Response:
    """Give no answer for as long as the caller waits, at most two minutes."""
    for _ in range(240):
        if request.transport is None or request.transport.is_closing():
            break
        await asyncio.sleep(0.5)
    return cut(request)


async def spoilt(
    request: web.Request, answer: web.Response, trouble: Trouble | None
) -> web.StreamResponse:
    """Let an answer go wrong after the deed is done."""
    if trouble is None:
        return answer
    if trouble.kind is Kind.LOST:
        return cut(request)
    if trouble.kind is Kind.HANG:
        return await hang(request)
    if trouble.kind is Kind.SLOW:
        await asyncio.sleep(trouble.seconds)
        return answer
    return web.Response(body=b'{"ok":tru', content_type="application/json")
