"""Groups, buttons, changes and everything else that comes, as tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.telegram.addressed import Me
from connectors.telegram.parse import parse
from nitka.domain.inbound import Choice, Edited, Ignored, Inbound, Incoming, Reach
from tests.connectors.harness import Case, table
from tests.connectors.telegram.made import (
    ANNA,
    ANSWERED,
    BUTTON,
    GROUP,
    IMAGE,
    ME,
    MESSAGE,
    PHOTO,
    PROFILE,
    USER,
    attached,
    entity,
    ignored,
    in_group,
    in_the_group,
    member,
    message,
    pressed,
    said,
    sent_by,
    update,
)
from tests.connectors.telegram.platform import BOT

MENTION = {"text": "@Shop_Bot, where is it?", "entities": [entity("mention", 0, 9)]}


@table(
    Case("nobody is addressed", in_group(text="Hi all"), "group_not_addressed"),
    Case("mentioned", in_group(**MENTION), in_the_group("where is it?")),
    Case(
        "mentioned after signs of two code units",
        in_group(text="🧵🧵 @shop_bot", entities=[entity("mention", 5, 9)]),
        in_the_group("🧵🧵"),
    ),
    Case(
        "nothing but the name",
        in_group(text="@shop_bot", entities=[entity("mention", 0, 9)]),
        in_the_group("@shop_bot"),
    ),
    Case(
        "another bot is mentioned",
        in_group(text="@shop_bot2 hi", entities=[entity("mention", 0, 10)]),
        "group_not_addressed",
    ),
    Case(
        "the name without being a mention",
        in_group(text="mail me@shop_bot.com"),
        "group_not_addressed",
    ),
    Case(
        "mentioned below a photo",
        in_group(photo=PHOTO, caption="@shop_bot ?", caption_entities=[entity("mention", 0, 9)]),
        in_the_group("?", attachments=attached(IMAGE, "photo.jpg", "image/jpeg")),
    ),
    Case(
        "mentioned by id",
        in_group(text="Shop, hi", entities=[entity("text_mention", 0, 4, user={"id": BOT})]),
        in_the_group("Shop, hi"),
    ),
    Case(
        "answered in a topic",
        in_group(text="yes", reply_to_message=ANSWERED, message_thread_id=4, is_topic_message=True),
        in_the_group("yes", place="-1001:4", answers="-1001:5"),
    ),
    Case(
        "a thread of replies is no topic",
        in_group(text="yes", reply_to_message=ANSWERED, message_thread_id=4),
        in_the_group("yes", answers="-1001:5"),
    ),
    Case(
        "the first message of a topic is answered by whoever writes there",
        in_group(text="yes", reply_to_message={**ANSWERED, "forum_topic_created": {}}),
        "group_not_addressed",
    ),
    Case(
        "a command for the bot",
        in_group(text="/help@shop_bot", entities=[entity("bot_command", 0, 14)]),
        in_the_group("/help"),
    ),
    Case(
        "a command for another bot",
        in_group(text="/help@other_bot", entities=[entity("bot_command", 0, 15)]),
        "group_not_addressed",
    ),
    Case(
        "a command for any bot",
        in_group(text="/help", entities=[entity("bot_command", 0, 5)]),
        "group_not_addressed",
    ),
    Case(
        "an administrator who writes as the group",
        in_group(text="@shop_bot", **{"from": None, "sender_chat": GROUP}),
        "anonymous_sender",
    ),
)
def test_groups(given: object, expected: Inbound | str) -> None:
    """In a group the bot hears only what is meant for it, and answers in the group."""
    if isinstance(expected, str):
        assert parse(given, me=ME) == [ignored(expected, "message:-1001:7")]
    else:
        assert parse(given, me=ME) == [expected]


def test_without_its_name_only_ids_address_the_bot() -> None:
    """Until Telegram has told the bot's name, a mention by name cannot be told."""
    assert parse(in_group(**MENTION), me=Me(BOT))[0] == ignored(
        "group_not_addressed", "message:-1001:7"
    )


PRESS = Inbound(ANNA, "callback:q1", "No", choice=Choice(MESSAGE, 1), profile=PROFILE)


@table(
    Case("a press", pressed(), PRESS),
    Case("below a message too old to be shown", pressed(message=None), replace(PRESS, text="")),
    Case(
        "in a group",
        pressed(message={"chat": GROUP, "message_id": 7, "date": 0}),
        replace(PRESS, text="", place="-1001"),
    ),
    Case(
        "a button that is none of ours",
        pressed(data="buy"),
        ignored("unknown_button", "callback:q1"),
    ),
    Case("a game", pressed(data=None), ignored("unknown_button", "callback:q1")),
    Case(
        "a changed reference",
        pressed(data=BUTTON + "234"),
        ignored("unknown_button", "callback:q1"),
    ),
)
def test_buttons(given: object, expected: Incoming) -> None:
    """A press names the button by its place, and says its title where Telegram shows it."""
    assert parse(given, me=ME) == [expected]


def edit(**fields: Any) -> Any:
    return update("edited_message", message(edit_date=1_790_000_100, **fields))


@table(
    Case(
        "words",
        edit(text="Hello"),
        Edited(ANNA, "edit:42:7:1790000100:900", "42:7", "Hello"),
    ),
    Case(
        "a caption taken away",
        edit(photo=PHOTO),
        Edited(ANNA, "edit:42:7:1790000100:900", "42:7", ""),
    ),
    Case(
        "in a group, addressed",
        edit(chat=GROUP, **MENTION),
        Edited(ANNA, "edit:-1001:7:1790000100:900", "-1001:7", "where is it?"),
    ),
    Case("blocked", member("kicked"), Reach(ANNA, "member:42:1790000000:900", reachable=False)),
    Case("unblocked", member("member"), Reach(ANNA, "member:42:1790000000:900", reachable=True)),
    Case(
        "put into a group",
        member("member", GROUP),
        ignored("group_membership", "member:-1001:1790000000:900"),
    ),
)
def test_changes(given: object, expected: Incoming) -> None:
    """Edits name the message they change; a block or an unblock says whether one is reached."""
    assert parse(given, me=ME) == [expected]


@table(
    Case("a service message", update(pinned_message=message()), "service_pinned_message"),
    Case("what is not known yet", update(hologram={"x": 1}), "unknown_hologram"),
    Case("nothing in it", update(), "empty_message"),
    Case("another bot", sent_by({**USER, "is_bot": True}), "from_bot"),
    Case("from a channel", update(text="Hi", is_automatic_forward=True), "channel_post"),
    Case("a bent location", update(location={"latitude": 99, "longitude": 1}), "empty_message"),
)
def test_ignored_messages(given: object, expected: str) -> None:
    """A message that nobody says to the bot is accounted for under its own id."""
    assert parse(given, me=ME) == [ignored(expected)]


@table(
    Case("a kind that starts no turn", update("chat_boost", {"chat": {}}), "chat_boost"),
    Case("a future kind", update("thought_read", {"by": 1}), "unknown_thought_read"),
    Case("a future kind that is no object", update("thought_read", 5), "unknown_thought_read"),
    Case("a kind with a name that is none", update("💥 ", 5), "unknown_nameless"),
    Case("no kind at all", {"update_id": 900}, "empty_update"),
    Case("no sender", sent_by(None), "malformed"),
    Case("no chat", update(chat=None, text="Hi"), "malformed"),
    Case("a number of 100 digits", update(message_id=10**100, text="Hi"), "malformed"),
    Case("a message that is none", update("message", [1]), "malformed"),
    Case("a press of nobody", pressed(**{"from": None}), "malformed"),
    Case("a press with a bent id", pressed(id="a b"), "malformed"),
    Case("no update", ["message"], "malformed"),
    Case("nothing", None, "malformed"),
)
def test_other_updates(given: object, expected: str) -> None:
    """Whatever else comes has one entry with a reason, and the same again has the same id."""
    first, again = parse(given, me=ME), parse(given, me=ME)
    assert first == again
    (entry,) = first
    assert isinstance(entry, Ignored)
    assert entry.reason == expected
    assert len(entry.native_id) < 100


def test_several_kinds_in_one_update() -> None:
    """A kind that is not known never hides one that is."""
    entries = parse(update(text="Hi") | {"thought_read": {}}, me=ME)
    assert entries[0] == said("Hi")
    assert [type(entry) for entry in entries] == [Inbound, Ignored]


def test_numbering_that_begins_anew() -> None:
    """Two different things under one update id are two: ids begin anew after a quiet week."""
    one, two = parse(update("poll", {"id": 1}), me=ME), parse(update("poll", {"id": 2}), me=ME)
    assert one[0].native_id != two[0].native_id
