"""Whatever comes, reading it raises nothing and gives something to account for."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from connectors.slack.parse import parse
from nitka.domain.inbound import Deleted, Edited, Ignored, Inbound
from tests.connectors.slack.payloads import (
    BOT,
    TEAM,
    changed,
    deleted,
    mention,
    pressed,
    said,
    typed,
    wrap,
)

SPECS = Path(__file__).parents[2] / "platforms" / "specs"
EVENTS = json.loads((SPECS / "slack_events_api_async_v1.json").read_text(encoding="utf-8"))
WRAPPER = json.loads((SPECS / "slack_common_event_wrapper_schema.json").read_text(encoding="utf-8"))
MUTATIONS = 2000
FILE = {"id": "F1", "name": "a.png", "mimetype": "image/png", "url_private": "https://x"}

SAMPLES = [
    wrap(said("hello <@U2> &amp;", files=[FILE], attachments=[{"is_share": True, "text": "x"}])),
    wrap(mention(f"<@{BOT}> hi", thread_ts="1699999999.000100")),
    wrap(changed("new", "old")),
    wrap(changed("", "old", subtype="tombstone")),
    wrap(deleted()),
    wrap({"type": "tokens_revoked", "tokens": {"bot": [BOT]}}),
    pressed("c:0123456789abcdef0123456789abcdef:1", thread_ts="1699999999.000100"),
    typed("human"),
    *WRAPPER["examples"],
]
ODD: list[object] = [
    None, True, -1, 0, 2**70, 1.5, float("nan"), "", "x" * 5000, "\x00", "\ud800", "<@", "<@U0BOT>",
    "c:::", "1.1.1", [], [None], [[]], {}, {"id": {}}, "\u202e&lt;", "٣", "D", "👍🏽",
]  # fmt: skip


def is_sound(payload: object) -> None:
    """Hold what a payload became against what the core can store."""
    incomings = parse(payload, bots={TEAM: BOT})
    assert incomings
    for incoming in incomings:
        assert isinstance(incoming, Inbound | Edited | Deleted | Ignored)
        native_id = incoming.native_id
        assert 0 < len(native_id) <= 200
        assert native_id == native_id.encode().decode().replace("\x00", "")
        account = incoming.account if isinstance(incoming, Ignored) else incoming.address.account
        assert 0 < len(account) <= 64
        if isinstance(incoming, Ignored):
            assert 0 < len(incoming.reason) <= 64
            assert incoming.reason.replace("_", "").isalnum()
        elif isinstance(incoming, Inbound):
            for text in (incoming.text, incoming.place or "", incoming.message_id or ""):
                text.encode()


@pytest.mark.parametrize("topic", sorted(EVENTS["topics"]))
def test_every_event_of_the_specification(topic: str) -> None:
    """Every kind that the Events API knows is read, in its wrapper, without a fault."""
    kind = "message" if topic.startswith("message.") else topic.replace(".", "_")
    wrapper = {**wrap({"type": kind, "event_ts": "1.1", "user": "U1"}), "authed_users": ["U1"]}
    Draft7Validator(WRAPPER).validate(wrapper)
    is_sound(wrapper)
    is_sound(wrapper["event"])


def test_mutations() -> None:
    """2,000 random mutations of real payloads: never an exception, always an entry."""
    chance = random.Random(20261122)
    for _ in range(MUTATIONS):
        payload: Any = copy.deepcopy(chance.choice(SAMPLES))
        for _ in range(chance.randint(1, 4)):
            chance.choice(KINDS)(payload, chance)
        is_sound(payload)


def _spot(payload: Any, chance: random.Random) -> tuple[Any, Any]:
    """Give a container within a payload, and a key in it."""
    container: Any = payload
    while True:
        keys = list(container) if isinstance(container, dict) else list(range(len(container)))
        if not keys:
            return payload, next(iter(payload), None)
        key = chance.choice(keys)
        if not isinstance(container[key], dict | list) or chance.random() < 0.3:
            return container, key
        container = container[key]


def _replace(payload: Any, chance: random.Random) -> None:
    container, key = _spot(payload, chance)
    if key is not None:
        container[key] = copy.deepcopy(chance.choice(ODD))


def _drop(payload: Any, chance: random.Random) -> None:
    container, key = _spot(payload, chance)
    if key is not None:
        del container[key]


def _nest(payload: Any, chance: random.Random) -> None:
    container, key = _spot(payload, chance)
    if key is not None:
        container[key] = chance.choice([[container[key]], {"x": container[key]}])


def _add(payload: Any, chance: random.Random) -> None:
    container, _ = _spot(payload, chance)
    if isinstance(container, dict):
        container[chance.choice(["subtype", "bot_id", "files", "user", "new"])] = chance.choice(ODD)


KINDS: list[Callable[[Any, random.Random], None]] = [_replace, _replace, _drop, _nest, _add]
