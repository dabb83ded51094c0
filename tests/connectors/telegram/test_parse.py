"""What comes in, as a table: updates of Telegram and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.telegram.addressed import Me
from connectors.telegram.parse import parse
from nitka.domain.address import Channel
from nitka.domain.customer import Profile
from nitka.domain.inbound import Choice, Edited, Ignored, Inbound, Incoming, Reach
from nitka.domain.message import Attachment, AttachmentKind
from tests.connectors.harness import Case, table
from tests.connectors.telegram.made import (
    ANNA,
    ANSWERED,
    BUTTON,
    GROUP,
    ME,
    MESSAGE,
    PRIVATE,
    USER,
    entity,
    file,
    in_group,
    member,
    message,
    photo_size,
    pressed,
    update,
)
from tests.connectors.telegram.platform import BOT

PROFILE = Profile(name="Anna Nowak", locale="pl")


def said(text: str, *, phone: str | None = None, **more: Any) -> Inbound:
    """What message 7 of the private chat becomes."""
    profile = replace(PROFILE, phone=phone)
    plain = Inbound(ANNA, "message:42:7", text, message_id="42:7", profile=profile)
    return replace(plain, **more)


def sent_by(user: object) -> Any:
    return update("message", message(text="Hi") | {"from": user})


def in_the_group(text: str, **more: Any) -> Inbound:
    ids = {"native_id": "message:-1001:7", "message_id": "-1001:7", "place": "-1001"}
    return said(text, **{**ids, **more})


def ignored(reason: str, native_id: str = "message:42:7") -> Ignored:
    return Ignored(Channel.TELEGRAM, str(BOT), native_id, reason)


def attached(
    kind: AttachmentKind, name: str, media_type: str, size: int = 1234
) -> tuple[Attachment]:
    return (Attachment("", kind, name, media_type, size, "F1"),)


IMAGE, FILE = AttachmentKind.IMAGE, AttachmentKind.FILE
PHOTO = [photo_size("S", 90, 10), photo_size("F1", 1280, 1234), photo_size("M", 320, 100)]


@table(
    Case("text", update(text="Hi"), said("Hi")),
    Case("text of one sign", update(text="🧵"), said("🧵")),
    Case("NUL and half a sign", update(text="a\x00b\ud800"), said("ab?")),
    Case("a command", update(text="/help"), said("/help")),
    Case("a command with the bot's name", update(text="/help@Shop_Bot now"), said("/help now")),
    Case("a link's code", update(text="/start A7kQ_x-9"), said("/start A7kQ_x-9")),
    Case("a slash within is no command", update(text="1/2 @shop_bots"), said("1/2 @shop_bots")),
    Case(
        "a reply is its own text",
        update(text="this one", reply_to_message=message(text="which?")),
        said("this one"),
    ),
    Case(
        "a forwarded text",
        update(text="see", forward_origin={"type": "hidden_user", "date": 1}),
        said("see"),
    ),
    Case(
        "no last name, no language",
        sent_by({"id": 42, "is_bot": False, "first_name": "Anna"}),
        replace(said("Hi"), profile=Profile(name="Anna")),
    ),
    Case(
        "a rich message is its text",
        update(
            rich_message={
                "blocks": [
                    {"type": "heading", "text": "Order", "size": 1},
                    {"type": "paragraph", "text": ["is ", {"type": "bold", "text": "late"}]},
                    {
                        "type": "list",
                        "items": [{"label": "1", "blocks": [{"type": "paragraph", "text": "mug"}]}],
                    },
                ]
            }
        ),
        said("Order\nis late\nmug"),
    ),
    Case(
        "a topic of a private chat",
        update(text="Hi", message_thread_id=3, is_topic_message=True),
        said("Hi", place="42:3"),
    ),
)
def test_words(given: object, expected: Inbound) -> None:
    """What somebody writes in the private chat is his word, with his profile and no place."""
    assert parse(given, me=ME) == [expected]


@table(
    Case(
        "a photo, the largest size",
        update(photo=PHOTO, caption="this"),
        said("this", attachments=attached(IMAGE, "photo.jpg", "image/jpeg")),
    ),
    Case(
        "part of an album",
        update(photo=PHOTO, media_group_id="99"),
        said("", attachments=attached(IMAGE, "photo.jpg", "image/jpeg"), group="album:42:99"),
    ),
    Case(
        "a document",
        update(document=file(file_name="a/b\\invoice 7.pdf", mime_type="application/pdf")),
        said("", attachments=attached(FILE, "invoice 7.pdf", "application/pdf")),
    ),
    Case(
        "a picture sent as a document",
        update(document=file(file_name="x.png", mime_type="image/png")),
        said("", attachments=attached(IMAGE, "x.png", "image/png")),
    ),
    Case(
        "a document that says nothing of itself",
        update(document=file(mime_type="??", file_name='"', file_size=-1)),
        said("", attachments=attached(FILE, "'", "application/octet-stream", size=0)),
    ),
    Case(
        "a voice message",
        update(voice=file(duration=3, mime_type="audio/ogg")),
        said("", attachments=attached(FILE, "voice.ogg", "audio/ogg")),
    ),
    Case(
        "music",
        update(audio=file(duration=3, mime_type="audio/mp4")),
        said("", attachments=attached(FILE, "audio.m4a", "audio/mp4")),
    ),
    Case(
        "a video",
        update(video=file(duration=3, mime_type="video/mp4"), caption="it rattles"),
        said("it rattles", attachments=attached(FILE, "video.mp4", "video/mp4")),
    ),
    Case(
        "a video note",
        update(video_note=file(duration=3, length=240)),
        said("", attachments=attached(FILE, "video.mp4", "video/mp4")),
    ),
    Case(
        "an animation comes once, though Telegram names it twice",
        update(animation=file(mime_type="video/mp4"), document=file(mime_type="video/mp4")),
        said("", attachments=attached(FILE, "animation.mp4", "video/mp4")),
    ),
    Case(
        "a live photo is its picture",
        update(live_photo={**file(), "photo": PHOTO}),
        said("", attachments=attached(IMAGE, "photo.jpg", "image/jpeg")),
    ),
)
def test_files(given: object, expected: Inbound) -> None:
    """A file comes with its name, media type, size and Telegram's reference to it."""
    assert parse(given, me=ME) == [expected]


@table(
    Case("a sticker is its emoji", update(sticker={**file(), "emoji": "👍"}), said("👍")),
    Case("a sticker without one", update(sticker=file()), said("[sticker]")),
    Case("dice", update(dice={"emoji": "🎯", "value": 6}), said("🎯 6")),
    Case(
        "a poll",
        update(poll={"question": "Which?", "options": [{"text": "A"}, {"text": "B"}]}),
        said("📊 Which?\n• A\n• B"),
    ),
    Case(
        "a checklist",
        update(checklist={"title": "Buy", "tasks": [{"id": 1, "text": "mug"}]}),
        said("☑ Buy\n• mug"),
    ),
    Case("a story", update(story={"chat": PRIVATE, "id": 1}), said("[story]")),
    Case(
        "a location",
        update(location={"latitude": 52.2297, "longitude": 21.0122}),
        said("📍 52.229700, 21.012200\nhttps://maps.google.com/?q=52.229700,21.012200"),
    ),
    Case(
        "a venue names its location once",
        update(
            venue={
                "title": "Post",
                "address": "Main St 1",
                "location": {"latitude": -1, "longitude": 2.5},
            },
            location={"latitude": -1, "longitude": 2.5},
        ),
        said("📍 Post, Main St 1\nhttps://maps.google.com/?q=-1.000000,2.500000"),
    ),
    Case(
        "one's own contact tells one's phone",
        update(contact={"phone_number": "48 600-100-200", "first_name": "Anna", "user_id": 42}),
        said("+48600100200", phone="+48600100200"),
    ),
    Case(
        "somebody else's contact is only text",
        update(contact={"phone_number": "+48600", "first_name": "Jan", "user_id": 43}),
        said("👤 Jan, +48600"),
    ),
    Case(
        "a contact of nobody on Telegram is only text",
        update(contact={"phone_number": "+48600100200", "first_name": "Anna"}),
        said("👤 Anna, +48600100200"),
    ),
    Case(
        "one's own contact, forwarded, is no proof",
        update(
            contact={"phone_number": "+48600100200", "first_name": "Anna", "user_id": 42},
            forward_origin={"type": "user", "date": 1},
        ),
        said("👤 Anna, +48600100200"),
    ),
)
def test_things(given: object, expected: Inbound) -> None:
    """Everything else that people can send is told in readable words."""
    assert parse(given, me=ME) == [expected]


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
        in_the_group("yes", place="-1001:4"),
    ),
    Case(
        "a thread of replies is no topic",
        in_group(text="yes", reply_to_message=ANSWERED, message_thread_id=4),
        in_the_group("yes"),
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
