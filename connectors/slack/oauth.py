"""Installs the app in other workspaces: `/slack/install` and `/slack/oauth_redirect`.

slack-bolt leads through OAuth; what comes out of it is kept sealed, see `installations`. The state
is signed, ten minutes valid and bound to the browser by a cookie, so nothing is kept for it.
Source: https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time

import structlog
from fastapi import APIRouter, Request, Response
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.installation import Installation as Granted
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from connectors.fields import obj
from connectors.slack.faults import classified
from connectors.slack.fields import name_of, text
from connectors.slack.installations import Installation
from connectors.slack.scopes import SCOPES
from connectors.slack.workspaces import Workspaces
from nitka.errors import SendError, SendFault, Unavailable

log = structlog.get_logger(__name__)

INSTALL = "/slack/install"
REDIRECT = "/slack/oauth_redirect"
_STATE_LIVES = 600  # seconds


class InstallRoutes:
    """The two pages of an installation."""

    def __init__(
        self,
        workspaces: Workspaces,
        *,
        client_id: str,
        client_secret: str,
        public_url: str,
        key: str,
    ) -> None:
        settings = AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=sorted(SCOPES),
            user_scopes=[],
            redirect_uri=f"{public_url.rstrip('/')}{REDIRECT}",
            install_path=INSTALL,
            install_page_rendering_enabled=False,
            redirect_uri_path=REDIRECT,
            installation_store=_SealedStore(workspaces),
            installation_store_bot_only=True,
            state_store=SignedStates(key),
            state_expiration_seconds=_STATE_LIVES,
        )
        self._flow = _Flow(workspaces, settings)

    def add_to(self, router: APIRouter) -> None:
        router.add_api_route(INSTALL, self.install, methods=["GET"], include_in_schema=False)
        router.add_api_route(REDIRECT, self.redirected, methods=["GET"], include_in_schema=False)

    async def install(self, request: Request) -> Response:
        """Send the browser to Slack, which asks its user for the workspace and his consent."""
        answer = await self._flow.handle_installation(to_async_bolt_request(request, b""))
        return to_starlette_response(answer)

    async def redirected(self, request: Request) -> Response:
        """Take the grant with which Slack sends the browser back. Raises `Unavailable`."""
        answer = await self._flow.handle_callback(to_async_bolt_request(request, b""))
        return to_starlette_response(answer)


class SignedStates(AsyncOAuthStateStore):
    """States that say themselves that they are ours and how long."""

    def __init__(self, key: str) -> None:
        self._key = hashlib.sha256(b"nitka slack state 1:" + key.encode()).digest()

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(__name__)

    async def async_issue(self, *args: object, **kwargs: object) -> str:  # noqa: ARG002
        said = f"{int(time.time()) + _STATE_LIVES}.{secrets.token_urlsafe(16)}"
        return f"{said}.{self._signature(said)}"

    async def async_consume(self, state: str) -> bool:
        said, _, signature = state.rpartition(".")
        until = said.partition(".")[0]
        if not hmac.compare_digest(self._signature(said).encode(), signature.encode()):
            return False
        return until.isdigit() and int(until) >= time.time()

    def _signature(self, said: str) -> str:
        return hmac.new(self._key, said.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


class _SealedStore(AsyncInstallationStore):
    """Passes on what bolt wants kept."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger(__name__)

    async def async_save(self, installation: Granted) -> None:
        kept = Installation(
            team=str(installation.team_id),
            team_name=str(installation.team_name or ""),
            bot_user=str(installation.bot_user_id or ""),
            bot_token=str(installation.bot_token),
            scopes=",".join(installation.bot_scopes or ()),
        )
        await self._workspaces.keep(kept)
        log.info("slack.installed", team=kept.team)


class _Flow(AsyncOAuthFlow):
    """bolt's flow, whose own exchange of the code would write the code into the log."""

    def __init__(self, workspaces: Workspaces, settings: AsyncOAuthSettings) -> None:
        super().__init__(client=workspaces.anonymous(), settings=settings)

    async def run_installation(self, code: str) -> Granted | None:
        """Exchange the code for a bot token; None if Slack does not give one."""
        try:
            with classified("oauth.v2.access"):
                answer = await self.client.oauth_v2_access(
                    client_id=self.settings.client_id,
                    client_secret=self.settings.client_secret,
                    code=code,
                    redirect_uri=self.settings.redirect_uri,
                )
        except SendError as error:
            log.warning("slack.not_installed", reason=str(error))
            if error.fault in (SendFault.NETWORK, SendFault.PLATFORM_DOWN):
                raise Unavailable("Slack cannot be reached; begin anew") from error
            return None
        given = obj(answer.data)
        team, token = name_of(obj(given, "team"), "id"), text(given, "access_token")
        if team is None or not token:
            log.warning("slack.not_installed", reason="no workspace or no bot token was given")
            return None
        return Granted(
            app_id=text(given, "app_id"),
            team_id=team,
            team_name=text(obj(given, "team"), "name"),
            bot_token=token,
            bot_user_id=name_of(given, "bot_user_id"),
            bot_scopes=text(given, "scope"),
            user_id=name_of(obj(given, "authed_user"), "id") or "",
        )
