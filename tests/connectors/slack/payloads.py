"""Payloads as Slack sends them, small enough to read."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from itertools import count
from urllib.parse import urlencode

TEAM, BOT, USER = "T0001", "U0BOT", "U0ANNA"
DIRECT, ROOM = "D0001", "C0001"
TS = "1700000000.000100"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"

Json = dict[str, object]
_numbers = count(1)


def wrap(event: Json, *, event_id: str | None = None) -> Json:
    """Give an event in its wrapper."""
    return {
        "token": "deprecated",
        "team_id": TEAM,
        "api_app_id": "A0001",
        "event": event,
        "type": "event_callback",
        "event_id": event_id or f"Ev{next(_numbers):06d}",
        "event_time": 1700000000,
        "authorizations": [
            {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}
        ],
        "is_ext_shared_channel": False,
    }


def said(text: str = "hello", **more: object) -> Json:
    """Give a direct message to our bot."""
    return {
        "type": "message",
        "channel": DIRECT,
        "channel_type": "im",
        "user": USER,
        "text": text,
        "ts": TS,
        "event_ts": TS,
        **more,
    }


def in_room(text: str, **more: object) -> Json:
    """Give a message in a channel."""
    return said(text, **{"channel": ROOM, "channel_type": "channel", **more})


def mention(text: str, **more: object) -> Json:
    """Give a mention of our bot in a channel."""
    event = in_room(text, **{"type": "app_mention", **more})
    del event["channel_type"]
    return event


def changed(new: str, old: str, **message: object) -> Json:
    """Give the edit of a direct message."""
    line = {"type": "message", "user": USER, "ts": TS}
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": DIRECT,
        "channel_type": "im",
        "ts": "1700000009.000100",
        "event_ts": "1700000009.000100",
        "message": {**line, "text": new, **message},
        "previous_message": {**line, "text": old},
    }


def deleted(**previous: object) -> Json:
    """Give the deletion of a direct message."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": DIRECT,
        "channel_type": "im",
        "deleted_ts": TS,
        "ts": "1700000009.000100",
        "previous_message": {"type": "message", "user": USER, "text": "x", "ts": TS, **previous},
    }


def pressed(value: str, *, channel: str = DIRECT, title: str = "Yes", **message: object) -> Json:
    """Give a press of a button."""
    return {
        "type": "block_actions",
        "api_app_id": "A0001",
        "team": {"id": TEAM, "domain": "shop"},
        "user": {"id": USER, "username": "anna", "team_id": TEAM},
        "channel": {"id": channel, "name": "x"},
        "container": {"type": "message", "message_ts": TS, "channel_id": channel},
        "message": {"type": "message", "user": BOT, "ts": TS, "text": "?", **message},
        "trigger_id": "1.2.abc",
        "response_url": "https://hooks.slack.com/actions/x",
        "actions": [
            {
                "type": "button",
                "action_id": "choice:0",
                "block_id": "choices:0",
                "text": {"type": "plain_text", "text": title, "emoji": True},
                "value": value,
                "action_ts": "1700000005.123456",
            }
        ],
    }


def typed(text: str, **more: str) -> Json:
    """Give the fields of a slash command."""
    return {
        "token": "deprecated",
        "team_id": TEAM,
        "team_domain": "shop",
        "channel_id": ROOM,
        "channel_name": "general",
        "user_id": USER,
        "user_name": "anna",
        "command": "/nitka",
        "text": text,
        "response_url": "https://hooks.slack.com/commands/x",
        "trigger_id": f"13345224609.738474920.{next(_numbers)}",
        **more,
    }


def as_json(payload: object) -> tuple[bytes, str]:
    """Give an event's body and media type."""
    return json.dumps(payload).encode(), "application/json"


def as_form(payload: Json) -> tuple[bytes, str]:
    """Give an interaction's or a command's body and media type."""
    fields = payload if "command" in payload else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def signed(body: bytes, *, secret: str = SIGNING_SECRET, age: float = 0) -> dict[str, str]:
    """Give the headers of a request that Slack signed `age` seconds ago."""
    stamp = str(int(time.time() - age))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }
