"""Reads pressed buttons and the slash command; pure.

Sources: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload and
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.fields import Json, digest, items, obj, snake
from connectors.slack.events import HELP
from connectors.slack.fields import name_of, text, ts_of
from connectors.slack.plain import plain
from connectors.slack.render import choice_of
from nitka.domain.address import Address, Channel
from nitka.domain.inbound import Ignored, Inbound, Incoming

COMMAND = "/nitka"
_ALONE = frozenset({"human", "help", "start", "privacy", "link"})
_WITH_A_WORD = frozenset({"link", "language"})


def actions(payload: Json, account: str) -> Sequence[Incoming]:
    """Give one incoming for each pressed button; what is no button of ours is ignored."""
    user = name_of(obj(payload, "user"), "id")
    pressed = items(payload, "actions")
    if user is None or not pressed:
        return [Ignored(Channel.SLACK, account, f"payload:{digest(payload)}", "malformed")]
    return [_pressed(payload, action, Address(Channel.SLACK, account, user)) for action in pressed]


def command(fields: Json, account: str | None) -> Incoming:
    """Give what a slash command means; its answer comes as a direct message."""
    user = name_of(fields, "user_id")
    trigger = name_of(fields, "trigger_id")
    native_id = f"command:{trigger}" if trigger else f"payload:{digest(fields)}"
    if user is None or account is None:
        return Ignored(Channel.SLACK, account or "unknown", native_id, "malformed")
    if fields.get("command") != COMMAND:
        reason = f"unknown_command_{snake(text(fields, 'command'))}"
        return Ignored(Channel.SLACK, account, native_id, reason)
    said = command_text(plain(text(fields, "text")))
    return Inbound(Address(Channel.SLACK, account, user), native_id, said)


def command_text(words: str) -> str:
    """Give what stands behind `/nitka` as the core understands it.

    Its own words become commands ("human" → "/human", "link CODE" → "/link CODE"); anything else
    is said to the bot as it is; nothing at all asks for help.
    """
    parts = words.split()
    if not parts:
        return HELP
    first = parts[0].lower()
    known = (len(parts) == 1 and first in _ALONE) or (len(parts) == 2 and first in _WITH_A_WORD)
    return " ".join([f"/{first}", *parts[1:]]) if known else words


def _pressed(payload: Json, action: Json, address: Address) -> Incoming:
    channel = name_of(obj(payload, "channel"), "id") or name_of(
        obj(payload, "container"), "channel_id"
    )
    message = obj(payload, "message")
    ts = ts_of(message, "ts") or ts_of(obj(payload, "container"), "message_ts")
    pressed_at = ts_of(action, "action_ts")
    native_id = f"action:{channel}:{ts}:{address.native_id}:{pressed_at}:{text(action, 'value')}"
    if pressed_at is None or len(native_id) > 200:
        native_id = f"payload:{digest([dict(payload), dict(action)])}"
    choice = choice_of(text(action, "value"))
    if choice is None:
        kind = snake(text(action, "type"))
        return Ignored(address.channel, address.account, native_id, f"unknown_action_{kind}")
    return Inbound(
        address,
        native_id,
        plain(text(obj(action, "text"), "text")),
        choice=choice,
        place=_place(payload, channel, ts),
    )


def _place(payload: Json, channel: str | None, ts: str | None) -> str | None:
    """Answer a button where it stands: a channel's always in its thread."""
    thread = ts_of(obj(payload, "message"), "thread_ts") or ts_of(
        obj(payload, "container"), "thread_ts"
    )
    if channel is None:
        return None
    if channel.startswith("D"):
        return f"{channel}:{thread}" if thread and thread != ts else None
    return f"{channel}:{thread or ts or ''}"
