"""The page on which one types as a Telegram or Slack user and sees what that user sees.

`GET /` the page · `GET /events` what everybody sees, whenever it changes (server-sent events) ·
`POST /act` something a person does, or a trouble that is ordered · `GET /file/…` files in chats.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.platforms.faults import Kind
from tests.platforms.journal import Json
from tests.platforms.slack.people import Person as SlackPerson
from tests.platforms.slack.server import SlackServer
from tests.platforms.slack.world import Place, Posted
from tests.platforms.telegram.people import Person as TelegramPerson
from tests.platforms.telegram.server import TelegramServer
from tests.platforms.telegram.world import Room, Shown

_PAGE = Path(__file__).with_name("page.html")
_EVERY = 0.3  # seconds between two looks, at most


@dataclass
class Page:
    """Both platforms with some people on each."""

    telegram: TelegramServer
    slack: SlackServer
    nitka: str
    _telegram: dict[str, TelegramPerson] = field(default_factory=dict)
    _slack: dict[str, SlackPerson] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, (name, language) in enumerate((("Anna", "en"), ("Иван", "ru"), ("Ola", "pl"))):
            person = self.telegram.person(1001 + number, name, language=language)
            self._telegram[str(person.id)] = person
            user = self.slack.person(f"U0USER00{number}", name, locale=f"{language}-XX")
            self._slack[user.id] = user
        self.group = self.telegram.group(-1001234567890, "Friends")
        self.channel = self.slack.channel("C0GENERAL", "general", *self._slack.values())

    def app(self) -> web.Application:
        app = web.Application(client_max_size=30 * 1024 * 1024)
        app.router.add_get("/", self._page)
        app.router.add_get("/events", self._events)
        app.router.add_post("/act", self._act)
        app.router.add_post("/upload/{platform}/{person}", self._upload)
        app.router.add_get("/file/{platform}/{file}", self._file)
        return app

    def state(self) -> Json:
        """Tell what everybody sees now."""
        return {
            "nitka": self.nitka,
            "telegram": {
                "people": [self._seen_on_telegram(one) for one in self._telegram.values()],
                "group": _room(self.group),
                "violations": self.telegram.violations[-50:],
                "calls": _calls(self.telegram),
            },
            "slack": {
                "people": [self._seen_on_slack(one) for one in self._slack.values()],
                "channel": _place(self.channel, None),
                "violations": self.slack.violations[-50:],
                "calls": _calls(self.slack),
            },
        }

    def _seen_on_telegram(self, person: TelegramPerson) -> Json:
        blocked = person.chat.forbids is not None
        named = {"id": str(person.id), "name": person.user["first_name"], "blocked": blocked}
        return {**named, **_room(person.chat)}

    def _seen_on_slack(self, person: SlackPerson) -> Json:
        return {"id": person.id, "name": person.user["real_name"], **_place(person.chat, person.id)}

    async def _page(self, _: web.Request) -> web.Response:
        return web.Response(text=_PAGE.read_text("utf-8"), content_type="text/html")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        before = ""
        while True:
            now = json.dumps(self.state(), ensure_ascii=False)
            if now != before:
                await stream.write(f"data: {now}\n\n".encode())
                before = now
            await asyncio.sleep(_EVERY)

    async def _act(self, request: web.Request) -> web.Response:
        told: Json = await request.json()
        acts = self._on_telegram if told["platform"] == "telegram" else self._on_slack
        try:
            acts(told)[told["act"]]()
        except (KeyError, AssertionError, StopIteration) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({})

    def _on_telegram(self, told: Json) -> dict[str, Callable[[], Any]]:
        person = self._telegram[told["person"]]
        room = self.group if told.get("shared") else person.chat
        text = str(told.get("text", ""))

        def message() -> Shown:
            return next(m for m in room.messages if str(m.id) == told["message"])

        return {
            "say": lambda: person.say(text, room=room),
            "press": lambda: person.press_data(message(), told["data"]),
            "edit": lambda: person.edit(message(), text),
            "block": person.block,
            "unblock": person.unblock,
            "location": lambda: person.location(52.2297, 21.0122),
            "contact": lambda: person.contact("+48123456789"),
            "sticker": person.sticker,
            "restart": self.telegram.updates.restart,
            "fault": lambda: self.telegram.faults.plan(told["method"], Kind(told["kind"])),
        }

    def _on_slack(self, told: Json) -> dict[str, Callable[[], Any]]:
        person, text = self._slack[told["person"]], str(told.get("text", ""))
        shared, thread = bool(told.get("shared")), told.get("thread") or None
        place = self.channel if shared else person.chat

        def message() -> Posted:
            return next(m for m in place.messages if m.ts == told["message"])

        def say() -> object:
            if text.startswith("/"):
                return person.command(text, place=place)
            if shared:
                return person.mention(place, text, thread=thread)
            return person.say(text, thread=thread)

        def press() -> object:
            button = next(b for b in message().buttons if b.get("value") == told["data"])
            return person.press_button(place, message(), button)

        return {
            "say": say,
            "press": press,
            "edit": lambda: person.edit(message(), text, place=place),
            "delete": lambda: person.delete(message(), place=place),
            "drop": lambda: asyncio.ensure_future(self.slack.socket.drop()),
            "renew": lambda: asyncio.ensure_future(self.slack.socket.renew()),
            "fault": lambda: self.slack.faults.plan(told["method"], Kind(told["kind"])),
        }

    async def _upload(self, request: web.Request) -> web.Response:
        content, name = await request.read(), request.query.get("name", "file")
        kind, who = request.content_type, request.match_info["person"]
        if request.match_info["platform"] == "slack":
            self._slack[who].upload(content, name, kind)
        elif kind in ("image/jpeg", "image/png"):
            self._telegram[who].photo(content)
        else:
            self._telegram[who].document(content, name, kind)
        return web.json_response({})

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["file"]
        if request.match_info["platform"] == "telegram":
            kept = self.telegram.world.files.get(name)
            return web.Response(body=kept.content if kept else b"")
        found = self.slack.home.files.get(name)
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found.content, content_type=found.described["mimetype"])


def _room(room: Room) -> Json:
    return {
        "typing": room.typing,
        "messages": [
            {
                "id": str(one.id),
                "who": one.message["from"]["first_name"],
                "bot": one.by_bot,
                "text": one.text,
                "buttons": [
                    {"title": b["text"], "data": b.get("callback_data", "")} for b in one.buttons
                ],
                "files": [one.file_id()] if one.file_id() else [],
                "edited": "edit_date" in one.message,
            }
            for one in room.messages
            if not one.deleted
        ],
    }


def _place(place: Place, person: str | None) -> Json:
    return {
        "typing": False,
        "messages": [
            {
                "id": one.ts,
                "who": "Nitka" if one.by_bot else one.message.get("user"),
                "bot": one.by_bot,
                "text": one.text,
                "thread": one.thread,
                "only": one.only is not None,
                "buttons": [
                    {"title": b["text"]["text"], "data": b.get("value", "")} for b in one.buttons
                ],
                "files": [file["id"] for file in one.message.get("files", [])],
                "edited": "edited" in one.message,
            }
            for one in place.messages
            if not one.deleted and one.only in (None, person)
        ],
    }


def _calls(server: TelegramServer | SlackServer) -> list[str]:
    shown = [one for one in server.journal.calls if one.method != "getUpdates"][-30:]
    return [f"{one.status} {one.method}" for one in reversed(shown)]
