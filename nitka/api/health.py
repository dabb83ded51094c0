"""Alive, ready, and the numbers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import APIRouter, Response
from pydantic import BaseModel
from starlette.responses import JSONResponse

from nitka.metrics import CONTENT_TYPE, Metrics

log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[bool]]

CHECK_SECONDS = 3.0


class Alive(BaseModel):
    status: str


class Part(BaseModel):
    """One part of the service. `ms`: how long it took to say so."""

    ready: bool
    ms: int


class Readiness(BaseModel):
    """`status` is `ready` when every part is, else `not_ready`."""

    status: str
    parts: dict[str, Part]


class Health:
    """`/healthz`, `/readyz` and `/metrics`."""

    def __init__(self, checks: Mapping[str, Check], *, metrics: Metrics) -> None:
        self._checks = checks
        self._metrics = metrics

    def router(self) -> APIRouter:
        router = APIRouter(tags=["operations"])
        router.add_api_route(
            "/healthz", self.alive, methods=["GET"], response_model=Alive, summary="Alive"
        )
        router.add_api_route(
            "/readyz",
            self.ready,
            methods=["GET"],
            response_model=Readiness,
            responses={503: {"model": Readiness, "description": "Not ready"}},
            summary="Ready, part by part",
        )
        router.add_api_route(
            "/metrics",
            self.metrics,
            methods=["GET"],
            response_class=Response,
            summary="Prometheus metrics",
        )
        return router

    async def alive(self) -> Alive:
        """Say that this process answers."""
        return Alive(status="ok")

    async def ready(self) -> Response:
        """Ask all parts at once whether they are ready; 503 if one is not."""
        parts = await asyncio.gather(*(_ask(name, ask) for name, ask in self._checks.items()))
        answer = dict(zip(self._checks, parts, strict=True))
        good = all(part.ready for part in parts)
        body = Readiness(status="ready" if good else "not_ready", parts=answer)
        headers = {"Cache-Control": "no-store"}
        return JSONResponse(body.model_dump(), 200 if good else 503, headers=headers)

    async def metrics(self) -> Response:
        """Give the process's metrics."""
        return Response(self._metrics.render(), media_type=CONTENT_TYPE)


async def _ask(name: str, check: Check) -> Part:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            ready = await check()
    except TimeoutError:
        ready = False
    except Exception as error:  # noqa: BLE001  # a part that breaks when asked is not ready
        log.warning("check.broke", part=name, error=repr(error))
        ready = False
    return Part(ready=ready, ms=round((time.perf_counter() - began) * 1000))
