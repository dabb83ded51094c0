"""What the Web API's methods do. Arguments come checked and in their types."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.journal import Json
from tests.platforms.rate import Drip, Limits, Window
from tests.platforms.slack.dispatch import APP, Dispatch
from tests.platforms.slack.doors import SocketDoor
from tests.platforms.slack.limits import HISTORY, POSTS, SCOPES, TIER, TIERS
from tests.platforms.slack.world import KeptFile, Place, Posted, Workspace


class SlackError(Exception):
    """An answer with `ok: false`. `retry_after` (seconds) makes it a 429."""

    def __init__(self, error: str, *, retry_after: int | None = None, **more: object) -> None:
        super().__init__(error)
        self.error, self.retry_after, self.more = error, retry_after, more


@dataclass
class Grant:
    """A code of OAuth, good for one exchange."""

    workspace: Workspace
    redirect_uri: str


@dataclass
class Methods:
    """The methods of one app. `call` carries out one for the workspace of its token."""

    dispatch: Dispatch
    socket: SocketDoor
    limits: Limits
    origin: Callable[[], str]
    grants: dict[str, Grant] = field(default_factory=dict)
    uploads: dict[str, tuple[Workspace, KeptFile]] = field(default_factory=dict)
    views: list[Json] = field(default_factory=list)
    statuses: list[Json] = field(default_factory=list)

    def call(self, method: str, values: Json, workspace: Workspace | None) -> Json:
        """Give the answer without `ok`. Raises `SlackError`.

        `workspace` is None for calls that carry no bot token.
        """
        if workspace is None:
            return self._without_workspace(method, values)
        self._check_scope(method, workspace)
        self._check_rate(method, values, workspace)
        own: dict[str, Callable[[Json, Workspace], Json]] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "conversations.open": self._open,
            "conversations.info": lambda v, w: {"channel": _channel(self._place(v, w))},
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "users.info": self._user,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete_upload,
            "files.info": self._file_info,
            "files.delete": self._delete_file,
            "views.open": self._view,
            "views.publish": self._view,
            "assistant.threads.setStatus": self._status,
            "api.test": lambda _v, _w: {},
        }
        if method not in own:
            raise SlackError("unknown_method")
        return own[method](values, workspace)

    def _without_workspace(self, method: str, values: Json) -> Json:
        if method == "apps.connections.open":
            ticket = secrets.token_hex(8)
            self.socket.tickets.add(ticket)
            origin = self.origin().replace("http://", "ws://", 1)
            return {"url": f"{origin}/link/?ticket={ticket}&app_id={APP}"}
        if method == "oauth.v2.access":
            return self._exchange(values)
        if method == "api.test":
            return {}
        raise SlackError("not_authed")

    def _check_scope(self, method: str, workspace: Workspace) -> None:
        needed = SCOPES.get(method)
        if needed and not workspace.scopes & set(needed):
            provided = ",".join(sorted(workspace.scopes))
            raise SlackError("missing_scope", needed=needed[0], provided=provided)

    def _check_rate(self, method: str, values: Json, workspace: Workspace) -> None:
        asked: list[tuple[Hashable, Window | Drip]] = []
        if method == "chat.postMessage":
            asked.append(((workspace.id, values.get("channel")), POSTS))
        elif method in TIER:
            asked.append(((workspace.id, method), TIERS[TIER[method]]))
        wait = self.limits.wait(*asked)
        if wait > 0:
            raise SlackError("ratelimited", retry_after=max(1, int(wait + 0.999)))

    # ── messages ──────────────────────────────────────────────────────────────────────────

    def _place(self, values: Json, workspace: Workspace) -> Place:
        name = str(values.get("channel") or values.get("channel_id") or "")
        if name in workspace.users:
            return workspace.direct(name)
        place = workspace.places.get(name)
        if place is None or (place.kind == "im" and workspace.bot_user not in place.members):
            raise SlackError("channel_not_found")
        return place

    def _post(self, values: Json, workspace: Workspace) -> Json:
        place = self._place(values, workspace)
        if workspace.bot_user not in place.members:
            raise SlackError("not_in_channel")
        if place.archived:
            raise SlackError("is_archived")
        kept = ("text", "blocks", "attachments", "thread_ts", "metadata")
        content = {name: values[name] for name in kept if values.get(name) is not None}
        posted = self._say(workspace, place, **content)
        return {"channel": place.id, "ts": posted.ts, "message": posted.message}

    def _say(self, workspace: Workspace, place: Place, **content: object) -> Posted:
        """Post as the bot; the app hears of that too, as of any message."""
        posted = workspace.post(
            place, user=workspace.bot_user, bot_id=workspace.bot_id, app_id=APP, **content
        )
        event = {name: value for name, value in posted.message.items() if name != "metadata"}
        event |= {"channel": place.id, "channel_type": place.kind, "event_ts": posted.ts}
        self.dispatch.event(workspace, event)
        self.dispatch.changed()
        return posted

    def _mine(self, values: Json, workspace: Workspace) -> Posted:
        posted = self._place(values, workspace).find(str(values["ts"]))
        if posted is None:
            raise SlackError("message_not_found")
        if posted.message.get("user") != workspace.bot_user:
            raise SlackError("cant_update_message")
        return posted

    def _update(self, values: Json, workspace: Workspace) -> Json:
        posted = self._mine(values, workspace)
        posted.message |= {k: values[k] for k in ("text", "blocks") if values.get(k) is not None}
        posted.message["edited"] = {"user": workspace.bot_user, "ts": workspace.ts()}
        return {"channel": values["channel"], "ts": posted.ts, "text": posted.text}

    def _delete(self, values: Json, workspace: Workspace) -> Json:
        posted = self._mine(values, workspace)
        posted.deleted = True
        return {"channel": values["channel"], "ts": posted.ts}

    def _history(self, values: Json, workspace: Workspace) -> Json:
        place = self._readable(values, workspace)
        shown = [one for one in place.messages if one.thread is None and not one.only]
        return _page(values, list(reversed(shown)))

    def _replies(self, values: Json, workspace: Workspace) -> Json:
        place, thread = self._readable(values, workspace), str(values["ts"])
        if place.find(thread) is None:
            raise SlackError("thread_not_found")
        return _page(values, [m for m in place.messages if thread in (m.ts, m.thread)])

    def _readable(self, values: Json, workspace: Workspace) -> Place:
        place = self._place(values, workspace)
        needed = HISTORY[place.id[0]]
        if needed not in workspace.scopes:
            raise SlackError("missing_scope", needed=needed)
        if workspace.bot_user not in place.members:
            raise SlackError("not_in_channel")
        return place

    # ── people, files, the rest ───────────────────────────────────────────────────────────

    def _auth_test(self, _values: Json, workspace: Workspace) -> Json:
        return {
            "url": f"https://{workspace.name.lower()}.slack.com/",
            "team": workspace.name,
            "user": "nitka",
            "team_id": workspace.id,
            "user_id": workspace.bot_user,
            "bot_id": workspace.bot_id,
            "is_enterprise_install": False,
        }

    def _open(self, values: Json, workspace: Workspace) -> Json:
        if values.get("channel"):
            return {"no_op": True, "channel": {"id": self._place(values, workspace).id}}
        user = workspace.users.get(str(values.get("users") or ""))
        if user is None:
            raise SlackError("user_not_found" if values.get("users") else "users_list_not_supplied")
        if user.get("deleted"):
            raise SlackError("user_disabled")
        return {"channel": {"id": workspace.direct(user["id"]).id}}

    def _user(self, values: Json, workspace: Workspace) -> Json:
        user = workspace.users.get(str(values["user"]))
        if user is None:
            raise SlackError("user_not_found")
        told = {**user, "profile": dict(user["profile"])}
        if "users:read.email" not in workspace.scopes:
            told["profile"].pop("email", None)
        if not values.get("include_locale"):
            told.pop("locale", None)
        return {"user": told}

    def _upload_url(self, values: Json, workspace: Workspace) -> Json:
        kept = workspace.keep(
            str(values["filename"]),
            int(values["length"]),
            "application/octet-stream",
            owner=workspace.bot_user,
            base=self.origin(),
        )
        ticket = secrets.token_hex(12)
        self.uploads[ticket] = (workspace, kept)
        return {"upload_url": f"{self.origin()}/upload/v1/{ticket}", "file_id": kept.id}

    def _complete_upload(self, values: Json, workspace: Workspace) -> Json:
        files = []
        for one in values["files"]:
            kept = workspace.files.get(str(one.get("id")))
            if kept is None or not kept.uploaded or kept.shared:
                raise SlackError("file_not_found" if kept is None else "invalid_arguments")
            kept.described["title"] = one.get("title") or kept.described["name"]
            files.append(kept)
        if values.get("channel_id"):
            content: Json = {"text": values.get("initial_comment") or ""}
            if values.get("thread_ts"):
                content["thread_ts"] = values["thread_ts"]
            place = self._place(values, workspace)
            described = [kept.described for kept in files]
            self._say(workspace, place, files=described, upload=False, **content)
        for kept in files:
            kept.shared = True
        return {"files": [kept.described for kept in files]}

    def _file_info(self, values: Json, workspace: Workspace) -> Json:
        kept = workspace.files.get(str(values["file"]))
        if kept is None:
            raise SlackError("file_not_found")
        return {"file": kept.described}

    def _delete_file(self, values: Json, workspace: Workspace) -> Json:
        """Take a file away, and the message that showed nothing else."""
        kept = workspace.files.pop(str(values["file"]), None)
        if kept is None:
            raise SlackError("file_not_found")
        for place in workspace.places.values():
            for posted in place.messages:
                files = posted.message.get("files") or []
                if kept.described in files:
                    posted.message["files"] = [one for one in files if one != kept.described]
                    posted.deleted = not posted.message["files"] and not posted.text
        return {}

    def _view(self, values: Json, _workspace: Workspace) -> Json:
        self.views.append(values)
        return {"view": {"id": f"V{len(self.views):08d}", **(values.get("view") or {})}}

    def _status(self, values: Json, _workspace: Workspace) -> Json:
        self.statuses.append(values)
        return {}

    def _exchange(self, values: Json) -> Json:
        grant = self.grants.pop(str(values.get("code")), None)
        if grant is None:
            raise SlackError("invalid_code")
        if values.get("redirect_uri") != grant.redirect_uri:
            raise SlackError("bad_redirect_uri")
        workspace = grant.workspace
        workspace.installed = True
        return {
            "access_token": workspace.bot_token,
            "token_type": "bot",
            "scope": ",".join(sorted(workspace.scopes)),
            "bot_user_id": workspace.bot_user,
            "app_id": APP,
            "team": {"id": workspace.id, "name": workspace.name},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": next(iter(workspace.users), "U0INSTALL1")},
        }


def _channel(place: Place) -> Json:
    return {"id": place.id, "name": place.name, f"is_{place.kind}": True}


def _page(values: Json, shown: list[Posted]) -> Json:
    """Give one page of messages within the asked times, in the given order."""
    oldest, latest = float(values.get("oldest") or 0), float(values.get("latest") or "inf")
    inclusive = bool(values.get("inclusive"))

    def within(posted: Posted) -> bool:
        at = float(posted.ts)
        return oldest < at < latest or (inclusive and at in (oldest, latest))

    wanted = [posted for posted in shown if within(posted) and not posted.deleted]
    start, most = int(values.get("cursor") or 0), int(values.get("limit") or 100)
    page = [dict(posted.message) for posted in wanted[start : start + most]]
    if not values.get("include_all_metadata"):
        for message in page:
            message.pop("metadata", None)
    more = start + most < len(wanted)
    answer: Any = {"messages": page, "has_more": more}
    if more:
        answer["response_metadata"] = {"next_cursor": str(start + most)}
    return dict(answer)
