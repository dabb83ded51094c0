"""What does not come from the platform: refused, logged without secrets, nothing stored."""

from __future__ import annotations

import json
import time

import psycopg

from tests.platforms.slack.doors import Delivery, HttpDoor, What, body_of
from tests.platforms.telegram.server import TOKEN
from tests.scenario.messengers.house import SECRETS, Nitka
from tests.scenario.messengers.modes import called_only


def door_of(nitka: Nitka) -> HttpDoor:
    assert nitka.slack.dispatch.http is not None
    return nitka.slack.dispatch.http


def event_body(nitka: Nitka, text: str) -> tuple[bytes, str]:
    """Make an event's body without handing it over."""
    anna = nitka.slack.person(nitka.slack_id())
    event = {"type": "message", "user": anna.id, "text": text, "channel": anna.chat.id}
    event |= {"ts": nitka.slack.home.ts(), "channel_type": "im"}
    return body_of(Delivery(What.EVENT, nitka.slack.dispatch.wrapped(nitka.slack.home, event)))


async def said(nitka: Nitka, text: str) -> int:
    """Count the lines that say this."""
    found = await nitka.rows("SELECT count(*) AS n FROM messages WHERE text = %s", text)
    return int(found[0]["n"])


@called_only
async def test_a_forged_telegram_secret(called: Nitka) -> None:
    """A wrong secret is refused before the body is read; nothing is stored."""
    before = await called.received("telegram")
    update = {"update_id": 1, "message": {"message_id": 1, "text": "forged"}}
    for secret in ("", "wrong", "w3bh00k-53c7e", "ж"):
        status = await called.telegram.webhook.post(update, secret=secret or " ")
        assert status == 403
    assert await called.received("telegram") == before
    assert "webhook_refused" in called.logs


@called_only
async def test_a_wrong_slack_signature_and_old_ones(called: Nitka) -> None:
    """Wrong, missing, and right but older (or newer) than five minutes: 401."""
    door, body = door_of(called), event_body(called, "forged")
    wrong = [
        await door.post(body, secret="wrong"),
        await door.post(body, at=time.time() - 301),
        await door.post(body, at=time.time() + 330),
        await door.post(body, headers={"X-Slack-Signature": "v0=00"}),
        await door.post(body, headers={"X-Slack-Signature": ""}),
        await door.post(body, headers={"X-Slack-Request-Timestamp": "soon"}),
    ]
    assert [status for status, _, _ in wrong] == [401] * 6
    assert await said(called, "forged") == 0
    assert "slack.refused" in called.logs


@called_only
async def test_a_replayed_request_is_stored_once(called: Nitka) -> None:
    """Within the five minutes the same signed request makes no second message; later it is 401."""
    door, body = door_of(called), event_body(called, "replayed")
    at = time.time() - 290
    assert [(await door.post(body, at=at))[0] for _ in range(3)] == [200, 200, 200]
    assert await said(called, "replayed") == 1
    assert (await door.post(body, at=time.time() - 301))[0] == 401
    assert await said(called, "replayed") == 1


@called_only
async def test_the_request_url_is_verified(called: Nitka) -> None:
    """`url_verification` is answered with its challenge, when it is signed."""
    told = {"type": "url_verification", "challenge": "ch4llenge", "token": "x"}
    body = json.dumps(told).encode(), "application/json"
    status, text, _ = await door_of(called).post(body)
    assert (status, text) == (200, "ch4llenge")
    assert (await door_of(called).post(body, secret="wrong"))[0] == 401


@called_only
async def test_bodies_that_are_nothing_are_accounted_for(called: Nitka) -> None:
    """What is from the platform and cannot be read is a 200 and an entry."""
    before = await called.received("telegram")
    bodies = (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"update_id": 5}', b"[" * 100_000)
    statuses = [await called.telegram.webhook.post(None, raw=body) for body in bodies]
    assert statuses == [200] * len(bodies)
    assert await called.received("telegram") == before + len(bodies)


@called_only
async def test_a_store_that_is_away_asks_the_platforms_to_come_again(called: Nitka) -> None:
    """Nothing is answered 200 that is not stored: see the platforms' own retries."""
    anna = called.telegram.person(called.number())
    bert = called.slack.person(called.slack_id())
    lock = "LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"
    address = called.servers.database_url.replace("postgresql+psycopg:", "postgresql:", 1)
    async with await psycopg.AsyncConnection.connect(address) as sql:
        await sql.execute(lock)
        bert.say("one")
        await called.slack.until(lambda: called.slack.dispatch.deliveries[-1].reasons)
    anna.say("one")
    await called.telegram.until(lambda: anna.texts)
    await called.slack.until(lambda: bert.texts)
    assert (anna.texts, bert.texts) == (["1: one"], ["1: one"])


async def test_logs_hold_no_secrets(nitka: Nitka) -> None:
    """Neither tokens nor secrets stand in any log, whatever happened before."""
    logs = nitka.logs
    assert logs
    assert [secret for secret in (*SECRETS, TOKEN, TOKEN.partition(":")[2]) if secret in logs] == []
