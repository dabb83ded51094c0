"""Reads what a Web API call brings, wherever Slack allows it to stand."""

from __future__ import annotations

import json
from base64 import b64decode

from aiohttp import web

from tests.platforms.journal import Json


async def arguments(request: web.Request) -> Json:
    """Give the arguments of the address, a JSON body or a form."""
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        told = json.loads(body) if body else {}
        given |= told if isinstance(told, dict) else {}
    elif request.method == "POST":
        given |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    return given


def token_of(request: web.Request, given: Json) -> str:
    """Take the token off a call, wherever it stands."""
    named = given.pop("token", None)
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        name, _, password = b64decode(header.removeprefix("Basic ")).decode().partition(":")
        given |= {"client_id": name, "client_secret": password}
        return ""
    return str(named or header.removeprefix("Bearer "))
