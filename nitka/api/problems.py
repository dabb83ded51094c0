"""Errors as `application/problem+json` (RFC 9457), each with a stable `code`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from nitka.errors import Fenced, Refused, Unavailable

log = structlog.get_logger(__name__)

RETRY_AFTER = "2"  # seconds: an embedded server is back by then, as a rule

_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    503: "unavailable",
}
_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
}


class FieldError(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """What went wrong. `code` is stable; `detail` is a sentence for a person."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError] | None = Field(None, description="What is wrong with which field.")
    error_id: str | None = Field(None, description="Names the error in the service's log.")


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> JSONResponse:
    """Give a problem as a response; `more` are members of its own."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return JSONResponse(
        body, status, headers=dict(headers or {}), media_type="application/problem+json"
    )


def add_problems(app: FastAPI) -> None:
    """Turn every foreseen error of a request into a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(Fenced, _gone)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


def internal(error_id: str) -> JSONResponse:
    """Give the problem for an error that nobody foresaw; the log has it under `error_id`."""
    sentence = "Something went wrong here. It has been logged under the given id."
    return problem(500, "internal_error", sentence, error_id=error_id)


async def _refused(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    assert isinstance(error, Refused)  # noqa: S101  # registered for it
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return problem(error.status, error.code, error.sentence, headers=headers, **error.facts)


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("request.unavailable", path=request.url.path, reason=str(error))
    sentence = "The service cannot reach its storage just now; nothing was stored. Try again."
    return problem(503, "unavailable", sentence, headers={"Retry-After": RETRY_AFTER})


async def _gone(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    sentence = "This customer has just been erased."
    return problem(404, "unknown_customer", sentence)


async def _http(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for it
    status = error.status_code
    said = str(error.detail) if error.detail else ""
    default = said in ("", HTTPStatus(status).phrase)
    detail = _SENTENCES.get(status, HTTPStatus(status).phrase) if default else said
    return problem(status, _CODES.get(status, "http_error"), detail, headers=error.headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for it
    errors = [
        {"field": _field(e["loc"]), "message": str(e["msg"]).removeprefix("Value error, ")}
        for e in error.errors()
    ]
    first = errors[0]
    detail = f"{first['field']}: {first['message']}."
    return problem(422, "invalid_request", detail, errors=errors)


def _field(loc: tuple[int | str, ...]) -> str:
    """Name a field as `body.buttons.0.title`; a body that is no JSON at all is `body`."""
    if len(loc) == 2 and loc[0] == "body" and isinstance(loc[1], int):
        return "body"
    return ".".join(str(part) for part in loc)
