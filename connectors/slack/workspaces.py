"""Our tokens, by workspace, and the clients that use them."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from connectors.slack.faults import classified, code_of
from connectors.slack.fields import name_of
from connectors.slack.installations import Installation, Installations, Vault
from nitka.errors import ConfigError, SendError, SendFault

log = structlog.get_logger(__name__)

_FRESH = 60.0  # seconds after which an installation is looked up again
_REFUSED = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)


@dataclass(slots=True)
class _Known:
    installation: Installation | None
    at: float


class Workspaces:
    """Which token speaks in which workspace: its installation's, else the one of the settings."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        *,
        api: str,
        token: str | None = None,
        installations: Installations | None = None,
        vault: Vault | None = None,
    ) -> None:
        self._http = http
        self._api = api
        self._token = token
        self._installations = installations
        self._vault = vault
        self._known: dict[str, _Known] = {}
        self._bots: dict[str, str] = {}
        self.home: str | None = None  # the workspace of the settings' token, once it is known

    @property
    def bots(self) -> dict[str, str]:
        """Our bot's user id, by workspace, as far as they are known by now."""
        return self._bots

    def anonymous(self, token: str | None = None) -> AsyncWebClient:
        """Give a client under any token; it never tries again by itself, `deliver` does."""
        client = AsyncWebClient(
            token, base_url=self._api, session=self._http, retry_handlers=[], logger=_quiet()
        )
        client.proxy = None  # the session follows the environment's proxies, loopback apart
        return client

    async def client(self, team: str) -> AsyncWebClient:
        """Give the client for a workspace. Raises `SendError` if we have no token for it."""
        return self.anonymous(await self.token(team))

    async def token(self, team: str) -> str:
        """Give the bot token for a workspace. Raises `SendError` if there is none."""
        installation = await self._installation(team)
        if installation is not None:
            return installation.bot_token
        if self._token is not None:
            return self._token
        detail = f"the app is not installed in the workspace {team}"
        raise SendError(SendFault.CREDENTIALS, detail, retryable=True)

    async def identify(self) -> bool:
        """Learn whose the settings' token is; False if Slack cannot be asked now.

        Raises `ConfigError` if Slack refuses the token.
        """
        if self._token is None or self.home is not None:
            return True
        try:
            with classified("auth.test"):
                found = await self._whoami(self._token)
        except SendError as error:
            log.warning("slack.unknown_self", reason=str(error))
            return False
        team, user = name_of(found, "team_id"), name_of(found, "user_id")
        if team is not None:
            self.home = team
            if user is not None:
                self._bots[team] = user
        return team is not None

    async def _whoami(self, token: str) -> dict[str, object]:
        try:
            answer = await self.anonymous(token).auth_test()
        except SlackApiError as error:
            if (code := code_of(error)) in _REFUSED:
                raise ConfigError(
                    f"NITKA_SLACK_BOT_TOKEN: Slack refuses it ({code}); it must be the bot token "
                    "(xoxb-…) of the installed app"
                ) from None
            raise
        return answer.data if isinstance(answer.data, dict) else {}

    async def keep(self, installation: Installation) -> None:
        """Keep a workspace's installation, sealed."""
        if self._installations is None or self._vault is None:
            raise ConfigError("NITKA_SLACK_CLIENT_ID: installations have no place to be kept")
        await self._installations.put(installation.team, self._vault.seal(installation))
        self._remember(installation.team, installation)

    async def forget(self, team: str) -> None:
        """Remove the installation of a workspace that took the app out."""
        if self._installations is not None:
            await self._installations.remove(team)
        self._known.pop(team, None)

    async def _installation(self, team: str) -> Installation | None:
        if self._installations is None or self._vault is None:
            return None
        known = self._known.get(team)
        if known is not None and time.monotonic() - known.at < _FRESH:
            return known.installation
        sealed = await self._installations.get(team)
        installation = self._vault.open(sealed) if sealed else None
        if sealed and installation is None:
            log.error("slack.installation_unreadable", team=team)
        self._remember(team, installation)
        return installation

    def _remember(self, team: str, installation: Installation | None) -> None:
        self._known[team] = _Known(installation, time.monotonic())
        if installation is not None:
            self._bots[team] = installation.bot_user


def _quiet() -> logging.Logger:
    """Give the SDK a logger that leaves out what it would say of requests: texts and tickets."""
    logger = logging.getLogger(f"{__name__}.sdk")
    logger.setLevel(logging.WARNING)
    return logger
