"""Decides when what is handed to the app: the first try, the retries, duplicates."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.journal import Json
from tests.platforms.slack.doors import RETRIES, Delivery, HttpDoor, SocketDoor, What
from tests.platforms.slack.world import Workspace

APP = "A0NITKA001"
_KINDS = {"im": "message.im", "group": "message.groups", "channel": "message.channels"}


@dataclass
class Dispatch:
    """Everything on its way to the app. Without an HTTP door it goes by Socket Mode.

    `speed`: how much faster the retries come. `subscribed`: the events the app asked for.
    """

    socket: SocketDoor
    changed: Callable[[], None]
    subscribed: frozenset[str]
    speed: float = 1.0
    http: HttpDoor | None = None
    deliveries: list[Delivery] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def event(self, workspace: Workspace, event: Json) -> Delivery | None:
        """Hand over an event if the app asked for it."""
        name = str(event.get("type"))
        if name == "message":
            name = _KINDS[str(event.get("channel_type", "channel"))]
        if name not in self.subscribed:
            return None
        return self.hand(What.EVENT, self.wrapped(workspace, event))

    def wrapped(self, workspace: Workspace, event: Json) -> Json:
        """Put around an event what Slack puts around it, with an id of its own."""
        return {
            "token": "verification-token-of-old",
            "team_id": workspace.id,
            "context_team_id": workspace.id,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{workspace.id[1:5]}{next(self._numbers):08d}",
            "event_time": int(time.time()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.id,
                    "user_id": workspace.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "authed_users": [workspace.bot_user],
            "is_ext_shared_channel": False,
        }

    def hand(self, what: What, payload: Json) -> Delivery:
        """Hand something over, beside everything else; events again if they are not taken."""
        delivery = Delivery(what, payload)
        self.deliveries.append(delivery)
        task = asyncio.ensure_future(self._hand(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    async def hand_all(self, payloads: Sequence[Json], *, at_once: int = 40) -> list[Delivery]:
        """Hand over events in the given order, so many at once, and wait for all of them."""
        room = asyncio.Semaphore(at_once)
        all_of_them = [Delivery(What.EVENT, payload) for payload in payloads]
        self.deliveries += all_of_them

        async def one(delivery: Delivery) -> None:
            async with room:
                await self._hand(delivery)

        await asyncio.gather(*(one(delivery) for delivery in all_of_them))
        return all_of_them

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.http is not None:
            await self.http.close()

    async def _hand(self, delivery: Delivery) -> None:
        pauses = RETRIES if delivery.what is What.EVENT else ()
        for pause in (*pauses, None):
            delivery.tries += 1
            door = self.http or self.socket
            reason = await door.hand(delivery)
            if reason is None:
                delivery.done = True
                break
            delivery.reasons.append(reason)
            self.changed()
            if pause is None or delivery.given_up:
                delivery.given_up = True
                break
            await asyncio.sleep(pause / self.speed)
        self.changed()
