"""`/api/desk` put together out of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fastapi import APIRouter, Depends
from fastapi.security import APIKeyCookie, HTTPBearer

from nitka.api.desk.gate import COOKIE
from nitka.api.problems import Problem

PREFIX = "/api/desk"
_PROBLEMS: dict[int | str, dict[str, object]] = {
    status: {"model": Problem, "description": description}
    for status, description in {
        401: "Nobody is signed in",
        403: "The role may not do this, or the CSRF token is missing",
        404: "There is no such thing",
        409: "It cannot be done as things stand",
        429: "Too many tries",
        503: "The storage cannot be reached",
    }.items()
}


class Part(Protocol):
    def router(self) -> APIRouter: ...


def desk_router(parts: Sequence[Part]) -> APIRouter:
    """Give all routes of the desk's API."""
    cookie = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="session")
    bearer = HTTPBearer(auto_error=False, scheme_name="token")
    router = APIRouter(
        prefix=PREFIX,
        tags=["desk"],
        dependencies=[Depends(cookie), Depends(bearer)],
        responses=_PROBLEMS,
    )
    for part in parts:
        router.include_router(part.router())
    return router
