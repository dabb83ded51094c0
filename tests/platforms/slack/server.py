"""A Slack for one app: the Web API and everything around it in front, workspaces behind.

`SlackServer` is what tests hold: people who write, what they see, what was called and what was
against the specification, faults on request. https://docs.slack.dev/apis/web-api
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.platforms.faults import Faults, Kind, Trouble, cut, spoilt
from tests.platforms.journal import Call, Fault, Journal
from tests.platforms.rate import Limits
from tests.platforms.serving import serving
from tests.platforms.slack.arguments import arguments, token_of
from tests.platforms.slack.dispatch import Dispatch
from tests.platforms.slack.doors import HttpDoor, SocketDoor
from tests.platforms.slack.limits import faults as prose_faults
from tests.platforms.slack.methods import Grant, Methods, SlackError
from tests.platforms.slack.people import Person
from tests.platforms.slack.spec import web_api
from tests.platforms.slack.world import Place, Workspace

BOT_TOKEN = "xoxb-5150001234-our-own-platforms-bot"
APP_TOKEN = "xapp-1-A0NITKA001-5150001234-our-own-platforms"
SIGNING_SECRET = "5ec7e7of0ur0wnp1a7f0rm5"
CLIENT_ID, CLIENT_SECRET = "5150001234.6160005678", "c11en75ec7e7of0ur0wn"
SUBSCRIBED = frozenset(
    {
        "app_mention",
        "app_uninstalled",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
        "tokens_revoked",
    }
)
_OF_THE_APP = frozenset({"apps.connections.open"})
_OPEN = frozenset({"api.test", "oauth.v2.access"})


@dataclass
class _Answerable:
    """Where a `response_url` answers to, and how often it still may."""

    person: Person
    place: Place
    left: int = 5


class SlackServer:
    """One app in its workspaces. `speed`: how much faster limits and retries run."""

    def __init__(self, *, speed: float = 1.0) -> None:
        self.journal = Journal()
        self.faults = Faults()
        self.url = ""
        self.workspaces: dict[str, Workspace] = {}
        self.socket = SocketDoor(self.journal.changed)
        self.dispatch = Dispatch(self.socket, self.journal.changed, SUBSCRIBED, speed=speed)
        self.methods = Methods(self.dispatch, self.socket, Limits(speed=speed), lambda: self.url)
        self.home = self.workspace("T0NITKA01", "Nitka", bot_token=BOT_TOKEN)
        self._answerable: dict[str, _Answerable] = {}

    # ── for tests and the page ────────────────────────────────────────────────────────────

    @property
    def violations(self) -> list[str]:
        return [str(one) for one in self.journal.violations]

    @property
    def api(self) -> str:
        """Give what NITKA_SLACK_API is."""
        return f"{self.url}/api/"

    def over_http(self, url: str, *, secret: str = SIGNING_SECRET) -> HttpDoor:
        """Hand everything to this request URL from now on, signed."""
        self.dispatch.http = HttpDoor(url, secret)
        return self.dispatch.http

    def workspace(self, team: str, name: str, *, bot_token: str | None = None) -> Workspace:
        """Give a workspace by its id, new at the first call."""
        if team not in self.workspaces:
            token = bot_token or f"xoxb-{secrets.token_hex(8)}"
            self.workspaces[team] = Workspace(team, name, f"U{team[1:]}BOT", token)
        return self.workspaces[team]

    def person(
        self,
        user_id: str,
        name: str = "Anna Nowak",
        *,
        locale: str = "en-US",
        workspace: Workspace | None = None,
    ) -> Person:
        """Give a user by his id, new at the first call."""
        where = workspace or self.home
        first = name.partition(" ")[0]
        email = f"{first.lower()}.{user_id.lower()}@example.com"
        profile = {"real_name": name, "display_name": first, "email": email}
        user = {
            "id": user_id,
            "team_id": where.id,
            "name": first.lower(),
            "real_name": name,
            "deleted": False,
            "is_bot": False,
            "tz": "Europe/Warsaw",
            "tz_offset": 7200,
            "locale": locale,
            "profile": profile,
        }
        return Person(self, where, where.users.setdefault(user_id, user))

    def channel(self, place_id: str, name: str, *members: Person) -> Place:
        """Give a channel of the home workspace with the bot and some people in it."""
        joined = {self.home.bot_user, *(person.id for person in members)}
        return self.home.places.setdefault(place_id, Place(place_id, name, joined))

    def grant(self, workspace: Workspace, redirect_uri: str) -> str:
        """Let somebody of a workspace allow the app; gives OAuth's code."""
        code = secrets.token_hex(12)
        self.methods.grants[code] = Grant(workspace, redirect_uri)
        return code

    def response_url(self, person: Person, place: Place) -> str:
        token = secrets.token_hex(12)
        self._answerable[token] = _Answerable(person, place)
        return f"{self.url}/actions/{person.workspace.id}/{token}"

    async def until(self, condition: Any, *, seconds: float = 60) -> None:
        """Wait until a condition holds, see `Journal.until`."""
        await self.journal.until(condition, seconds=seconds)

    # ── HTTP ──────────────────────────────────────────────────────────────────────────────

    def app(self) -> web.Application:
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_get("/link/", self.socket.serve)
        app.router.add_post("/upload/v1/{ticket}", self._take_upload)
        app.router.add_get("/files-pri/{team_file}/{name}", self._serve_file)
        app.router.add_post("/actions/{team}/{token}", self._respond)
        app.router.add_get("/oauth/v2/authorize", self._authorize)
        return app

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await arguments(request)
        token = token_of(request, given)
        trouble = self.faults.take(method, given)
        if trouble is not None and trouble.kind.before:
            return self._troubled(request, method, given, trouble)
        found: list[Fault] = []
        try:
            answer = self._answer(method, given, token, found)
        except SlackError as error:
            answer = _refused(error)
        self.journal.note(Call(method, given, answer.status), found)
        return await spoilt(request, answer, trouble)

    def _answer(
        self, method: str, given: Mapping[str, Any], token: str, found: list[Fault]
    ) -> web.Response:
        if not web_api().knows(method):
            found.append(Fault("", f"there is no method {method}"))
            raise SlackError("unknown_method", req_method=method)
        workspace = self._whose(method, token)
        reading = web_api().read(method, given)
        found += reading.faults
        if reading.refusal is None:
            found += prose_faults(method, reading.values)
        refusal = next((fault for fault in found if fault.refusal), None)
        if refusal is not None:
            told = [f"[ERROR] {refusal.where}: {refusal.what}"]
            raise SlackError(str(refusal.refusal), response_metadata={"messages": told})
        result = self.methods.call(method, reading.values, workspace)
        return web.json_response({"ok": True, **result})

    def _whose(self, method: str, token: str) -> Workspace | None:
        if method in _OPEN:
            return None
        if method in _OF_THE_APP:
            if token != APP_TOKEN:
                wrong = "not_allowed_token_type" if token.startswith("xox") else "invalid_auth"
                raise SlackError(wrong if token else "not_authed")
            return None
        if not token:
            raise SlackError("not_authed")
        for workspace in self.workspaces.values():
            if token == workspace.bot_token:
                if not workspace.installed:
                    raise SlackError("account_inactive")
                return workspace
        raise SlackError("invalid_auth")

    def _troubled(
        self, request: web.Request, method: str, given: Mapping[str, Any], trouble: Trouble
    ) -> web.Response:
        if trouble.kind is Kind.DROP:
            self.journal.note(Call(method, given, 0), [])
            return cut(request)
        if trouble.kind is Kind.LIMITED:
            answer = _refused(SlackError("ratelimited", retry_after=max(1, round(trouble.seconds))))
        else:
            answer = web.Response(text="upstream connect error", status=trouble.status)
        self.journal.note(Call(method, given, answer.status), [])
        return answer

    async def _take_upload(self, request: web.Request) -> web.Response:
        found = self.methods.uploads.pop(request.match_info["ticket"], None)
        if found is None:
            return web.Response(text="Not found", status=404)
        _, kept = found
        if request.content_type == "multipart/form-data":
            form = await request.post()
            files = [value for value in form.values() if isinstance(value, web.FileField)]
            kept.content = files[0].file.read() if files else b""
        else:
            kept.content = await request.read()
        kept.uploaded = True
        wrong = len(kept.content) != kept.described["size"]
        faults = [Fault("length", "not as long as was said")] if wrong else []
        self.journal.note(Call("upload", {"file": kept.id}, 200), faults)
        return web.Response(text=f"OK - {len(kept.content)}")

    async def _serve_file(self, request: web.Request) -> web.Response:
        team, _, file_id = request.match_info["team_file"].partition("-")
        workspace = self.workspaces.get(team)
        kept = workspace.files.get(file_id) if workspace else None
        if workspace is None or kept is None:
            return web.Response(text="Not found", status=404)
        if request.headers.get("Authorization") != f"Bearer {workspace.bot_token}":
            page = "<!DOCTYPE html><html><title>Sign in | Slack</title></html>"
            return web.Response(text=page, content_type="text/html")
        return web.Response(body=kept.content, content_type=kept.described["mimetype"])

    async def _respond(self, request: web.Request) -> web.Response:
        """Take what an app answers later to a press or a command: five times at most."""
        to = self._answerable.get(request.match_info["token"])
        if to is None or to.left == 0:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        to.left -= 1
        told = await request.json()
        found = prose_faults("chat.postMessage", told)
        self.journal.note(Call("response_url", told, 200), found)
        workspace = to.person.workspace
        posted = workspace.post(
            to.place, user=workspace.bot_user, bot_id=workspace.bot_id, text=told.get("text", "")
        )
        posted.only = None if told.get("response_type") == "in_channel" else to.person.id
        return web.json_response({"ok": True})

    async def _authorize(self, request: web.Request) -> web.Response:
        """Allow the app at once, in the newest workspace, and send the browser back."""
        redirect = request.query.get("redirect_uri", "")
        code = self.grant(list(self.workspaces.values())[-1], redirect)
        raise web.HTTPFound(f"{redirect}?code={code}&state={request.query.get('state', '')}")


@asynccontextmanager
async def slack_server(*, port: int = 0, speed: float = 1.0) -> AsyncIterator[SlackServer]:
    """Run a Slack for the length of the block; `api` is what NITKA_SLACK_API is."""
    server = SlackServer(speed=speed)
    async with serving(server.app(), port=port) as bound:
        server.url = f"http://127.0.0.1:{bound}"
        try:
            yield server
        finally:
            await server.dispatch.close()
            await server.socket.drop()


def _refused(error: SlackError) -> web.Response:
    told = {"ok": False, "error": error.error, **error.more}
    if error.retry_after is None:
        return web.json_response(told)
    return web.json_response(told, status=429, headers={"Retry-After": str(error.retry_after)})
