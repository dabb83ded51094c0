"""Customers' files are fetched from Slack, with the token, and from nowhere else."""

from __future__ import annotations

import pytest
from aiohttp import web

from connectors.slack.connector import Slack
from connectors.slack.factory import SlackOptions, open_slack
from nitka.errors import SendError, SendFault
from tests.connectors.harness import Case, table
from tests.connectors.slack.payloads import TEAM
from tests.connectors.slack.platform import BOT_TOKEN, FakeSlack


async def test_download(connector: Slack, slack: FakeSlack) -> None:
    """A file comes with our token, whether its address is known or must be asked for."""
    slack.downloads["asked"] = lambda _: web.Response(body=b"bytes")
    assert await connector.download(f"{TEAM}:{slack.url}files/asked") == b"bytes"
    assert await connector.download(f"{TEAM}:file:F1") == b"bytes"
    assert slack.made("files.info") == [{"file": "F1"}]
    tokens = [call.token for call in slack.calls if call.method == "download"]
    assert tokens == [f"Bearer {BOT_TOKEN}"] * 2


@table(
    Case("another host", "https://evil.example/a.png", SendFault.REJECTED),
    Case("looks like Slack's", "https://files.slack.com.evil.example/a.png", SendFault.REJECTED),
    Case("not encrypted", "http://files.slack.com/a.png", SendFault.REJECTED),
    Case("another port of Slack's", "https://files.slack.com:8443/a.png", SendFault.REJECTED),
    Case("another port of this machine", "http://127.0.0.1:1/a.png", SendFault.REJECTED),
    Case("no address", "file:", SendFault.REJECTED),
    Case("bent", "http://[::1", SendFault.REJECTED),
)
async def test_elsewhere(
    connector: Slack, slack: FakeSlack, given: str, expected: SendFault
) -> None:
    """The token never leaves for another host."""
    before = len(slack.calls)
    place = given if given != "file:" else ""
    with pytest.raises(SendError) as caught:
        await connector.download(f"{TEAM}:{place}")
    assert (caught.value.fault, caught.value.retryable) == (expected, False)
    assert len(slack.calls) == before


@table(
    Case("gone", web.HTTPNotFound, (SendFault.REJECTED, False)),
    Case("to sign in", lambda: web.HTTPFound("https://slack.com/x"), (SendFault.REJECTED, False)),
    Case("down", web.HTTPBadGateway, (SendFault.PLATFORM_DOWN, True)),
    Case(
        "a page to sign in",
        lambda: web.Response(text="<html>", content_type="text/html"),
        (SendFault.CREDENTIALS, False),
    ),
    Case("too large", lambda: web.Response(body=b"x" * 2000), (SendFault.REJECTED, False)),
)
async def test_faults(
    options: SlackOptions, slack: FakeSlack, given: object, expected: tuple[SendFault, bool]
) -> None:
    """What is no file, or too large, is told apart from what may come later."""
    assert callable(given)

    def answer(_: web.Request) -> web.StreamResponse:
        made = given()
        if isinstance(made, web.HTTPException):
            raise made
        assert isinstance(made, web.StreamResponse)
        return made

    slack.downloads["a.png"] = answer

    async def load(_: str) -> bytes | None:
        return None

    small = SlackOptions(
        bot_token=options.bot_token, app_token=options.app_token, api=slack.api, file_limit=1000
    )
    connector = await open_slack(small, load=load)
    try:
        with pytest.raises(SendError) as caught:
            await connector.download(f"{TEAM}:{slack.url}files/a.png")
    finally:
        await connector.close()
    assert (caught.value.fault, caught.value.retryable) == expected
