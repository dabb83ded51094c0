"""Every kind of update of the specification, and random mutations of them."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest

from connectors.telegram.content import content_of
from connectors.telegram.names import ABOUT, KINDS, SERVICE, SPOKEN
from connectors.telegram.parse import is_from_group, parse, query_id
from nitka.domain.inbound import Edited, Ignored, Inbound, Reach
from tests.connectors.telegram.botapi import BotApi
from tests.connectors.telegram.made import ME

MUTATIONS = 2000
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**80,
    1.5,
    float("nan"),
    "",
    "\ud800",
    "x" * 5000,
    [],
    [[]],
    {},
    [None],
)
ENTRIES = (Inbound, Edited, Reach, Ignored)


def sound(update: object) -> None:
    """One entry at least, each with a short id of its own and everything in a form to be stored."""
    entries = parse(update, me=ME)
    assert entries
    assert len({entry.native_id for entry in entries}) == len(entries)
    for entry in entries:
        assert isinstance(entry, ENTRIES)
        assert 0 < len(entry.native_id) < 200
        repr(entry).encode()
        if isinstance(entry, Inbound | Edited):
            entry.text.encode()
    assert parse(update, me=ME) == entries
    is_from_group(update)
    query_id(update)


def test_every_kind_is_known(api: BotApi) -> None:
    """All kinds are asked for: what is not asked for is not accounted for."""
    assert list(KINDS) == api.update_kinds


def test_every_field_of_a_message_is_known(api: BotApi) -> None:
    """A field is about a message, or is said in it, or is Telegram's own report."""
    names = {field["name"] for field in api.fields("Message")}
    assert names == ABOUT | SPOKEN | SERVICE
    assert not ABOUT & SPOKEN
    assert not SERVICE & (ABOUT | SPOKEN)


@pytest.mark.parametrize("full", [False, True], ids=["minimal", "full"])
def test_every_kind(api: BotApi, full: bool) -> None:
    """Each kind, with no optional field and with all of them, has an entry."""
    choose = random.Random(7)
    for kind in api.update_kinds:
        for number in range(5):
            sound(api.update(kind, full=full, choose=choose, number=number))


def test_everything_people_can_say_is_heard(api: BotApi) -> None:
    """Whatever a private message says as specified has content; service messages have none."""
    choose = random.Random(8)
    for name in sorted(SPOKEN - {"caption", "rich_message"}):
        message = api.message_with(name, choose)
        assert content_of(message) is not None, message
        assert isinstance(parse({"update_id": 1, "message": message}, me=ME)[0], Inbound), message
    for name in sorted(SERVICE):
        message = api.message_with(name, choose)
        (entry,) = parse({"update_id": 1, "message": message}, me=ME)
        assert isinstance(entry, Ignored)
        assert entry.reason == f"service_{name}"


def test_mutations(api: BotApi) -> None:
    """2,000 bent updates: never an error, always an entry."""
    choose = random.Random(9)
    for number in range(MUTATIONS):
        kind = choose.choice(api.update_kinds)
        update = api.update(kind, full=choose.random() < 0.5, choose=choose, number=number)
        for _ in range(choose.randint(1, 6)):
            mutate(update, choose)
        sound(update)


def mutate(value: Any, choose: random.Random) -> None:
    """Change, remove, add or rename one thing somewhere in a JSON value."""
    while isinstance(value, dict | list) and value:
        key = (
            choose.choice(list(value)) if isinstance(value, dict) else choose.randrange(len(value))
        )
        if isinstance(value[key], dict | list) and value[key] and choose.random() < 0.7:
            value = value[key]
            continue
        way = choose.randrange(4)
        if way == 0:
            value[key] = choose.choice(ODD)
        elif way == 1:
            del value[key]
        elif way == 2 and isinstance(value, dict):
            value[choose.choice(["text", "from", "chat", "id", "новое", ""])] = value.pop(key)
        else:
            value[key] = [copy.deepcopy(value[key])] * 2
        return


def test_nesting_without_end() -> None:
    """A message nested as deep as JSON can be read is no danger."""
    deep: Any = "x"
    for _ in range(500):
        deep = [{"text": deep, "blocks": [deep]}] if isinstance(deep, str) else [{"blocks": deep}]
    sound({"update_id": 1, "message": {"rich_message": {"blocks": deep}, "message_id": 1}})
    sound(json.loads('{"update_id":1,"message":' + '{"reply_to_message":' * 300 + "{}" + "}" * 301))
