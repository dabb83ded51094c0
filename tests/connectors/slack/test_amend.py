"""Changing what was posted: the calls, held against the specification, and what refusals mean."""

from __future__ import annotations

import pytest

from connectors.slack.connector import Slack
from nitka.domain.message import Button
from nitka.errors import SendError, SendFault
from tests.connectors.slack.conftest import message
from tests.connectors.slack.payloads import DIRECT, TS
from tests.connectors.slack.platform import FakeSlack, Reply, error
from tests.connectors.slack.test_send import ANNA, PHOTO

PLACE = f"{DIRECT}:{TS}"
DONE = Reply(body={"ok": True})


async def test_a_text_is_changed(connector: Slack, slack: FakeSlack) -> None:
    """Where it stands, with its buttons."""
    slack.scripted["chat.update"].append(DONE)
    (part,) = connector.render(message("better", buttons=(Button("Yes", "/affirm"),)))
    await connector.change(ANNA, part, PLACE)
    (call,) = slack.made("chat.update")
    assert (call["channel"], call["ts"], call["text"]) == (DIRECT, TS, "better")
    blocks = call["blocks"]
    assert isinstance(blocks, list)
    assert [block["type"] for block in blocks] == ["section", "actions"]


async def test_a_text_and_a_file_are_deleted(connector: Slack, slack: FakeSlack) -> None:
    """What is gone already is no error."""
    text, photo = connector.render(message("hi", attachments=(PHOTO,)))
    assert not connector.same_kind(text, photo)
    for reply in (DONE, error("message_not_found")):
        slack.scripted["chat.delete"].append(reply)
        await connector.withdraw(ANNA, text, PLACE)
    for reply in (DONE, error("file_not_found")):
        slack.scripted["files.delete"].append(reply)
        await connector.withdraw(ANNA, photo, f"{DIRECT}:F0123")
    assert slack.made("chat.delete") == [{"channel": DIRECT, "ts": TS}] * 2
    assert slack.made("files.delete") == [{"file": "F0123"}] * 2


@pytest.mark.parametrize(
    ("code", "fault", "retryable"),
    [
        ("edit_window_closed", SendFault.REJECTED, False),
        ("cant_update_message", SendFault.REJECTED, False),
        ("ratelimited", SendFault.RATE_LIMITED, True),
        ("internal_error", SendFault.PLATFORM_DOWN, True),
    ],
)
async def test_refusals(
    connector: Slack, slack: FakeSlack, code: str, fault: SendFault, retryable: bool
) -> None:
    """Too old, not allowed, too fast, away: sorted as for what is sent."""
    slack.scripted["chat.update"].append(error(code))
    (part,) = connector.render(message("stays"))
    with pytest.raises(SendError) as caught:
        await connector.change(ANNA, part, PLACE)
    assert (caught.value.fault, caught.value.retryable) == (fault, retryable)
