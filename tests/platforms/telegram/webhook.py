"""Posts updates to a bot's webhook: in order within a chat, again until there is a 2xx.

An update that is not taken blocks those behind it in the same chat, and holds one of the
connections. https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import aiohttp

from tests.platforms.journal import Json
from tests.platforms.telegram.updates import Updates

Answered = Callable[[Json], Awaitable[object]]
_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between the tries of one update


@dataclass(frozen=True, slots=True)
class Delivery:
    """One post of an update. `status` 0: no answer."""

    update: Json
    status: int
    body: str


@dataclass
class Webhook:
    """What `setWebhook` set, and the posting. `speed` shortens the pauses."""

    updates: Updates
    changed: Callable[[], None]
    answered: Answered
    speed: float = 1.0
    url: str = ""
    secret: str | None = None
    connections: int = 40
    last_error: tuple[int, str] | None = None
    deliveries: list[Delivery] = field(default_factory=list)
    _busy: set[str] = field(default_factory=set)
    _posting: set[asyncio.Task[None]] = field(default_factory=set)
    _http: aiohttp.ClientSession | None = None

    def pump(self) -> None:
        """Begin to post whatever may be posted now; called after every change."""
        if not self.url:
            return
        for update in self.updates.waiting:
            lane = _lane(update)
            if len(self._posting) >= self.connections:
                return
            if lane not in self._busy:
                self._busy.add(lane)
                task = asyncio.ensure_future(self._deliver(update, lane))
                self._posting.add(task)
                task.add_done_callback(self._posting.discard)

    async def post(
        self, update: object, *, secret: str | None = None, raw: bytes | None = None
    ) -> int:
        """Post once whatever is given and give the status, 0 without an answer."""
        delivery = await self._post(update, secret or self.secret, raw)
        self.deliveries.append(delivery)
        self.changed()
        return delivery.status

    async def post_all(self, updates: Sequence[Json], *, at_once: int = 40) -> list[int]:
        """Post once each, so many at once, in the given order; give the statuses."""
        room = asyncio.Semaphore(at_once)

        async def one(update: Json) -> int:
            async with room:
                return await self.post(update)

        return list(await asyncio.gather(*(one(update) for update in updates)))

    async def close(self) -> None:
        self.url = ""
        for task in list(self._posting):
            task.cancel()
        await asyncio.gather(*self._posting, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    async def _deliver(self, update: Json, lane: str) -> None:
        tries = 0
        try:
            while self.url and any(one is update for one in self.updates.waiting):
                delivery = await self._post(update, self.secret, None)
                self.deliveries.append(delivery)
                if 200 <= delivery.status < 300:
                    self.updates.done(update)
                    await self._answer_in(delivery.body)
                    break
                reason = f"Wrong response from the webhook: {delivery.status} {delivery.body[:80]}"
                self.last_error = (int(time.time()), reason)
                self.changed()
                await asyncio.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)] / self.speed)
                tries += 1
        finally:
            self._busy.discard(lane)
            asyncio.get_running_loop().call_soon(self.pump)
            self.changed()

    async def _answer_in(self, body: str) -> None:
        """Carry out a call that stands in the answer itself, as the Bot API allows."""
        try:
            told = json.loads(body) if body else None
        except ValueError:
            return
        if isinstance(told, dict) and "method" in told:
            await self.answered(told)

    async def _post(self, update: object, secret: str | None, raw: bytes | None) -> Delivery:
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=60)
            connector = aiohttp.TCPConnector(limit=0)
            self._http = aiohttp.ClientSession(timeout=timeout, connector=connector)
        body = raw if raw is not None else json.dumps(update).encode()
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            headers[_HEADER] = secret
        kept = update if isinstance(update, dict) else {}
        try:
            async with self._http.post(self.url, data=body, headers=headers) as response:
                return Delivery(kept, response.status, await response.text())
        except (aiohttp.ClientError, TimeoutError) as error:
            return Delivery(kept, 0, type(error).__name__)


def _lane(update: Json) -> str:
    """Name the queue within the queue: a chat, or the user whom it is about."""
    for value in update.values():
        if not isinstance(value, dict):
            continue
        for inner in (value, value.get("message")):
            chat = inner.get("chat") if isinstance(inner, dict) else None
            if isinstance(chat, dict) and "id" in chat:
                return f"chat:{chat['id']}"
        sender = value.get("from") or value.get("user")
        if isinstance(sender, dict):
            return f"chat:{sender.get('id')}"
    return f"update:{update.get('update_id')}"
