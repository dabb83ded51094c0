"""What Slack sends becomes what the thread understands, or is ignored for a stated reason."""

from __future__ import annotations

from uuid import UUID

import pytest

from connectors.slack.parse import parse
from nitka.domain.address import Address, Channel
from nitka.domain.inbound import Choice, Deleted, Edited, Ignored, Inbound
from nitka.domain.message import AttachmentKind
from tests.connectors.harness import Case, table
from tests.connectors.slack.payloads import (
    BOT,
    DIRECT,
    ROOM,
    TEAM,
    TS,
    USER,
    Json,
    changed,
    deleted,
    in_room,
    mention,
    pressed,
    said,
    typed,
    wrap,
)

ANNA = Address(Channel.SLACK, TEAM, USER)
MESSAGE = "0123456789abcdef0123456789abcdef"
FILE: Json = {
    "id": "F1",
    "name": "invoice.pdf",
    "mimetype": "application/pdf",
    "size": 1234,
    "url_private": "https://files.slack.com/files-pri/T1-F1/invoice.pdf",
}


@table(
    Case("direct message", said("hello"), ("hello", None, f"{DIRECT}:{TS}")),
    Case(
        "in a thread of the direct messages",
        said("and?", thread_ts="1699999999.000100"),
        ("and?", f"{DIRECT}:1699999999.000100", f"{DIRECT}:{TS}"),
    ),
    Case(
        "no channel_type, but a direct message by its id",
        {**said("hello"), "channel_type": None},
        ("hello", None, f"{DIRECT}:{TS}"),
    ),
    Case(
        "escapes, links and mentions as their author saw them",
        said(
            "<@U2> in <#C1|general> &lt;b&gt; A&amp;B <!here> <https://a.pl/x?y=1&amp;z=2|a.pl> "
            "<http://shop.pl|shop.pl> <mailto:a@b.pl|a@b.pl> <!subteam^S1|@team>"
        ),
        (
            "@U2 in #general <b> A&B @here a.pl (https://a.pl/x?y=1&z=2) shop.pl a@b.pl @team",
            None,
            f"{DIRECT}:{TS}",
        ),
    ),
    Case(
        "mention that begins a thread",
        mention(f"<@{BOT}> where is my order?"),
        ("where is my order?", f"{ROOM}:{TS}", f"{ROOM}:{TS}"),
    ),
    Case(
        "mention within a thread, in the middle of a sentence",
        mention(f"hey <@{BOT}|nitka> help", thread_ts="1699999999.000100"),
        ("hey help", f"{ROOM}:1699999999.000100", f"{ROOM}:{TS}"),
    ),
    Case("bare mention", mention(f"<@{BOT}>"), ("/help", f"{ROOM}:{TS}", f"{ROOM}:{TS}")),
    Case("me message", said("waves", subtype="me_message"), ("waves", None, f"{DIRECT}:{TS}")),
    Case(
        "forwarded message",
        said("look", attachments=[{"is_share": True, "text": "A &amp; B"}, {"text": "preview"}]),
        ("look\nA & B", None, f"{DIRECT}:{TS}"),
    ),
)
def test_said(given: Json, expected: tuple[str, str | None, str]) -> None:
    """A direct message and a mention are said by their author, at their place."""
    (inbound,) = parse(wrap(given, event_id="Ev1"))
    assert isinstance(inbound, Inbound)
    assert inbound.address == ANNA
    assert (inbound.text, inbound.place, inbound.message_id) == expected


def test_ids() -> None:
    """A message is known by its event; a mention by itself, since edits bring it again."""
    (direct,) = parse(wrap(said(), event_id="Ev1"))
    assert direct.native_id == "event:Ev1"
    (first,) = parse(wrap(mention("<@U0BOT> hi"), event_id="Ev2"))
    (again,) = parse(wrap(mention("<@U0BOT> hi!", edited={"user": USER}), event_id="Ev3"))
    assert first.native_id == again.native_id


@table(
    Case("join", said(subtype="channel_join"), "unknown_message_channel_join"),
    Case("topic", in_room("x", subtype="channel_topic"), "unknown_message_channel_topic"),
    Case("future subtype", said(subtype="hologram!"), "unknown_message_hologram"),
    Case("a bot's", said(bot_id="B9"), "bot_message"),
    Case("a bot's, the old way", said(subtype="bot_message", user=None), "bot_message"),
    Case("our own", said(user=BOT), "own_message"),
    Case("Slackbot's", said(user="USLACKBOT"), "slackbot"),
    Case("nothing said", said(""), "nothing_said"),
    Case("in a channel, to others", in_room("lunch?"), "not_addressed"),
    Case("in a thread, to others", in_room("yes", thread_ts=TS), "not_addressed"),
    Case("in a channel, to us", in_room(f"<@{BOT}> hi"), "comes_as_mention"),
    Case("group talk", in_room("hi", channel_type="mpim"), "not_addressed"),
    Case("a preview was added", changed("x", "x", attachments=[{}]), "nothing_changed"),
    Case("our own edit", changed("y", "x", bot_id="B1", user=BOT), "own_change"),
    Case("our own deletion", deleted(bot_id="B1"), "own_deletion"),
    Case("deletion of we know not what", deleted(user=None), "deletion_of_unknown"),
    Case("reaction", {"type": "reaction_added", "user": USER}, "unknown_reaction_added"),
    Case("future kind", {"type": "telepathy.received"}, "unknown_telepathy_received"),
    Case("uninstalled", {"type": "app_uninstalled"}, "app_uninstalled"),
    Case("no kind", {"user": USER}, "malformed"),
    Case("no author", said(user=None), "malformed"),
    Case("subtype is a list", said(subtype=["x"]), "malformed"),
)
def test_ignored(given: Json, expected: str) -> None:
    """What starts no turn is accounted for with its reason, under the event's id."""
    assert parse(wrap(given, event_id="Ev1")) == [
        Ignored(Channel.SLACK, TEAM, "event:Ev1", expected)
    ]


def test_edit() -> None:
    """An edit names the message by its channel and time, and is made plain."""
    (edit,) = parse(wrap(changed("A &amp; B", "A"), event_id="Ev1"))
    assert edit == Edited(ANNA, "event:Ev1", f"{DIRECT}:{TS}", "A & B")


@pytest.mark.parametrize("event", [deleted(), changed("", "x", subtype="tombstone", user=BOT)])
def test_deletion(event: Json) -> None:
    """A message that is gone, or whose thread keeps a stone for it, was taken back."""
    (taken,) = parse(wrap(event, event_id="Ev1"))
    assert taken == Deleted(ANNA, "event:Ev1", f"{DIRECT}:{TS}")


def test_files() -> None:
    """Files are named by where they lie; those that lie elsewhere, or are gone, are words."""
    photo = {**FILE, "id": "F2", "name": "me.jpg", "mimetype": "image/jpeg", "size": "bent"}
    asked = {"id": "F3", "file_access": "check_file_info"}
    elsewhere = {**FILE, "mode": "external", "url_private": "https://drive.example/1"}
    files = [FILE, photo, asked, {**FILE, "mode": "tombstone"}, elsewhere, "bent"]
    (inbound,) = parse(wrap(said("see", subtype="file_share", files=files)))
    assert isinstance(inbound, Inbound)
    assert inbound.text == "see\ninvoice.pdf: https://drive.example/1"
    first, second, third = inbound.attachments
    assert (first.kind, first.name, first.size) == (AttachmentKind.FILE, "invoice.pdf", 1234)
    assert first.source == f"{TEAM}:{FILE['url_private']}"
    assert (second.kind, second.size) == (AttachmentKind.IMAGE, 0)
    assert third.source == f"{TEAM}:file:F3"


def test_file_without_words() -> None:
    """A file alone is something said."""
    (inbound,) = parse(wrap(said("", files=[FILE])))
    assert isinstance(inbound, Inbound)
    assert (inbound.text, len(inbound.attachments)) == ("", 1)


@table(
    Case("in direct messages", pressed(f"c:{MESSAGE}:2"), None),
    Case("in a channel", pressed(f"c:{MESSAGE}:2", channel=ROOM), f"{ROOM}:{TS}"),
    Case(
        "in a channel's thread",
        pressed(f"c:{MESSAGE}:2", channel=ROOM, thread_ts="1699999999.000100"),
        f"{ROOM}:1699999999.000100",
    ),
)
def test_button(given: Json, expected: str | None) -> None:
    """A pressed button is a choice of ours, answered where it stands."""
    (inbound,) = parse(given)
    assert isinstance(inbound, Inbound)
    assert inbound.choice == Choice(UUID(MESSAGE), 2)
    assert (inbound.text, inbound.place, inbound.address) == ("Yes", expected, ANNA)
    assert inbound.payload is None


def test_same_press_twice() -> None:
    """The same press is the same inbound; another press is another."""
    again = pressed(f"c:{MESSAGE}:2")
    other = {**again, "actions": [{**again["actions"][0], "action_ts": "1700000006.1"}]}  # type: ignore[index]  # a list
    first, second, third = (parse(p)[0].native_id for p in (again, dict(again), other))
    assert first == second != third


@table(
    Case("not ours", pressed("buy"), "unknown_action_button"),
    Case("no id", pressed("c:zzz:1"), "unknown_action_button"),
    Case("negative", pressed(f"c:{MESSAGE}:-1"), "unknown_action_button"),
    Case("no actions", {**pressed("x"), "actions": []}, "malformed"),
    Case("no user", {**pressed("x"), "user": None, "team": {"id": TEAM}}, "malformed"),
    Case(
        "a dialogue",
        {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": USER}},
        "unknown_view_submission",
    ),
    Case("another command", typed("x", command="/other"), "unknown_command_other"),
    Case("no one's command", typed("x", user_id=""), "malformed"),
)
def test_other_interactions(given: Json, expected: str) -> None:
    """What is no button and no command of ours is ignored with its reason."""
    (ignored,) = parse(given)
    assert isinstance(ignored, Ignored)
    assert ignored.reason == expected


@table(
    Case("a person", "human", "/human"),
    Case("in capitals", "Human", "/human"),
    Case("with the slash", "/human", "/human"),
    Case("help", "help", "/help"),
    Case("nothing", "  ", "/help"),
    Case("a code", "link AB3XYZ", "/link AB3XYZ"),
    Case("a language", "language ru", "/language ru"),
    Case("a question", "where is my order <#C1|general>?", "where is my order #general?"),
    Case("words that begin like a command", "help me with my order", "help me with my order"),
)
def test_command(given: str, expected: str) -> None:
    """What stands behind /nitka is what the core understands, answered directly."""
    (inbound,) = parse(typed(given))
    assert isinstance(inbound, Inbound)
    assert (inbound.text, inbound.address, inbound.place) == (expected, ANNA, None)


def test_shared_channel() -> None:
    """In a channel shared between firms, our own workspace is the account."""
    wrapper = {**wrap(mention(f"<@{BOT}> hi", user_team="T9", team="T9")), "team_id": "T9"}
    assert parse(wrapper)[0].address.account == TEAM  # type: ignore[union-attr]  # an Inbound


@pytest.mark.parametrize("payload", [None, [], "x", 3, {}, {"type": 1}, {"type": "event_callback"}])
def test_bent(payload: object) -> None:
    """A payload in which nothing can be read is accounted for by its own print."""
    (first,), (second,) = parse(payload), parse(payload)
    assert isinstance(first, Ignored)
    assert first == second
    assert first.reason == "malformed"
