"""Makes an event of every kind that the specification names, and messages of every subtype."""

from __future__ import annotations

from collections.abc import Iterator

from tests.platforms.journal import Json
from tests.platforms.slack.dispatch import Dispatch
from tests.platforms.slack.people import Person
from tests.platforms.slack.spec import event_types

# https://docs.slack.dev/reference/events/message
SUBTYPES = (
    "assistant_app_thread",
    "bot_message",
    "channel_archive",
    "channel_join",
    "channel_leave",
    "channel_name",
    "channel_posting_permissions",
    "channel_purpose",
    "channel_topic",
    "channel_unarchive",
    "document_mention",
    "ekm_access_denied",
    "file_share",
    "me_message",
    "message_changed",
    "message_deleted",
    "message_replied",
    "reminder_add",
    "reply_broadcast",
    "thread_broadcast",
)


def of_every_kind(dispatch: Dispatch, person: Person) -> Iterator[Json]:
    """Give a wrapped event of each kind, the messages in each kind of channel and subtype."""
    for name in event_types():
        if name not in ("url_verification", "app_rate_limited"):
            yield dispatch.wrapped(person.workspace, _event(name, person))
    for subtype in SUBTYPES:
        event = {**_event("message.im", person), "subtype": subtype}
        if subtype in ("message_changed", "message_replied"):
            event["message"] = {"type": "message", "user": person.id, "text": "x", "ts": "1.000001"}
        yield dispatch.wrapped(person.workspace, event)


def _event(name: str, person: Person) -> Json:
    kind, _, place = name.partition(".")
    ts = person.workspace.ts()
    event: Json = {"type": kind, "user": person.id, "event_ts": ts, "ts": ts}
    if kind in ("message", "app_mention"):
        text = f"<@{person.workspace.bot_user}> {name}"
        channel = person.chat.id if place in ("im", "app_home", "") else f"C{person.id[1:]}"
        event |= {"text": text, "channel": channel}
        if place:
            event["channel_type"] = {"channels": "channel", "groups": "group"}.get(place, place)
    else:
        item = {"type": "message", "channel": person.chat.id, "ts": ts}
        event |= {"channel": {"id": person.chat.id, "name": "x"}, "item": item}
    return event
