"""Slack as a channel: what goes out, and to which door it goes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import aiohttp
from fastapi import APIRouter

from connectors.fields import obj
from connectors.slack import amend, render
from connectors.slack.events import SLACKBOT
from connectors.slack.faults import classified
from connectors.slack.fields import name_of
from connectors.slack.intake import Intake
from connectors.slack.oauth import InstallRoutes
from connectors.slack.pace import Pace
from connectors.slack.people import People
from connectors.slack.post import Target, look_up, post
from connectors.slack.routes import SlackRoutes
from connectors.slack.socket import SocketMode
from connectors.slack.transfer import Transfer
from connectors.slack.workspaces import Workspaces
from nitka.domain.address import Address, Channel
from nitka.domain.message import Message
from nitka.errors import ConfigError, SendError, SendFault
from nitka.ports import Capabilities, Front, Part, Sent

_KEPT = 10_000
_UNSURE = (SendFault.NETWORK, SendFault.PLATFORM_DOWN)


class Slack:
    """`ports.Connector` for Slack, and its `ports.Listener` where Socket Mode is set up.

    `can_listen`: an app token is set. `routes` gives what the HTTP side serves.
    """

    channel = Channel.SLACK

    def __init__(
        self,
        http: aiohttp.ClientSession,
        *,
        workspaces: Workspaces,
        transfer: Transfer,
        pace: Pace,
        socket: SocketMode | None = None,
        signing_secret: str | None = None,
        install: InstallRoutes | None = None,
    ) -> None:
        self._http = http
        self._workspaces = workspaces
        self._transfer = transfer
        self._pace = pace
        self._socket = socket
        self._signing_secret = signing_secret
        self._install = install
        self._people = People(workspaces)
        self._direct: OrderedDict[Address, str] = OrderedDict()
        self._unsure: OrderedDict[str, None] = OrderedDict()  # parts whose last try may be there
        self._files: OrderedDict[str, None] = OrderedDict()  # files known to have arrived

    @property
    def account(self) -> str:
        """Give the workspace of the settings' token, empty until Slack could be asked."""
        return self._workspaces.home or ""

    @property
    def can_listen(self) -> bool:
        return self._socket is not None

    def capabilities(self) -> Capabilities:
        return Capabilities(
            text_limit=render.TEXT_LIMIT,
            buttons=True,
            images=True,
            files=True,
            typing=False,  # bots cannot show it outside Socket Mode's predecessor
            edit=True,
            read_receipts=False,
        )

    def render(self, message: Message) -> Sequence[Part]:
        """Turn a message into its texts, the last one with the buttons, and its files."""
        return render.render(message)

    async def send(self, address: Address, part: Part, *, doubtful: bool) -> Sent:
        """Send a part, at most one a second to a channel.

        What may have arrived in an earlier try is looked up first; as long as that cannot be
        done, it stays in doubt and is not sent.
        """
        if doubtful or part.key in self._unsure:
            target, found = await self._look_up(address, part)
            if found is not None:
                self._settle(part, found)
                return found
        else:
            target = await self._target(address, part)
        await self._pace.wait(target.channel)
        try:
            sent = await post(target, part, self._transfer)
        except SendError as error:
            if error.fault in _UNSURE:
                _remember(self._unsure, part.key)
            if error.retry_after is not None:
                self._pace.hold(target.channel, error.retry_after)
            raise
        self._settle(part, sent)
        return sent

    def same_kind(self, one: Part, other: Part) -> bool:
        return amend.same_kind(one, other)

    async def change(self, address: Address, part: Part, native_id: str) -> None:
        """Show a posted text as this one."""
        await amend.change(await self._workspaces.client(address.account), part, native_id)

    async def withdraw(self, address: Address, part: Part, native_id: str) -> None:
        """Delete a posted text or file."""
        await amend.withdraw(await self._workspaces.client(address.account), part, native_id)

    async def download(self, source: str) -> bytes:
        """Fetch a customer's file, with the token of the workspace it came from."""
        return await self._transfer.download(source)

    async def typing(self, address: Address) -> None:
        """Do nothing: Slack does not show that a bot is writing."""

    async def listen(self, front: Front) -> None:
        """Receive by Socket Mode until cancelled. Raises `ConfigError` if the token is refused."""
        if self._socket is None:
            raise ConfigError("NITKA_SLACK_APP_TOKEN: must be set for Socket Mode")
        await self._workspaces.identify()
        await self._socket.listen(self._intake(front))

    def routes(self, front: Front) -> APIRouter:
        """Give the routes: events if there is a signing secret, installation if it is set up."""
        router = APIRouter()
        if self._signing_secret is not None:
            SlackRoutes(self._intake(front), signing_secret=self._signing_secret).add_to(router)
        if self._install is not None:
            self._install.add_to(router)
        return router

    async def ready(self) -> bool:
        """Say whether Slack is known to take our token and, if it is used, the socket is open."""
        known = await self._workspaces.identify()
        return known and (self._socket is None or self._socket.idle or self._socket.connected)

    async def invitation(self, code: str) -> str | None:  # the port's
        """Give the words that bring a code along, as a direct message to the app."""
        return f"link {code}"

    async def settled(self) -> None:
        """Wait for what was begun beside the way (profiles)."""
        await self._people.settled()

    async def close(self) -> None:
        await self._people.close()
        await self._http.close()

    def _intake(self, front: Front) -> Intake:
        return Intake(front, workspaces=self._workspaces, people=self._people)

    async def _look_up(self, address: Address, part: Part) -> tuple[Target, Sent | None]:
        try:
            target = await self._target(address, part)
            return target, await look_up(target, part, delivered=frozenset(self._files))
        except SendError as error:
            if not error.retryable:
                raise
            detail = f"cannot look whether it arrived: {error.detail}"
            raise SendError(
                SendFault.NETWORK, detail, retryable=True, retry_after=error.retry_after
            ) from error

    async def _target(self, address: Address, part: Part) -> Target:
        client = await self._workspaces.client(address.account)
        bot = self._workspaces.bots.get(address.account)
        place = part.body.get("place")
        if isinstance(place, str) and place:
            channel, _, thread = place.partition(":")
            return Target(client, channel, thread or None, bot)
        if address.native_id == SLACKBOT:
            raise SendError(SendFault.UNREACHABLE, "Slackbot reads nothing", retryable=False)
        channel_id = self._direct.get(address)
        if channel_id is None:
            with classified("conversations.open"):
                answer = await client.conversations_open(users=address.native_id)
            channel_id = name_of(obj(answer.data, "channel"), "id")
            if channel_id is None:
                detail = "conversations.open gave no channel"
                raise SendError(SendFault.PLATFORM_DOWN, detail, retryable=True)
            self._direct[address] = channel_id
            if len(self._direct) > _KEPT:
                self._direct.popitem(last=False)
        return Target(client, channel_id, None, bot)

    def _settle(self, part: Part, sent: Sent) -> None:
        self._unsure.pop(part.key, None)
        if part.body.get("kind") == "file" and sent.native_id:
            _remember(self._files, sent.native_id.partition(":")[2])


def _remember(kept: OrderedDict[str, None], key: str) -> None:
    kept[key] = None
    if len(kept) > _KEPT:
        kept.popitem(last=False)
