"""Reads the events of Slack's Events API; pure.

Source: https://docs.slack.dev/reference/events and …/events/message (its subtypes)
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.fields import Json, digest, items, obj, snake
from connectors.slack.fields import name_of, text, ts_of
from connectors.slack.files import attachments
from connectors.slack.plain import mentions, plain, without_mention
from nitka.domain.address import Address, Channel
from nitka.domain.inbound import Deleted, Edited, Ignored, Inbound, Incoming

# What the manifest subscribes to; a test holds the two against each other.
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
_SAID = frozenset({"", "file_share", "me_message", "thread_broadcast"})
_WITHOUT_A_TURN = frozenset({"app_uninstalled", "tokens_revoked", "app_rate_limited"})
SLACKBOT = "USLACKBOT"
HELP = "/help"


@dataclass(frozen=True, slots=True)
class _Event:
    """One event with what its wrapper says. `bot` is our bot's user id, if it is known."""

    body: Json
    account: str
    native_id: str
    bot: str | None

    @property
    def channel(self) -> str | None:
        return name_of(self.body, "channel")

    @property
    def direct(self) -> bool:
        kind = self.body.get("channel_type")
        if isinstance(kind, str) and kind:
            return kind in ("im", "app_home")
        return (self.channel or "").startswith("D")

    def ignored(self, reason: str) -> Ignored:
        return Ignored(Channel.SLACK, self.account, self.native_id, reason)

    def address(self, user: str) -> Address:
        return Address(Channel.SLACK, self.account, user)


def event(wrapper: Json, account: str, bot: str | None) -> Incoming:
    """Give what the event in an `event_callback` means."""
    body = obj(wrapper, "event")
    event_id = name_of(wrapper, "event_id")
    native_id = f"event:{event_id}" if event_id else f"payload:{digest(wrapper)}"
    one = _Event(body, account, native_id, bot)
    kind = body.get("type")
    if not isinstance(kind, str) or not kind:
        return one.ignored("malformed")
    if kind == "message":
        return _message(one)
    if kind == "app_mention":
        return _mention(one)
    return one.ignored(kind if kind in _WITHOUT_A_TURN else f"unknown_{snake(kind)}")


def _message(one: _Event) -> Incoming:
    subtype = one.body.get("subtype") or ""
    if not isinstance(subtype, str):
        return one.ignored("malformed")
    if subtype == "message_changed":
        return _changed(one)
    if subtype == "message_deleted":
        return _deleted(one, text_ts=ts_of(one.body, "deleted_ts"))
    if reason := _no_turn(one, subtype):
        return one.ignored(reason)
    ts, thread = ts_of(one.body, "ts"), ts_of(one.body, "thread_ts")
    place = f"{one.channel}:{thread}" if one.channel and thread and thread != ts else None
    return _said(one, native_id=one.native_id, place=place)


def _no_turn(one: _Event, subtype: str) -> str | None:
    """Say why a message starts no turn; None if it does."""
    if reason := _not_a_person(one, one.body):
        return reason
    if subtype not in _SAID:
        return f"unknown_message_{snake(subtype)}"
    if one.direct:
        return None
    addressed = mentions(text(one.body, "text"), one.bot)
    return "comes_as_mention" if addressed else "not_addressed"


def _mention(one: _Event) -> Incoming:
    """Read a mention, to be answered in its thread, which it begins if there is none.

    Slack tells of a mention again when its message is edited, as another event. So the message
    itself is the identity here; the edit comes apart.
    """
    if reason := _not_a_person(one, one.body):
        return one.ignored(reason)
    ts = ts_of(one.body, "ts")
    if one.channel is None:
        return one.ignored("malformed")
    native_id = f"mention:{one.channel}:{ts}" if ts else one.native_id
    place = f"{one.channel}:{ts_of(one.body, 'thread_ts') or ts or ''}"
    return _said(one, native_id=native_id, place=place, mentioned=True)


def _said(one: _Event, *, native_id: str, place: str | None, mentioned: bool = False) -> Incoming:
    user = name_of(one.body, "user")
    if user is None:
        return one.ignored("malformed")
    said = text(one.body, "text")
    if mentioned or mentions(said, one.bot):
        said = without_mention(said, one.bot)
    files, links = attachments(one.body, one.account)
    lines = [plain(said), *_shared(one.body), *links]
    whole = "\n".join(line for line in lines if line)
    if not whole and not files:
        if not mentioned:
            return one.ignored("nothing_said")
        whole = HELP
    ts = ts_of(one.body, "ts")
    return Inbound(
        one.address(user),
        native_id,
        whole,
        message_id=f"{one.channel}:{ts}" if one.channel and ts else None,
        attachments=files,
        place=place,
    )


def _shared(body: Json) -> list[str]:
    """Give the texts of messages that were forwarded with this one."""
    shares = [item for item in items(body, "attachments") if item.get("is_share") is True]
    return [plain(text(item, "text") or text(item, "fallback")) for item in shares]


def _changed(one: _Event) -> Incoming:
    """Read an edit. Slack also calls it a change when it adds a preview of a link."""
    new, old = obj(one.body, "message"), obj(one.body, "previous_message")
    if new.get("subtype") == "tombstone":
        return _deleted(one, text_ts=ts_of(new, "ts"))
    if _not_a_person(one, new):
        return one.ignored("own_change")
    user, ts = name_of(new, "user"), ts_of(new, "ts")
    if user is None or ts is None or one.channel is None:
        return one.ignored("malformed")
    if old and text(new, "text") == text(old, "text"):
        return one.ignored("nothing_changed")
    said = text(new, "text")
    if mentions(said, one.bot):
        said = without_mention(said, one.bot)
    return Edited(one.address(user), one.native_id, f"{one.channel}:{ts}", plain(said))


def _deleted(one: _Event, *, text_ts: str | None) -> Incoming:
    old = obj(one.body, "previous_message")
    if _not_a_person(one, old):
        return one.ignored("own_deletion")
    user, ts = name_of(old, "user"), text_ts or ts_of(old, "ts")
    if user is None or ts is None or one.channel is None:
        return one.ignored("deletion_of_unknown")
    return Deleted(one.address(user), one.native_id, f"{one.channel}:{ts}")


def _not_a_person(one: _Event, message: Json) -> str | None:
    """Say who wrote it, if it was not a person."""
    user = message.get("user")
    if one.bot is not None and user == one.bot:
        return "own_message"
    if user == SLACKBOT:
        return "slackbot"
    if message.get("bot_id") or message.get("subtype") == "bot_message":
        return "bot_message"
    return None
