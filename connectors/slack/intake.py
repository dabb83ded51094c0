"""Takes in one payload, whichever way it came: stores it, then lets Slack be told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from connectors.fields import Json, obj
from connectors.slack.parse import account_of, author_of, parse
from connectors.slack.people import People
from connectors.slack.words import command_taken
from connectors.slack.workspaces import Workspaces
from nitka.domain.inbound import Ignored, Inbound, Incoming
from nitka.errors import Unavailable
from nitka.ports import Front

log = structlog.get_logger(__name__)


class Intake:
    """The one way from Slack into the thread."""

    def __init__(self, front: Front, *, workspaces: Workspaces, people: People) -> None:
        self._front = front
        self._workspaces = workspaces
        self._people = people

    async def take(self, payload: object) -> Mapping[str, str] | None:
        """Store what a payload says and give what Slack shows for it, if anything.

        Raises `Unavailable`: not all of it is stored, and Slack must send it again.
        """
        incomings = parse(payload, bots=self._workspaces.bots)
        for incoming in incomings:
            await self._front.receive(self._with_profile(incoming))
        await self._look_after(payload, incomings)
        if isinstance(payload, dict) and isinstance(payload.get("command"), str):
            author = author_of(payload)
            return command_taken(self._people.known(author).locale if author else None)
        return None

    async def malformed(self, incoming: Ignored) -> None:
        """Account for a body in which there is no payload."""
        await self._front.receive(incoming)

    def _with_profile(self, incoming: Incoming) -> Incoming:
        """Add what is known of the author by now; the rest goes with his next message."""
        if not isinstance(incoming, Inbound):
            return incoming
        return replace(incoming, profile=self._people.known(incoming.address))

    async def _look_after(self, payload: object, incomings: Sequence[Incoming]) -> None:
        """Do what need not be done before the rest is stored."""
        for incoming in incomings:
            if isinstance(incoming, Inbound):
                self._people.learn(incoming.address)
        if not isinstance(payload, dict):
            return
        team, event = account_of(payload), obj(payload, "event")
        if payload.get("type") == "app_rate_limited":
            log.error("slack.events_dropped", team=team)
        if payload.get("type") == "event_callback" and team is not None and _left(event):
            try:
                async with asyncio.timeout(1):
                    await self._workspaces.forget(team)
                log.info("slack.uninstalled", team=team)
            except (TimeoutError, Unavailable) as error:
                log.warning("slack.installation_stays", team=team, reason=str(error))


def _left(event: Json) -> bool:
    """Say whether a workspace has taken our app, and so our token, out."""
    if event.get("type") == "app_uninstalled":
        return True
    return event.get("type") == "tokens_revoked" and bool(obj(event, "tokens").get("bot"))
