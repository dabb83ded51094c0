"""The one path for events, interactivity and commands: authentic, stored, then answered."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import httpx
import structlog
from fastapi import APIRouter

from connectors.slack.connector import Slack
from connectors.slack.routes import SlackRoutes
from nitka.domain.inbound import Ignored, Incoming
from nitka.ports import Received
from tests.connectors.harness import Case, reveals, table
from tests.connectors.slack.conftest import Ledger, http_of
from tests.connectors.slack.payloads import (
    SIGNING_SECRET,
    USER,
    as_form,
    as_json,
    mention,
    pressed,
    said,
    signed,
    typed,
    wrap,
)
from tests.connectors.slack.platform import FakeSlack

PATH = "/slack/events"


async def post(http: httpx.AsyncClient, given: tuple[bytes, str], **headers: str) -> httpx.Response:
    body, kind = given
    return await http.post(
        PATH, content=body, headers={**signed(body), "Content-Type": kind, **headers}
    )


async def test_event(http: httpx.AsyncClient, front: Ledger) -> None:
    """An event is stored before Slack is told that it arrived."""
    answer = await post(http, as_json(wrap(said("hello"))))
    assert (answer.status_code, answer.content) == (200, b"")
    assert [inbound.text for inbound in front.inbounds] == ["hello"]


async def test_button(http: httpx.AsyncClient, front: Ledger) -> None:
    """A pressed button comes as a form, and nothing is shown for it."""
    answer = await post(http, as_form(pressed("c:0123456789abcdef0123456789abcdef:0")))
    assert (answer.status_code, answer.content) == (200, b"")
    assert front.inbounds[0].choice is not None


async def test_command(
    http: httpx.AsyncClient, front: Ledger, slack: FakeSlack, connector: Slack
) -> None:
    """A command is acknowledged to its author alone, in his language once it is known."""
    slack.users[USER] = {"locale": "pl-PL", "real_name": "Anna"}
    first = await post(http, as_form(typed("human")))
    assert first.json()["response_type"] == "ephemeral"
    assert "direct message" in first.json()["text"]
    await connector.settled()
    second = await post(http, as_form(typed("")))
    assert "Przyjęte" in second.json()["text"]
    assert [inbound.text for inbound in front.inbounds] == ["/human", "/help"]


async def test_profile(
    http: httpx.AsyncClient, front: Ledger, slack: FakeSlack, connector: Slack
) -> None:
    """A person is looked up beside the way, once; what was learnt goes with the next message."""
    slack.users[USER] = {
        "locale": "ru-RU",
        "tz": "Europe/Warsaw",
        "profile": {"real_name": "Anna Nowak", "email": "anna@shop.pl"},
    }
    await post(http, as_json(wrap(said("one"))))
    await connector.settled()
    await post(http, as_json(wrap(said("two"))))
    await connector.settled()
    first, second = front.inbounds
    assert first.profile.name is None
    profile = second.profile
    assert (profile.name, profile.locale, profile.email) == ("Anna Nowak", "ru-RU", "anna@shop.pl")
    assert profile.time_zone == "Europe/Warsaw"
    assert slack.made("users.info") == [{"user": USER, "include_locale": "1"}]


async def test_unknown_person(
    http: httpx.AsyncClient, front: Ledger, slack: FakeSlack, connector: Slack
) -> None:
    """A look-up that fails is not tried with every message, and loses none."""
    for text in ("one", "two"):
        await post(http, as_json(wrap(said(text))))
        await connector.settled()
    assert len(front.inbounds) == 2
    assert len(slack.made("users.info")) == 1


async def test_challenge(http: httpx.AsyncClient, front: Ledger) -> None:
    """Slack's question whether the address is ours is answered, and nothing is stored."""
    answer = await post(http, as_json({"type": "url_verification", "challenge": "3eZbrw1aB"}))
    assert (answer.status_code, answer.text) == (200, "3eZbrw1aB")
    assert front.calls == 0


async def test_certificate_check(http: httpx.AsyncClient, front: Ledger) -> None:
    """Slack's look at the certificate is answered; it is not signed and carries nothing."""
    answer = await http.post(PATH, data={"ssl_check": "1", "token": "x"})
    assert answer.status_code == 200
    assert front.calls == 0


BODY, KIND = as_json(wrap(said("secret words")))


@table(
    Case("not signed", lambda: {}, 401),
    Case("another secret", lambda: signed(BODY, secret="another"), 401),
    Case("another body", lambda: signed(BODY + b" "), 401),
    Case("older than five minutes", lambda: signed(BODY, age=301), 401),
    Case("from the future", lambda: signed(BODY, age=-400), 401),
    Case("no time", lambda: {"X-Slack-Signature": signed(BODY)["X-Slack-Signature"]}, 401),
    Case("a time in words", lambda: {**signed(BODY), "X-Slack-Request-Timestamp": "noon"}, 401),
    Case("a time too long", lambda: {**signed(BODY), "X-Slack-Request-Timestamp": "9" * 5000}, 401),
    Case("another version", lambda: {**signed(BODY), "X-Slack-Signature": "v1=00"}, 401),
    Case("no ASCII", lambda: {**signed(BODY), "X-Slack-Signature": "v0=\xe9"}, 401),
    Case("four minutes ago", lambda: signed(BODY, age=240), 200),
)
async def test_authenticity(
    http: httpx.AsyncClient, front: Ledger, given: Callable[[], dict[str, str]], expected: int
) -> None:
    """Only what Slack signed in the last five minutes is stored; a refusal tells no secret."""
    signature = given()
    headers = [(name.encode(), value.encode("latin-1")) for name, value in signature.items()]
    with structlog.testing.capture_logs() as logs:
        answer = await http.post(PATH, content=BODY, headers=headers)
    assert answer.status_code == expected
    assert front.calls == (1 if expected == 200 else 0)
    if expected == 401:
        assert answer.json()["code"] == "bad_signature"
        assert logs[0]["event"] == "slack.refused"
    told = f"{logs} {answer.text}"
    assert not reveals(told, SIGNING_SECRET, "secret words", *signature.values())


@table(
    Case("no JSON", (b"{", "application/json"), "malformed"),
    Case("a list", (b"[1]", "application/json"), "malformed"),
    Case("nothing", (b"", "application/json"), "malformed"),
    Case("no UTF-8", (b'{"a": "\xff"}', "application/json"), "malformed"),
    Case("no text", (b"\xff\xfe", "application/x-www-form-urlencoded"), "malformed"),
    Case("a bent form", (b"payload=%7B", "application/x-www-form-urlencoded"), "malformed"),
    Case("deep", (b"[" * 100_000, "application/json"), "malformed"),
    Case("new kind", as_json({"type": "dream", "team_id": "T1"}), "unknown_dream"),
)
async def test_bent(
    http: httpx.AsyncClient, front: Ledger, given: tuple[bytes, str], expected: str
) -> None:
    """What Slack signed is answered with 200 and accounted for, however bent it is."""
    answer = await post(http, given)
    assert answer.status_code == 200
    (ignored,) = front.stored.values()
    assert isinstance(ignored, Ignored)
    assert ignored.reason == expected


async def test_storage_away(http: httpx.AsyncClient, front: Ledger) -> None:
    """What is not stored is not acknowledged; the retry is stored."""
    front.down = 1
    given = as_json(wrap(said("hello"), event_id="Ev1"))
    assert (await post(http, given)).status_code == 503
    assert front.stored == {}
    again = await post(
        http, given, **{"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}
    )
    assert again.status_code == 200
    assert len(front.inbounds) == 1


class Stuck(Ledger):
    """A storage that never answers."""

    async def receive(self, incoming: Incoming) -> Received | None:
        await asyncio.Event().wait()
        return None


async def test_storage_too_slow(connector: Slack) -> None:
    """A storage that hangs is not waited for longer than Slack waits for us."""
    router = APIRouter()
    intake = connector._intake(Stuck())  # type: ignore[arg-type]  # the part in use
    SlackRoutes(intake, signing_secret=SIGNING_SECRET, patience=0.01).add_to(router)
    async with http_of(router) as http:
        answer = await post(http, as_json(wrap(said("hello"))))
    assert answer.status_code == 503


async def test_duplicates(http: httpx.AsyncClient, front: Ledger) -> None:
    """Five of each of a hundred events, shuffled, are a hundred messages."""
    ts = [f"1700000{n:03d}.000100" for n in range(100)]
    events = [wrap((said, mention)[n % 2](f"<@U0BOT> {n}", ts=ts[n])) for n in range(100)]
    given = [as_json(event) for event in events] * 5
    random.Random(7).shuffle(given)
    for one in given:
        assert (await post(http, one, **{"X-Slack-Retry-Num": "1"})).status_code == 200
    assert sorted(int(inbound.text) for inbound in front.inbounds) == list(range(100))
