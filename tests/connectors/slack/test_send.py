"""Sending: where it goes, how fast, what Slack's answers mean, and nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.slack.connector import Slack
from nitka.domain.address import Address, Channel
from nitka.domain.message import Attachment, AttachmentKind, Button
from nitka.errors import SendError, SendFault
from nitka.ports import Part
from tests.connectors.harness import Case, reveals, table
from tests.connectors.slack.conftest import MESSAGE_ID, Moment, message
from tests.connectors.slack.payloads import DIRECT, ROOM, TEAM, TS, USER
from tests.connectors.slack.platform import BOT_TOKEN, FakeSlack, Reply, error

ANNA = Address(Channel.SLACK, TEAM, USER)
PHOTO = Attachment("f1", AttachmentKind.IMAGE, "photo.png", "image/png", 3)


async def refused(connector: Slack, part: Part, *, doubtful: bool = False) -> SendError:
    """Send a part that is not taken and give the error."""
    with pytest.raises(SendError) as caught:
        await connector.send(ANNA, part, doubtful=doubtful)
    assert not reveals(repr(caught.value) + str(caught.value), BOT_TOKEN)
    return caught.value


async def test_direct(connector: Slack, slack: FakeSlack) -> None:
    """A direct message opens the person's channel once, and says which message it is."""
    for number in range(2):
        (part,) = connector.render(message(f"hello {number}", buttons=(Button("Yes", "/affirm"),)))
        sent = await connector.send(ANNA, part, doubtful=False)
    assert slack.made("conversations.open") == [{"users": USER}]
    call = slack.made("chat.postMessage")[-1]
    assert (call["channel"], call["text"], call.get("thread_ts")) == (DIRECT, "hello 1", None)
    assert sent.native_id == f"{DIRECT}:{slack.history[-1]['ts']}"
    assert call["metadata"] == {
        "event_type": "nitka_message",
        "event_payload": {"key": f"{MESSAGE_ID}:0"},
    }
    assert {made.token for made in slack.calls} == {BOT_TOKEN}


async def test_in_a_thread(connector: Slack, slack: FakeSlack) -> None:
    """A message with a place goes into its thread; no channel is opened for it."""
    (part,) = connector.render(message("hi", place=f"{ROOM}:{TS}"))
    await connector.send(ANNA, part, doubtful=False)
    (call,) = slack.made("chat.postMessage")
    assert (call["channel"], call["thread_ts"]) == (ROOM, TS)
    assert slack.made("conversations.open") == []


async def test_file(connector: Slack, slack: FakeSlack, files: dict[str, bytes]) -> None:
    """A file goes up to Slack and is shared where the message goes."""
    files["f1"] = b"png"
    (part,) = connector.render(message(attachments=(PHOTO,), place=f"{ROOM}:{TS}"))
    sent = await connector.send(ANNA, part, doubtful=False)
    assert list(slack.uploads.values()) == [b"png"]
    (call,) = slack.made("files.completeUploadExternal")
    assert (call["channel_id"], call["thread_ts"]) == (ROOM, TS)
    assert sent.native_id == f"{ROOM}:{next(iter(slack.uploads))}"


async def test_file_that_is_gone(connector: Slack, slack: FakeSlack) -> None:
    """A file that we no longer have cannot be sent, ever."""
    (part,) = connector.render(message(attachments=(PHOTO,)))
    fault = await refused(connector, part)
    assert (fault.fault, fault.retryable) == (SendFault.REJECTED, False)
    assert slack.uploads == {}


async def test_file_goes_to_slack_only(
    connector: Slack, slack: FakeSlack, files: dict[str, bytes]
) -> None:
    """Bytes of ours go nowhere but to Slack's hosts."""
    files["f1"] = b"png"
    elsewhere = {"ok": True, "upload_url": "https://evil.example/up", "file_id": "F1"}
    slack.scripted["files.getUploadURLExternal"].append(Reply(body=elsewhere))
    (part,) = connector.render(message(attachments=(PHOTO,)))
    assert (await refused(connector, part)).fault is SendFault.REJECTED


async def test_one_message_a_second(connector: Slack, slack: FakeSlack, moment: Moment) -> None:
    """Each channel gets one message a second, and none waits for another channel."""
    began = moment.at
    parts = connector.render(message("x " * 4000))
    assert len(parts) == 3
    for part in parts:
        await connector.send(ANNA, part, doubtful=False)
    assert moment.at == began + 2
    (other,) = connector.render(message("hi", place=f"{ROOM}:{TS}"))
    await connector.send(ANNA, other, doubtful=False)
    assert moment.at == began + 2


async def test_too_much_at_once(connector: Slack, slack: FakeSlack, moment: Moment) -> None:
    """What would wait for long is put off, with the time when to come back."""
    slack.scripted["chat.postMessage"].append(Reply(429, {"ok": False}, {"Retry-After": "30"}))
    (part,) = connector.render(message("hi"))
    first = await refused(connector, part)
    assert (first.fault, first.retry_after) == (SendFault.RATE_LIMITED, timedelta(seconds=30))
    second = await refused(connector, part)
    assert (second.fault, second.retry_after) == (SendFault.RATE_LIMITED, timedelta(seconds=30))
    assert len(slack.made("chat.postMessage")) == 1
    moment.at += 30
    await connector.send(ANNA, part, doubtful=False)
    assert len(slack.history) == 1


@table(
    Case("unknown channel", error("channel_not_found"), (SendFault.UNREACHABLE, False)),
    Case("unknown person", error("user_not_found"), (SendFault.UNREACHABLE, False)),
    Case("account gone", error("account_inactive"), (SendFault.UNREACHABLE, False)),
    Case("thrown out", error("not_in_channel"), (SendFault.UNREACHABLE, False)),
    Case("token bad", error("invalid_auth"), (SendFault.CREDENTIALS, True)),
    Case("token revoked", error("token_revoked"), (SendFault.CREDENTIALS, True)),
    Case("scope", error("missing_scope", needed="chat:write"), (SendFault.CREDENTIALS, True)),
    Case("too long", error("msg_too_long"), (SendFault.REJECTED, False)),
    Case("blocks", error("invalid_blocks"), (SendFault.REJECTED, False)),
    Case("unheard of", error("moon_in_retrograde"), (SendFault.REJECTED, False)),
    Case("limited in words", error("ratelimited"), (SendFault.RATE_LIMITED, True)),
    Case("fatal", error("fatal_error"), (SendFault.PLATFORM_DOWN, True)),
    Case("internal", error("internal_error"), (SendFault.PLATFORM_DOWN, True)),
    Case("500", Reply(500, {"ok": False}), (SendFault.PLATFORM_DOWN, True)),
    Case("502 as a page", Reply(502, "<html>Bad gateway"), (SendFault.PLATFORM_DOWN, True)),
    Case("200 as a page", Reply(200, "<html>Hello"), (SendFault.NETWORK, True)),
    Case("a list", Reply(200, [1]), (SendFault.NETWORK, True)),
    Case("hung up", Reply(hang_up=True), (SendFault.NETWORK, True)),
    Case("429 without a time", Reply(429, {"ok": False}), (SendFault.RATE_LIMITED, True)),
    Case(
        "429 with a bent time",
        Reply(429, {"ok": False}, {"Retry-After": "soon"}),
        (SendFault.RATE_LIMITED, True),
    ),
)
async def test_faults(
    connector: Slack, slack: FakeSlack, given: Reply, expected: tuple[SendFault, bool]
) -> None:
    """Every answer of Slack's means one of our faults, and is not tried again by itself."""
    slack.scripted["chat.postMessage"].append(given)
    (part,) = connector.render(message("hi"))
    fault = await refused(connector, part)
    assert (fault.fault, fault.retryable) == expected
    assert len(slack.made("chat.postMessage")) == 1


@pytest.mark.parametrize("place", [None, f"{ROOM}:{TS}"])
@pytest.mark.parametrize("lines", [0, 5])
async def test_time_out_after_success(
    connector: Slack, slack: FakeSlack, place: str | None, lines: int
) -> None:
    """A message that had arrived when the connection broke is found, not sent again."""
    slack.scripted["chat.postMessage"].append(Reply(hang_up=True, carried_out=True))
    (part,) = connector.render(message("hi", place=place))
    assert (await refused(connector, part)).fault is SendFault.NETWORK
    ts = slack.history[0]["ts"]
    slack.history += [{"ts": f"1700000001.{n:06d}", "text": "other"} for n in range(lines)]
    sent = await connector.send(ANNA, part, doubtful=True)
    assert sent.native_id == f"{DIRECT if place is None else ROOM}:{ts}"
    assert len(slack.made("chat.postMessage")) == 1
    looked = slack.made("conversations.history" if place is None else "conversations.replies")
    assert float(str(looked[0]["oldest"])) < 1700000000 < float(str(looked[0]["oldest"])) + 600


async def test_lost_on_the_way(connector: Slack, slack: FakeSlack) -> None:
    """A message that had not arrived is sent after all."""
    slack.scripted["chat.postMessage"].append(Reply(hang_up=True))
    (part,) = connector.render(message("hi"))
    await refused(connector, part)
    await connector.send(ANNA, part, doubtful=True)
    assert len(slack.history) == 1


async def test_server_error_after_success(connector: Slack, slack: FakeSlack) -> None:
    """After a 5xx nobody knows either, so it is looked up even if nobody says it is doubtful."""
    slack.scripted["chat.postMessage"].append(Reply(503, {"ok": False}, carried_out=True))
    (part,) = connector.render(message("hi"))
    assert (await refused(connector, part)).fault is SendFault.PLATFORM_DOWN
    await connector.send(ANNA, part, doubtful=False)
    assert len(slack.history) == 1


@table(
    Case("Slack is down", Reply(503, {"ok": False}), SendFault.NETWORK),
    Case("limited", Reply(429, {"ok": False}, {"Retry-After": "7"}), SendFault.NETWORK),
    Case("gone", error("channel_not_found"), SendFault.UNREACHABLE),
)
async def test_cannot_look(
    connector: Slack, slack: FakeSlack, given: Reply, expected: SendFault
) -> None:
    """As long as one cannot look, the message stays in doubt and is not sent."""
    slack.scripted["conversations.history"].append(given)
    (part,) = connector.render(message("hi"))
    fault = await refused(connector, part, doubtful=True)
    assert fault.fault is expected
    assert slack.history == []
    if given.status == 429:
        assert fault.retry_after == timedelta(seconds=7)


async def test_not_allowed_to_look(connector: Slack, slack: FakeSlack) -> None:
    """Where we may not read, a message is rather sent twice than never."""
    slack.scripted["conversations.history"].append(error("missing_scope", needed="im:history"))
    (part,) = connector.render(message("hi"))
    await connector.send(ANNA, part, doubtful=True)
    assert len(slack.history) == 1


async def test_file_after_a_time_out(
    connector: Slack, slack: FakeSlack, files: dict[str, bytes]
) -> None:
    """A file that had arrived is known by its name and size, one for each of two alike."""
    files["f1"] = b"png"
    first, second = connector.render(message(attachments=(PHOTO, PHOTO)))
    slack.scripted["files.completeUploadExternal"].append(Reply(hang_up=True, carried_out=True))
    await refused(connector, first)
    await connector.send(ANNA, first, doubtful=True)
    assert len(slack.made("files.completeUploadExternal")) == 1
    await connector.send(ANNA, second, doubtful=True)
    assert len(slack.made("files.completeUploadExternal")) == 2


async def test_no_typing(connector: Slack, slack: FakeSlack) -> None:
    """Slack has no sign that a bot is writing, and none is claimed."""
    before = len(slack.calls)
    await connector.typing(ANNA)
    assert len(slack.calls) == before
    assert not connector.capabilities().typing
    assert not connector.capabilities().read_receipts
