"""Our Slack answers as Slack does, and notices what Slack would not take."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import jsonschema
import pytest
from aiohttp import web

from tests.platforms.faults import Kind
from tests.platforms.journal import Json
from tests.platforms.serving import serving
from tests.platforms.slack.doors import signature
from tests.platforms.slack.examples import of_every_kind
from tests.platforms.slack.server import (
    APP_TOKEN,
    BOT_TOKEN,
    SIGNING_SECRET,
    SlackServer,
    slack_server,
)
from tests.platforms.slack.spec import event_types, event_wrapper


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server(speed=1000) as server:
        yield server


async def call(slack: SlackServer, method: str, *, token: str = BOT_TOKEN, **given: Any) -> Json:
    """Call a method as an app does, with a JSON body."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{slack.api}{method}", json=given) as answer,
    ):
        told: Json = await answer.json()
    return {**told, "status": answer.status, "after": answer.headers.get("Retry-After")}


def button(**fields: object) -> Json:
    text = {"type": "plain_text", "text": "Yes"}
    one = {"type": "button", "action_id": "a", "text": text, "value": "c:1", **fields}
    return {"type": "actions", "elements": [one]}


async def test_what_the_app_posts_is_seen_and_found_again(slack: SlackServer) -> None:
    """A post stands in the channel; its metadata comes back only to who asks for it."""
    anna = slack.person("U0ANNA001")
    channel = (await call(slack, "conversations.open", users=anna.id))["channel"]["id"]
    key = {"event_type": "x", "event_payload": {"key": "k"}}
    sent = await call(
        slack, "chat.postMessage", channel=channel, text="Hi", blocks=[button()], metadata=key
    )
    assert anna.texts == ["Hi"]
    plain = await call(slack, "conversations.history", channel=channel)
    full = await call(slack, "conversations.history", channel=channel, include_all_metadata=True)
    assert [m.get("metadata") for m in plain["messages"]] == [None]
    assert [(m["ts"], m["metadata"]) for m in full["messages"]] == [(sent["ts"], key)]
    assert slack.violations == []


@pytest.mark.parametrize(
    ("given", "error", "violation"),
    [
        ({"text": "x" * 40001}, "msg_too_long", "at most 40000"),
        ({"text": ""}, "no_text", "nothing to say"),
        ({"text": "a", "colour": "red"}, None, "unknown argument"),
        ({"text": 5}, "invalid_arguments", "no text"),
        ({"text": "a", "blocks": [{"type": "poem"}]}, "invalid_blocks", "no block 'poem'"),
        ({"text": "a", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks", "51 blocks"),
        ({"text": "a", "blocks": [button(value="x" * 2001)]}, "invalid_blocks", "2000"),
        ({"text": "a", "blocks": [button(text="Yes")]}, "invalid_blocks", "text object"),
        (
            {
                "text": "a",
                "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}],
            },
            "invalid_blocks",
            "1 to 3000",
        ),
        ({"blocks": [{"type": "divider"}]}, None, "fall back"),
        ({"text": "a", "thread_ts": "now"}, "invalid_arguments", "no time stamp"),
        ({"text": "a", "metadata": {"key": 1}}, "invalid_metadata_format", "event_type"),
    ],
)
async def test_what_is_against_the_specification_is_named(
    slack: SlackServer, given: Json, error: str | None, violation: str
) -> None:
    """Every breach is a violation; what Slack refuses is refused with its word."""
    place = slack.person("U0ANNA001").chat
    told = await call(slack, "chat.postMessage", channel=place.id, **given)
    assert told.get("error") == error
    assert any(violation in one for one in slack.violations), slack.violations


async def test_refusals_of_the_platform(slack: SlackServer) -> None:
    """Tokens, channels, scopes and methods that are not there or not allowed."""
    assert (await call(slack, "auth.test", token=""))["error"] == "not_authed"
    assert (await call(slack, "auth.test", token="xoxb-1"))["error"] == "invalid_auth"
    opening = await call(slack, "apps.connections.open")
    assert opening["error"] == "not_allowed_token_type"
    assert (await call(slack, "chat.shout"))["error"] == "unknown_method"
    told = await call(slack, "chat.postMessage", channel="C1", text="a")
    assert told["error"] == "channel_not_found"
    slack.home.scopes = frozenset({"chat:write"})
    assert (await call(slack, "users.info", user="U1"))["error"] == "missing_scope"


async def test_one_message_a_second_and_channel(slack: SlackServer) -> None:
    """More is a 429 that says when to come again, and nothing is posted."""
    slack.methods.limits.speed = 1
    anna = slack.person("U0ANNA001")
    told = [
        await call(slack, "chat.postMessage", channel=anna.chat.id, text=str(n)) for n in range(4)
    ]
    refused = [one for one in told if not one["ok"]]
    assert (refused[0]["status"], refused[0]["error"]) == (429, "ratelimited")
    assert int(refused[0]["after"]) >= 1
    assert len(anna.texts) == 4 - len(refused)


async def test_events_are_signed_and_tried_again(slack: SlackServer) -> None:
    """An event that is not taken comes three times more, with its number and reason."""
    got: list[tuple[str | None, str | None]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        stamp = request.headers["X-Slack-Request-Timestamp"]
        assert request.headers["X-Slack-Signature"] == signature(SIGNING_SECRET, stamp, body)
        got.append(
            (
                request.headers.get("X-Slack-Retry-Num"),
                request.headers.get("X-Slack-Retry-Reason"),
            )
        )
        return web.Response(status=503 if len(got) < 4 else 200)

    app = web.Application()
    app.router.add_post("/slack/events", take)
    async with serving(app) as port:
        slack.over_http(f"http://127.0.0.1:{port}/slack/events")
        slack.person("U0ANNA001").say("Hi")
        await slack.until(lambda: slack.dispatch.deliveries[0].done)
    assert got == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]


async def test_sockets_are_served_renewed_and_heard_again(slack: SlackServer) -> None:
    """Socket Mode: hello, an envelope, its acknowledgement; unacknowledged it comes again."""
    anna = slack.person("U0ANNA001")
    opened = await call(slack, "apps.connections.open", token=APP_TOKEN)
    async with aiohttp.ClientSession() as http, http.ws_connect(opened["url"]) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        anna.say("Hi <you>")
        first = await socket.receive_json()
        assert first["payload"]["event"]["text"] == "Hi &lt;you&gt;"
        again = await socket.receive_json(timeout=10)
        assert (again["retry_attempt"], again["retry_reason"]) == (1, "timeout")
        assert again["payload"]["event_id"] == first["payload"]["event_id"]
        await socket.send_json({"envelope_id": again["envelope_id"]})
        await slack.until(lambda: slack.dispatch.deliveries[0].done)
        await slack.socket.renew()
        assert (await socket.receive_json())["reason"] == "refresh_requested"
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(opened["url"])  # a ticket opens one socket


async def test_files_are_uploaded_in_three_steps_and_fetched_with_the_token(
    slack: SlackServer,
) -> None:
    """getUploadURLExternal, the bytes, completeUploadExternal; without a token a sign-in page."""
    anna = slack.person("U0ANNA001")
    place = await call(slack, "files.getUploadURLExternal", filename="a.txt", length=5)
    async with aiohttp.ClientSession() as http:
        async with http.post(place["upload_url"], data=b"bytes") as answer:
            assert await answer.text() == "OK - 5"
        done = await call(
            slack,
            "files.completeUploadExternal",
            files=[{"id": place["file_id"], "title": "A"}],
            channel_id=anna.chat.id,
        )
        url = done["files"][0]["url_private"]
        async with http.get(url) as answer:
            assert "Sign in" in await answer.text()
        async with http.get(url, headers={"Authorization": f"Bearer {BOT_TOKEN}"}) as answer:
            assert await answer.read() == b"bytes"
    assert anna.chat.from_bot[0].message["files"][0]["title"] == "A"
    assert slack.violations == []


async def test_a_lost_answer_has_done_its_deed(slack: SlackServer) -> None:
    """A time-out after success: the message is there, the caller does not know."""
    anna = slack.person("U0ANNA001")
    slack.faults.plan("chat.postMessage", Kind.LOST)
    with pytest.raises(aiohttp.ClientError):
        await call(slack, "chat.postMessage", channel=anna.chat.id, text="a")
    assert anna.texts == ["a"]


async def test_a_response_url_answers_five_times(slack: SlackServer) -> None:
    """Slack takes five answers to one press or command."""
    anna = slack.person("U0ANNA001")
    url = slack.response_url(anna, anna.chat)
    async with aiohttp.ClientSession() as http:
        for expected in (200, 200, 200, 200, 200, 404):
            async with http.post(url, json={"text": "ok"}) as answer:
                assert answer.status == expected
    assert [one.only for one in anna.chat.from_bot] == [anna.id] * 5


async def test_a_code_is_exchanged_once(slack: SlackServer) -> None:
    """OAuth: the code gives the workspace's token, a second time nothing."""
    other = slack.workspace("T0OTHER01", "Other")
    code = slack.grant(other, "https://here/redirect")
    given = {"code": code, "redirect_uri": "https://here/redirect"}
    headers = {"Authorization": f"Basic {b64encode(b'id:secret').decode()}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        for expected in (True, False):
            async with http.post(f"{slack.api}oauth.v2.access", data=given) as answer:
                told = await answer.json()
                assert told["ok"] is expected
            if expected:
                assert (told["access_token"], told["team"]["id"]) == (other.bot_token, "T0OTHER01")
    assert slack.violations == []


async def test_events_are_as_specified(slack: SlackServer) -> None:
    """What people do, and an example of every kind of event, fits Slack's schema."""
    anna = slack.person("U0ANNA001")
    place = slack.channel("C0GENERAL", "general", anna)
    anna.say("Hi")
    anna.edit(anna.last, "Hello")
    anna.delete(anna.last)
    anna.mention(place, "are you there?")
    anna.upload(b"x", "a.pdf")
    await asyncio.sleep(0)
    made = [one.payload for one in slack.dispatch.deliveries]
    assert len(made) == 6
    examples = list(of_every_kind(slack.dispatch, anna))
    assert len(examples) > len(event_types())
    for payload in [*made, *examples]:
        jsonschema.validate(payload, event_wrapper())
