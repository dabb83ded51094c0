"""Slack over HTTP: events, interactivity and slash commands, all on one path.

Sources: https://docs.slack.dev/authentication/verifying-requests-from-slack and
https://docs.slack.dev/apis/events-api (3 s to answer, three retries)
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse, PlainTextResponse

from connectors.slack.intake import Intake
from connectors.slack.parse import malformed
from nitka.errors import Refused, Unavailable

log = structlog.get_logger(__name__)

PATH = "/slack/events"
_STORED_WITHIN = 2.5  # seconds; Slack waits 3
_OLDEST = 300  # seconds; what is older may be a replay


class SlackRoutes:
    """The one path that the app's settings name as every request URL."""

    def __init__(
        self,
        intake: Intake,
        *,
        signing_secret: str,
        now: Callable[[], float] = time.time,
        patience: float = _STORED_WITHIN,
    ) -> None:
        self._intake = intake
        self._secret = signing_secret.encode()
        self._now = now
        self._patience = patience

    def add_to(self, router: APIRouter) -> None:
        router.add_api_route(PATH, self.receive, methods=["POST"], include_in_schema=False)

    async def receive(self, request: Request) -> Response:
        """Store what Slack sends, then answer 200; 503 asks Slack to send it again.

        Raises `Refused`: 401 `bad_signature` for a request that is not Slack's or older than five
        minutes; nothing of it is stored.
        """
        body = await request.body()
        form = _is_form(request)
        fields = _fields(body) if form else {}
        if fields.get("ssl_check") == "1":  # it carries nothing, and Slack need not sign it
            return Response()
        self._authenticate(body, request.headers)
        if retry := request.headers.get("x-slack-retry-num"):
            reason = request.headers.get("x-slack-retry-reason", "")[:40]
            log.info("slack.retry", number=retry[:4], reason=reason)
        try:
            payload = _payload(fields) if form else json.loads(body)
        except (ValueError, RecursionError):
            payload = None
        if isinstance(payload, dict) and payload.get("type") == "url_verification":
            return PlainTextResponse(str(payload.get("challenge", ""))[:1000])
        return await self._store(payload, body)

    async def _store(self, payload: object, body: bytes) -> Response:
        try:
            async with asyncio.timeout(self._patience):
                if not isinstance(payload, dict):
                    await self._intake.malformed(malformed(body))
                    return Response()
                shown = await self._intake.take(payload)
        except (Unavailable, TimeoutError) as error:
            log.warning("slack.not_stored", reason=str(error) or "not in time")
            raise Unavailable("nothing was stored; send it again") from error
        return JSONResponse(shown) if shown is not None else Response()

    def _authenticate(self, body: bytes, headers: Mapping[str, str]) -> None:
        given = headers.get("x-slack-signature", "")
        stamp = headers.get("x-slack-request-timestamp", "")
        reason = "no_signature" if not given or not stamp else None
        if reason is None and not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
            reason = "bad_timestamp"
        if reason is None and abs(self._now() - int(stamp)) > _OLDEST:
            reason = "too_old"
        if reason is None and not self._is_signed(body, stamp, given):
            reason = "bad_signature"
        if reason is not None:
            log.warning("slack.refused", reason=reason, bytes=len(body))
            raise Refused("bad_signature", "The request is not signed by Slack.", status=401)

    def _is_signed(self, body: bytes, stamp: str, given: str) -> bool:
        """Compare in constant time. The SDK's own verifier takes no body that is not UTF-8."""
        digest = hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
        return hmac.compare_digest(f"v0={digest.hexdigest()}".encode(), given.encode())


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/x-www-form-urlencoded"


def _fields(body: bytes) -> dict[str, str]:
    """Read a form; of a field that comes twice, the first counts."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return {}
    return dict(reversed(pairs))


def _payload(fields: dict[str, str]) -> object:
    """Give an interaction's payload, or the fields themselves if they are a command's."""
    return json.loads(fields["payload"]) if "payload" in fields else fields
