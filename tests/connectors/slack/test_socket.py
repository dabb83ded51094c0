"""Socket Mode: stored, then acknowledged; always connected again; no secret told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sized
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
import structlog

from connectors.slack.connector import Slack
from connectors.slack.socket import SocketMode
from nitka.domain.inbound import Incoming
from nitka.errors import ConfigError
from nitka.ports import Received
from tests.connectors.harness import Case, reveals, table
from tests.connectors.slack.conftest import Ledger
from tests.connectors.slack.payloads import Json, pressed, said, typed, wrap
from tests.connectors.slack.platform import APP_TOKEN, FakeSlack, Reply, error


def envelope(number: int, payload: object, kind: str = "events_api", **more: object) -> Json:
    return {
        "envelope_id": f"env-{number}",
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind == "slash_commands",
        **more,
    }


def reached(things: Sized, number: int) -> bool:
    return len(things) == number


async def _at_once(_: float) -> None:
    await asyncio.sleep(0)


async def listen(connector: Slack, front: Ledger) -> None:
    await connector.listen(front)  # type: ignore[arg-type]  # the part in use


@asynccontextmanager
async def listening(connector: Slack, front: Ledger) -> AsyncIterator[None]:
    """Listen without pauses until the block is left."""
    socket = connector._socket
    assert isinstance(socket, SocketMode)
    socket._sleep = _at_once
    task = asyncio.create_task(listen(connector, front))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_envelopes(connector: Slack, slack: FakeSlack, front: Ledger) -> None:
    """Events, buttons and commands are stored in order and acknowledged each; a command shows its
    author a word."""
    async with listening(connector, front):
        await slack.until(lambda: len(slack.sockets) == 1)
        await slack.send(envelope(1, wrap(said("hello"))))
        button = pressed("c:0123456789abcdef0123456789abcdef:0")
        await slack.send(envelope(2, button, "interactive"))
        await slack.send(envelope(3, typed("human"), "slash_commands"))
        await slack.send(envelope(4, {"type": "dream", "team_id": "T1"}, "dreams"))
        await slack.send(envelope(5, None))
        await slack.until(lambda: len(slack.acks) == 5)
        assert await connector.ready()
    assert [ack["envelope_id"] for ack in slack.acks] == [f"env-{n}" for n in range(1, 6)]
    assert [set(ack) for ack in slack.acks if "payload" in ack] == [{"envelope_id", "payload"}]
    assert [inbound.text for inbound in front.inbounds] == ["hello", "Yes", "/human"]
    assert len(front.stored) == 5
    assert {c.token for c in slack.calls if c.method == "apps.connections.open"} == {APP_TOKEN}


async def test_storage_away(connector: Slack, slack: FakeSlack, front: Ledger) -> None:
    """An envelope is acknowledged only when it is stored, and those behind it wait."""
    front.down = 3
    async with listening(connector, front):
        await slack.until(lambda: len(slack.sockets) == 1)
        await slack.send(envelope(1, wrap(said("one"))))
        await slack.send(envelope(2, wrap(said("two"))))
        await slack.until(lambda: len(slack.acks) == 2)
    assert front.calls == 5
    assert [inbound.text for inbound in front.inbounds] == ["one", "two"]


async def test_bent_frames(connector: Slack, slack: FakeSlack, front: Ledger) -> None:
    """Frames that cannot be read are passed over; the connection stays."""
    async with listening(connector, front):
        await slack.until(lambda: len(slack.sockets) == 1)
        await slack.sockets[0].send_str("{")
        await slack.sockets[0].send_str("[]")
        await slack.sockets[0].send_bytes(b"\x00")
        await slack.send({"type": "news", "envelope_id": 5})
        await slack.send(envelope(1, wrap(said("hello"))))
        await slack.until(lambda: len(slack.acks) == 1)
    assert len(slack.sockets) == 1


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "from_the_future"])
async def test_renewal(connector: Slack, slack: FakeSlack, front: Ledger, reason: str) -> None:
    """A connection that Slack wants to renew is replaced first; what it still brings is taken."""
    async with listening(connector, front):
        await slack.until(lambda: len(slack.sockets) == 1)
        old = slack.sockets[0]
        await slack.send({"type": "disconnect", "reason": reason, "debug_info": {}})
        await slack.until(lambda: len(slack.sockets) == 2)
        await old.send_json(envelope(1, wrap(said("on the old one"))))
        await slack.send(envelope(2, wrap(said("on the new one"))))
        await slack.until(lambda: len(slack.acks) == 2)
    assert {inbound.text for inbound in front.inbounds} == {"on the old one", "on the new one"}


async def test_broken_connections(connector: Slack, slack: FakeSlack, front: Ledger) -> None:
    """Whatever breaks, it connects again, and an envelope that comes again is stored once."""
    event = wrap(said("hello"), event_id="Ev1")
    async with listening(connector, front):
        for number in range(1, 4):
            await slack.until(partial(reached, slack.sockets, number))
            await slack.send(envelope(number, event, retry_attempt=number - 1))
            await slack.until(partial(reached, slack.acks, number))
            transport = slack.sockets[-1]._req.transport  # type: ignore[union-attr]  # it is open
            assert transport is not None
            transport.abort()
        await slack.until(lambda: len(slack.sockets) == 4)
    assert len(front.inbounds) == 1


@table(
    Case("down", Reply(503, "<html>"), None),
    Case("limited", Reply(429, {"ok": False}, {"Retry-After": "5"}), None),
    Case("internal", error("internal_error"), None),
    Case("hung up", Reply(hang_up=True), None),
    Case("no address", Reply(), None),
    Case("not encrypted", Reply(body={"ok": True, "url": "ws://slack.example/link"}), None),
    Case("no one there", Reply(body={"ok": True, "url": "ws://127.0.0.1:1/link"}), None),
)
async def test_slack_is_away(
    connector: Slack, slack: FakeSlack, front: Ledger, given: Reply, expected: None
) -> None:
    """A Slack that gives no connection is asked again until it does."""
    slack.scripted["apps.connections.open"] += [given, given]
    async with listening(connector, front):
        await slack.until(lambda: len(slack.sockets) == 1)
    assert len(slack.made("apps.connections.open")) == 3


async def test_refused_token(connector: Slack, slack: FakeSlack, front: Ledger) -> None:
    """A token that Slack refuses ends it, with the setting's name and without the token."""
    slack.scripted["apps.connections.open"].append(error("invalid_auth"))
    with structlog.testing.capture_logs() as logs, pytest.raises(ConfigError) as caught:
        await listen(connector, front)
    assert "NITKA_SLACK_APP_TOKEN" in str(caught.value)
    assert not reveals(f"{caught.value!r} {logs}", APP_TOKEN, "ticket")
    assert connector.can_listen


class Odd(Ledger):
    """A storage in which one text finds a fault that nobody foresaw."""

    async def receive(self, incoming: Incoming) -> Received | None:
        if getattr(incoming, "text", "") == "odd":
            raise RuntimeError("nobody foresaw this")
        return await super().receive(incoming)


async def test_unforeseen_fault(connector: Slack, slack: FakeSlack) -> None:
    """An envelope that breaks something is not acknowledged and does not block those behind it."""
    front = Odd()
    async with listening(connector, front):
        await slack.until(lambda: len(slack.sockets) == 1)
        await slack.send(envelope(1, wrap(said("odd"))))
        await slack.send(envelope(2, wrap(said("hello"))))
        await slack.until(lambda: len(slack.acks) == 1)
    assert slack.acks[0]["envelope_id"] == "env-2"
