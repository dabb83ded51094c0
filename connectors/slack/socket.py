"""Slack over Socket Mode: a socket that we open, so nothing needs to reach us from outside.

The SDK's own client reads on while a message is being stored and drops what fails; here an
envelope is acknowledged only when it is stored, in order, and a connection that Slack wants to
renew is replaced before it is left. Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from connectors.fields import Json, obj
from connectors.slack.faults import classified, code_of
from connectors.slack.fields import text
from connectors.slack.intake import Intake
from connectors.slack.transfer import is_loopback
from connectors.slack.workspaces import Workspaces
from nitka.errors import ConfigError, SendError, SendFault, Unavailable

log = structlog.get_logger(__name__)

_REFUSED = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
_RENEWALS = frozenset({"warning", "refresh_requested"})
_HEARTBEAT = 20.0  # seconds
_LEAVING = 30.0  # seconds in which a connection that is being replaced is still read
_SHORT_LIFE = 5.0  # seconds: what ends sooner counts as a failure
_LONGEST_PAUSE = 30.0

Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class _Leaving:
    """When a connection is left; `renewed`: because Slack asked for another in its place."""

    now: asyncio.Event = field(default_factory=asyncio.Event)
    renewed: bool = False


class SocketMode:
    """One connection to Slack, always renewed."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        workspaces: Workspaces,
        *,
        app_token: str,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._http = http
        self._workspaces = workspaces
        self._app_token = app_token
        self._sleep = sleep
        self._open: set[asyncio.Task[None]] = set()
        self.idle = True  # nobody listens in this process

    @property
    def connected(self) -> bool:
        return bool(self._open)

    async def listen(self, intake: Intake) -> None:
        """Receive until cancelled; raises `ConfigError` for a token that Slack refuses."""
        self.idle = False
        failures = 0
        try:
            while True:
                await self._sleep(_pause(failures))
                try:
                    connection = await self._connect()
                except SendError as error:
                    failures += 1
                    log.warning("slack.no_connection", reason=str(error), failures=failures)
                    if error.retry_after is not None:
                        await self._sleep(error.retry_after.total_seconds())
                    continue
                began = asyncio.get_running_loop().time()
                renewed = await self._serve_until_leaving(connection, intake)
                lived = asyncio.get_running_loop().time() - began
                if lived >= _SHORT_LIFE:
                    failures = 0
                elif not renewed:
                    failures += 1
        finally:
            self.idle = True
            await self._leave()

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        client = self._workspaces.anonymous()
        with classified("apps.connections.open"):
            try:
                answer = await client.apps_connections_open(app_token=self._app_token)
            except SlackApiError as error:
                if (code := code_of(error)) in _REFUSED:
                    raise ConfigError(
                        f"NITKA_SLACK_APP_TOKEN: Slack refuses it ({code}); it must be an "
                        "app-level token (xapp-…) with the scope connections:write"
                    ) from None
                raise
            url = text(obj(answer.data), "url")
            if not _is_safe(url):
                raise SendError(
                    SendFault.PLATFORM_DOWN, "apps.connections.open gave no address", retryable=True
                )
            return await self._http.ws_connect(url, heartbeat=_HEARTBEAT, timeout=_CLOSING)

    async def _serve_until_leaving(
        self, connection: aiohttp.ClientWebSocketResponse, intake: Intake
    ) -> bool:
        """Serve a connection until it ends, or until Slack asks to renew it (True); then it is
        read on beside its successor until it ends."""
        leaving = _Leaving()
        task = asyncio.create_task(self._serve(connection, intake, leaving))
        self._open.add(task)

        def over(task: asyncio.Task[None]) -> None:
            self._open.discard(task)
            leaving.now.set()
            if not task.cancelled() and (error := task.exception()):
                log.error("slack.connection_broke", error=repr(error))

        task.add_done_callback(over)
        await leaving.now.wait()
        return leaving.renewed

    async def _serve(
        self,
        connection: aiohttp.ClientWebSocketResponse,
        intake: Intake,
        leaving: _Leaving,
    ) -> None:
        try:
            async with asyncio.timeout(None) as life:
                async for frame in connection:
                    if frame.type is not aiohttp.WSMsgType.TEXT:
                        continue
                    envelope = _envelope(frame.data)
                    if envelope.get("type") == "disconnect":
                        reason = text(envelope, "reason")
                        log.info("slack.renewing", reason=reason)
                        leaving.renewed = reason in _RENEWALS
                        leaving.now.set()
                        life.reschedule(asyncio.get_running_loop().time() + _LEAVING)
                    elif envelope.get("type") == "hello":
                        log.info("slack.connected")
                    else:
                        await self._take(connection, envelope, intake)
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
            log.info("slack.disconnected", reason=type(error).__name__)
        finally:
            await connection.close()

    async def _take(
        self, connection: aiohttp.ClientWebSocketResponse, envelope: Json, intake: Intake
    ) -> None:
        """Store one envelope, however long that takes, and acknowledge it then."""
        envelope_id = envelope.get("envelope_id")
        if not isinstance(envelope_id, str):
            log.warning("slack.unknown_frame", kind=text(envelope, "type")[:40])
            return
        if retry := envelope.get("retry_attempt"):
            log.info("slack.retry", number=str(retry)[:4], reason=text(envelope, "retry_reason"))
        shown = None
        failures = 1
        while True:
            try:
                shown = await intake.take(envelope.get("payload"))
                break
            except Unavailable as error:
                log.warning("slack.not_stored", reason=str(error))
                await self._sleep(_pause(failures := failures + 1))
            except Exception:  # the socket's edge: one bent envelope must not stop the others
                log.exception("slack.envelope_broke")
                return
        answer: dict[str, object] = {"envelope_id": envelope_id}
        if shown is not None and envelope.get("accepts_response_payload") is True:
            answer["payload"] = dict(shown)
        await connection.send_str(json.dumps(answer))

    async def _leave(self) -> None:
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=5)


_CLOSING = aiohttp.ClientWSTimeout(ws_close=2.0)


def _pause(failures: int) -> float:
    """Give the seconds before the next try: none after the first failure, then doubling."""
    longest = min(2.0 ** (failures - 2), _LONGEST_PAUSE) if failures > 1 else 0.0
    return longest * (0.5 + random.random() / 2)  # noqa: S311  # jitter, not a secret


def _envelope(data: object) -> Json:
    try:
        return obj(json.loads(data)) if isinstance(data, str) else {}
    except (ValueError, RecursionError):
        return {}


def _is_safe(url: str) -> bool:
    """Say whether an address is encrypted, or this machine's own."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "wss" or (parts.scheme == "ws" and is_loopback(host)))
