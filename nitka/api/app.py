"""Puts the service's HTTP side together out of opened parts; reads no environment, keeps no state.

Order from outside in: cross-origin answers, request id and last resort, body limit, routes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware import Middleware

from nitka.api.assets import Assets
from nitka.api.edge import BodyLimit, Edge, OpenPaths
from nitka.api.health import Check, Health
from nitka.api.problems import Problem, add_problems
from nitka.api.v1.routes import ServerApi
from nitka.metrics import Metrics

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the app is made of.

    `routers` are the connectors' own; `open_prefixes` are paths that pages of any origin may use;
    `body_limits` are bytes by path, where 1 MiB is too little.
    """

    server_api: ServerApi
    assets: Assets
    metrics: Metrics
    checks: Mapping[str, Check]
    routers: Sequence[APIRouter] = ()
    open_prefixes: tuple[str, ...] = ()
    body_limits: Mapping[str, int] = field(default_factory=dict)


def create_app(parts: Parts, *, lifespan: Lifespan | None = None) -> FastAPI:
    """Compose the ASGI application."""
    app = FastAPI(
        title="Nitka",
        version=_version(),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        middleware=[
            Middleware(OpenPaths, prefixes=parts.open_prefixes),
            Middleware(Edge, metrics=parts.metrics),
            Middleware(BodyLimit, limits=parts.body_limits),
        ],
    )
    add_problems(app)
    for router in (
        *parts.routers,
        parts.server_api.router(),
        Health(parts.checks, metrics=parts.metrics).router(),
        parts.assets.router(),
    ):
        app.include_router(router)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # FastAPI's documented way
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Describe every API; errors as they really are: problems, of their own media type."""
    if app.openapi_schema:
        return app.openapi_schema
    schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = schema.setdefault("components", {})
    models = components.setdefault("schemas", {})
    models.pop("HTTPValidationError", None)
    models.pop("ValidationError", None)
    described = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    models.update(described.pop("$defs", {}))
    models["Problem"] = described
    components.setdefault("securitySchemes", {})["visitor"] = {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a web chat session.",
    }
    for path in schema.get("paths", {}).values():
        for operation in path.values():
            _describe_errors(operation.get("responses", {}))
    app.openapi_schema = schema
    return schema


def _describe_errors(responses: dict[str, Any]) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, response in responses.items():
        known = response.get("content", {}).get("application/json", {}).get("schema", {})
        if status == "422" or known.get("$ref", "").endswith("/Problem"):
            response["content"] = problem
    responses.setdefault("default", {"description": "An error", "content": problem})


def _version() -> str:
    try:
        return version("nitka")
    except PackageNotFoundError:
        return "0"
