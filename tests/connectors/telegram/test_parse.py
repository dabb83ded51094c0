"""What people say, as a table: messages of Telegram and what becomes of them."""

from __future__ import annotations

from dataclasses import replace

from connectors.telegram.parse import parse
from nitka.domain.customer import Profile
from nitka.domain.inbound import Inbound
from tests.connectors.harness import Case, table
from tests.connectors.telegram.made import (
    FILE,
    IMAGE,
    ME,
    PHOTO,
    PRIVATE,
    attached,
    file,
    message,
    said,
    sent_by,
    update,
)


@table(
    Case("text", update(text="Hi"), said("Hi")),
    Case("text of one sign", update(text="🧵"), said("🧵")),
    Case("NUL and half a sign", update(text="a\x00b\ud800"), said("ab?")),
    Case("a command", update(text="/help"), said("/help")),
    Case("a command with the bot's name", update(text="/help@Shop_Bot now"), said("/help now")),
    Case("a link's code", update(text="/start A7kQ_x-9"), said("/start A7kQ_x-9")),
    Case("a slash within is no command", update(text="1/2 @shop_bots"), said("1/2 @shop_bots")),
    Case(
        "a reply is its own text, and names what it replies to",
        update(text="this one", reply_to_message=message(text="which?") | {"message_id": 5}),
        said("this one", answers="42:5"),
    ),
    Case(
        "a reply to something bent",
        update(text="this one", reply_to_message={"message_id": "5"}),
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
