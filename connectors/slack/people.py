"""What Slack tells of people: name, e-mail, language; looked up beside the way, kept for an hour.

Nothing waits for a look-up: what is not known when a message comes goes with the next one.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import structlog

from connectors.fields import Json, obj
from connectors.slack.faults import classified
from connectors.slack.fields import text
from connectors.slack.workspaces import Workspaces
from nitka.domain.address import Address
from nitka.domain.customer import Profile
from nitka.errors import SendError, Unavailable

log = structlog.get_logger(__name__)

_FRESH = timedelta(hours=1)
_AGAIN = timedelta(minutes=5)  # after a look-up that failed
_KEPT = 10_000
_AT_ONCE = 4


class People:
    """Profiles by address, in memory."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._profiles: dict[Address, tuple[Profile, float]] = {}
        self._asked: dict[Address, asyncio.Task[None]] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)

    def known(self, address: Address) -> Profile:
        """Give what is known of a person now; an old profile is better than none."""
        found = self._profiles.get(address)
        return found[0] if found else Profile()

    def learn(self, address: Address) -> None:
        """Have a person's profile looked up, unless it is fresh or being looked up."""
        found = self._profiles.get(address)
        if address in self._asked or (found and found[1] > time.monotonic()):
            return
        task = asyncio.create_task(self._learn(address))
        self._asked[address] = task
        task.add_done_callback(lambda _: self._asked.pop(address, None))

    async def settled(self) -> None:
        """Wait until all look-ups that have begun are done."""
        while self._asked:
            await asyncio.wait(set(self._asked.values()))

    async def close(self) -> None:
        for task in list(self._asked.values()):
            task.cancel()
        await self.settled()

    async def _learn(self, address: Address) -> None:
        fresh, profile = _AGAIN, self.known(address)
        try:
            async with self._gate:
                client = await self._workspaces.client(address.account)
                with classified("users.info"):
                    answer = await client.users_info(user=address.native_id, include_locale=True)
            profile, fresh = profile_of(obj(answer.data, "user")), _FRESH
        except (SendError, Unavailable) as error:
            log.info("slack.profile_unknown", reason=str(error))
        if len(self._profiles) >= _KEPT:
            self._profiles.pop(next(iter(self._profiles)))
        self._profiles[address] = (profile, time.monotonic() + fresh.total_seconds())


def profile_of(user: Json) -> Profile:
    """Read a user object. Its e-mail is what the workspace says, so a hint and never proof.

    Source: https://docs.slack.dev/reference/objects/user-object
    """
    profile = obj(user, "profile")
    name = (
        text(profile, "real_name")
        or text(user, "real_name")
        or text(profile, "display_name")
        or text(user, "name")
    )
    return Profile(
        name=name[:200] or None,
        locale=text(user, "locale")[:35] or None,
        email=text(profile, "email")[:254] or None,
        time_zone=text(user, "tz")[:64] or None,
    )
