"""A Telegram Bot API server for one bot: HTTP in front, the world behind.

`TelegramServer` is what tests hold: people who write, what they see, what was called and what was
against the specification, faults on request. https://core.telegram.org/bots/api
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.platforms.faults import Faults, Kind, Trouble, cut, spoilt
from tests.platforms.journal import Call, Fault, Journal, Json, Reading
from tests.platforms.rate import Limits
from tests.platforms.serving import serving
from tests.platforms.telegram.limits import faults as prose_faults
from tests.platforms.telegram.methods import ApiError, Methods, Rates
from tests.platforms.telegram.people import Person
from tests.platforms.telegram.spec import Upload, bot_api
from tests.platforms.telegram.updates import Updates
from tests.platforms.telegram.webhook import Webhook
from tests.platforms.telegram.world import Room, World

TOKEN = "5150001234:AAE-platforms_of_our_own_0123456789abc"
_LONGEST_WAIT = 50.0


class TelegramServer:
    """One bot and everybody around it. `speed`: how much faster its clock runs."""

    def __init__(
        self, *, token: str = TOKEN, speed: float = 1.0, rates: Rates | None = None
    ) -> None:
        self.token = token
        self.journal = Journal()
        self.faults = Faults()
        bot = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Nitka",
            "username": "nitka_shop_bot",
        }
        self.world = World(bot)
        self.updates = Updates(self._changed)
        self.webhook = Webhook(self.updates, self.journal.changed, self._answered, speed=speed)
        limits = Limits(speed=speed)
        self.methods = Methods(self.world, self.updates, self.webhook, limits, rates or Rates())
        self.url = ""
        self._polls: list[asyncio.Event] = []
        self._came = asyncio.Event()

    # ── for tests and the page ────────────────────────────────────────────────────────────

    @property
    def violations(self) -> list[str]:
        return [str(one) for one in self.journal.violations]

    @property
    def polled(self) -> bool:
        """Say whether the bot waits for updates right now."""
        return bool(self._polls)

    def person(self, number: int, name: str = "Anna", *, language: str | None = "en") -> Person:
        """Give a user by his number, new at the first call."""
        user: Json = {"id": number, "is_bot": False, "first_name": name}
        if language:
            user["language_code"] = language
        if number not in self.world.rooms:
            chat = {"id": number, "type": "private", "first_name": name}
            self.world.rooms[number] = Room(chat)
        return Person(self, user)

    def group(self, number: int, title: str = "Friends", *, kind: str = "supergroup") -> Room:
        """Give a group by its (negative) number, new at the first call."""
        room = Room({"id": number, "type": kind, "title": title})
        return self.world.rooms.setdefault(number, room)

    async def until(self, condition: Any, *, seconds: float = 60) -> None:
        """Wait until a condition holds, see `Journal.until`."""
        await self.journal.until(condition, seconds=seconds)

    # ── HTTP ──────────────────────────────────────────────────────────────────────────────

    def app(self) -> web.Application:
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.*}", self._serve_file)
        return app

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _refused(ApiError(401, "Unauthorized"))
        given, files = await _parameters(request)
        trouble = self.faults.take(method, given)
        if trouble is not None and trouble.kind.before:
            return self._troubled(request, method, given, trouble)
        answer, found = await self._answer(method, given, files)
        self.journal.note(Call(method, given, answer.status), found)
        return await spoilt(request, answer, trouble)

    def _troubled(
        self, request: web.Request, method: str, given: Mapping[str, Any], trouble: Trouble
    ) -> web.Response:
        """Refuse a call for no fault of its own."""
        if trouble.kind is Kind.DROP:
            self.journal.note(Call(method, given, 0), [])
            return cut(request)
        error = ApiError(trouble.status, "Internal Server Error")
        if trouble.kind is Kind.LIMITED:
            seconds = max(1, round(trouble.seconds))
            text = f"Too Many Requests: retry after {seconds}"
            error = ApiError(429, text, retry_after=seconds)
        self.journal.note(Call(method, given, error.code), [])
        return _refused(error)

    async def _answer(
        self, method: str, given: Mapping[str, Any], files: Mapping[str, Upload]
    ) -> tuple[web.Response, list[Fault]]:
        if not bot_api().knows(method):
            unknown = ApiError(404, "Not Found: method not found")
            return _refused(unknown), [Fault("", f"there is no method {method}")]
        reading = bot_api().read(method, given, files)
        if reading.refusal is None:
            reading = Reading(reading.values, reading.faults + prose_faults(method, reading.values))
        if reading.refusal is not None:
            return _refused(ApiError(400, reading.refusal)), reading.faults
        try:
            result = await self._carry_out(method, reading.values)
        except ApiError as error:
            return _refused(error), reading.faults
        return web.json_response({"ok": True, "result": result}), reading.faults

    async def _carry_out(self, method: str, values: Json) -> Any:
        if method == "getUpdates":
            return await self._poll(values)
        return await self.methods.call(method, values)

    async def _answered(self, told: Json) -> None:
        """Carry out a call that a webhook's answer carries."""
        given = {name: value for name, value in told.items() if name != "method"}
        answer, found = await self._answer(str(told["method"]), given, {})
        self.journal.note(Call(str(told["method"]), given, answer.status), found)

    async def _poll(self, values: Json) -> list[Json]:
        """Give updates, waiting for the first; a second poll ends the one before it."""
        if self.webhook.url:
            active = "can't use getUpdates method while webhook is active; use deleteWebhook"
            raise ApiError(409, f"Conflict: {active} to delete the webhook first")
        if values.get("allowed_updates") is not None:
            self.updates.allowed = values["allowed_updates"] or None
        for other in self._polls:
            other.set()
        ended = asyncio.Event()
        self._polls.append(ended)
        offset, limit = values.get("offset", 0), values.get("limit", 100)
        end = asyncio.get_running_loop().time() + min(values.get("timeout", 0), _LONGEST_WAIT)
        try:
            while not (found := self.updates.get(offset, limit)):
                left = end - asyncio.get_running_loop().time()
                if left <= 0 or self.webhook.url:
                    break
                await self._update_or(ended, left)
                if ended.is_set():
                    why = "terminated by other getUpdates request; make sure that only one"
                    raise ApiError(409, f"Conflict: {why} bot instance is running")
            return found
        finally:
            self._polls.remove(ended)

    async def _update_or(self, ended: asyncio.Event, seconds: float) -> None:
        waiting = asyncio.ensure_future(self._came.wait())
        stopped = asyncio.ensure_future(ended.wait())
        try:
            both = {waiting, stopped}
            await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            stopped.cancel()

    def _changed(self) -> None:
        self._came.set()
        self._came = asyncio.Event()
        self.journal.changed()
        self.webhook.pump()

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        trouble = self.faults.take("file", {"path": path})
        if trouble is not None and trouble.kind.before:
            return self._troubled(request, "file", {"path": path}, trouble)
        kept = next((one for one in self.world.files.values() if one.path == path), None)
        if request.match_info["token"] != self.token or kept is None:
            return _refused(ApiError(404, "Not Found"))
        return web.Response(body=kept.content, content_type="application/octet-stream")


@asynccontextmanager
async def telegram_server(
    *, token: str = TOKEN, port: int = 0, speed: float = 1.0, rates: Rates | None = None
) -> AsyncIterator[TelegramServer]:
    """Run a Bot API server for the length of the block; `url` is what NITKA_TELEGRAM_API is."""
    server = TelegramServer(token=token, speed=speed, rates=rates)
    async with serving(server.app(), port=port) as bound:
        server.url = f"http://127.0.0.1:{bound}"
        try:
            yield server
        finally:
            await server.webhook.close()


def _refused(error: ApiError) -> web.Response:
    told: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        told["parameters"] = error.parameters
    return web.json_response(told, status=error.code)


async def _parameters(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Read parameters from wherever the Bot API allows them, and files from a multipart body."""
    given: Json = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        body = await request.read()
        told = json.loads(body) if body else {}
        given |= told if isinstance(told, dict) else {}
    elif request.method == "POST":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[name] = Upload(value.filename, value.file.read(), value.content_type)
            else:
                given[name] = value.decode() if isinstance(value, bytes) else value
    return given, files
