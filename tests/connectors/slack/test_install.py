"""Opening Slack, and installing the app in other workspaces."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog

from connectors.slack.connector import Slack
from connectors.slack.factory import SlackOptions, open_slack
from connectors.slack.installations import Installation, Vault
from connectors.slack.oauth import SignedStates
from connectors.slack.pace import Pace
from connectors.slack.scopes import SCOPES
from nitka.domain.address import Address, Channel
from nitka.errors import ConfigError, SendError, SendFault
from tests.connectors.harness import Case, reveals, table
from tests.connectors.slack.conftest import Ledger, http_of, message, routes
from tests.connectors.slack.payloads import BOT, TEAM, Json, as_json, signed, wrap
from tests.connectors.slack.platform import APP_TOKEN, BOT_TOKEN, FakeSlack, Reply, error

KEY = "a service key of at least thirty-two characters"
CLIENT_SECRET = "the app's client secret"
OTHER = Address(Channel.SLACK, "T0002", "U9")
OTHER_TOKEN = "xoxb-other-workspace-secret"


@dataclass
class Kept:
    """`Installations` in memory."""

    sealed: dict[str, bytes] = field(default_factory=dict)

    async def get(self, team: str) -> bytes | None:
        return self.sealed.get(team)

    async def put(self, team: str, sealed: bytes) -> None:
        self.sealed[team] = sealed

    async def remove(self, team: str) -> None:
        self.sealed.pop(team, None)


async def no_files(_: str) -> bytes | None:
    return None


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def shared(options: SlackOptions, kept: Kept) -> AsyncIterator[Slack]:
    """Slack for several workspaces."""
    more = replace(
        options,
        client_id="1.2",
        client_secret=CLIENT_SECRET,
        public_url="https://nitka.test",
        key=KEY,
    )
    pace = Pace(every=timedelta(0))
    opened = await open_slack(more, load=no_files, installations=kept, pace=pace)
    yield opened
    await opened.close()


async def test_installation(shared: Slack, slack: FakeSlack, kept: Kept, front: Ledger) -> None:
    """From the link to a workspace that can be written to; its token is kept sealed and untold."""
    with structlog.testing.capture_logs() as logs:
        async with http_of(routes(shared, front)) as http:
            begun = await http.get("/slack/install")
            asked = parse_qs(urlsplit(begun.headers["location"]).query)
            done = await http.get(
                "/slack/oauth_redirect", params={"code": "one-time", "state": asked["state"][0]}
            )
    assert begun.status_code == 302
    assert sorted(asked["scope"][0].split(",")) == sorted(SCOPES)
    assert asked["redirect_uri"] == ["https://nitka.test/slack/oauth_redirect"]
    assert done.status_code == 200
    (call,) = slack.made("oauth.v2.access")
    assert (call["code"], call["client_secret"]) == ("one-time", CLIENT_SECRET)
    told = f"{logs} {done.text} {kept.sealed}"
    assert not reveals(told, OTHER_TOKEN, CLIENT_SECRET, "one-time")
    (part,) = shared.render(message("hi"))
    await shared.send(OTHER, part, doubtful=False)
    await shared.send(Address(Channel.SLACK, TEAM, "U1"), part, doubtful=False)
    tokens = [made.token for made in slack.calls if made.method == "chat.postMessage"]
    assert tokens == [OTHER_TOKEN, BOT_TOKEN]


@table(
    Case("another state", {"code": "c", "state": "made.up.state"}, 400),
    Case("no state", {"code": "c"}, 400),
    Case("denied", {"error": "access_denied", "state": "x"}, 200),
)
async def test_forged_return(
    shared: Slack, kept: Kept, slack: FakeSlack, front: Ledger, given: dict[str, str], expected: int
) -> None:
    """Who comes back without the state that we gave his browser installs nothing."""
    async with http_of(routes(shared, front)) as http:
        await http.get("/slack/install")
        answer = await http.get("/slack/oauth_redirect", params=given)
    assert answer.status_code == expected
    assert kept.sealed == {}
    assert slack.made("oauth.v2.access") == []


@table(
    Case("used code", error("code_already_used"), 401),
    Case("no workspace", Reply(body={"ok": True, "access_token": "x"}), 401),
    Case("Slack is down", Reply(503, {"ok": False}), 503),
)
async def test_no_grant(
    shared: Slack, kept: Kept, slack: FakeSlack, front: Ledger, given: Reply, expected: int
) -> None:
    """A code for which Slack gives no token installs nothing and is told to nobody."""
    slack.scripted["oauth.v2.access"].append(given)
    with structlog.testing.capture_logs() as logs:
        async with http_of(routes(shared, front)) as http:
            begun = await http.get("/slack/install")
            state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
            params = {"code": "one-time", "state": state}
            answer = await http.get("/slack/oauth_redirect", params=params)
    assert answer.status_code == expected
    assert kept.sealed == {}
    assert not reveals(str(logs), "one-time")


@pytest.mark.parametrize(
    "event",
    [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": [BOT]}}],
)
async def test_uninstalled(
    shared: Slack, kept: Kept, front: Ledger, event: dict[str, object]
) -> None:
    """A workspace that takes the app out is forgotten."""
    kept.sealed["T0002"] = Vault(KEY).seal(Installation("T0002", "Other", "U2", OTHER_TOKEN))
    body, kind = as_json({**wrap(event), "team_id": "T0002", "authorizations": []})
    async with http_of(routes(shared, front)) as http:
        headers = {**signed(body), "Content-Type": kind}
        await http.post("/slack/events", content=body, headers=headers)
    assert kept.sealed == {}
    assert len(front.stored) == 1


async def test_user_token_revoked(shared: Slack, kept: Kept, front: Ledger) -> None:
    """A person's own token is none of ours: the installation stays."""
    kept.sealed["T0002"] = b"x"
    event: Json = {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}
    body, kind = as_json({**wrap(event), "team_id": "T0002", "authorizations": []})
    async with http_of(routes(shared, front)) as http:
        headers = {**signed(body), "Content-Type": kind}
        await http.post("/slack/events", content=body, headers=headers)
    assert kept.sealed == {"T0002": b"x"}


async def test_not_installed(options: SlackOptions, kept: Kept, slack: FakeSlack) -> None:
    """Without the settings' own token, only workspaces that installed the app can be written to."""
    only = replace(
        options,
        bot_token=None,
        client_id="1.2",
        client_secret=CLIENT_SECRET,
        public_url="https://nitka.test",
        key=KEY,
    )
    connector = await open_slack(only, load=no_files, installations=kept)
    (part,) = connector.render(message("hi"))
    with pytest.raises(SendError) as caught:
        await connector.send(OTHER, part, doubtful=False)
    await connector.close()
    assert (caught.value.fault, caught.value.retryable) == (SendFault.CREDENTIALS, True)


def test_vault() -> None:
    """What is kept can be read with the service's key only, and shows nothing by itself."""
    installation = Installation("T1", "Shop", "U1", "xoxb-secret", "chat:write")
    sealed = Vault(KEY).seal(installation)
    assert Vault(KEY).open(sealed) == installation
    assert Vault(KEY + "x").open(sealed) is None
    assert Vault(KEY).open(b"bent") is None
    assert not reveals(f"{sealed!r} {installation!r}", "xoxb-secret")


async def test_states(monkeypatch: pytest.MonkeyPatch) -> None:
    """A state is ours, and ten minutes valid."""
    states = SignedStates(KEY)
    state = await states.async_issue()
    assert await states.async_consume(state)
    assert not await SignedStates("another key").async_consume(state)
    for bent in ("", ".", "ą.b.c", state[:-1], f"9{state}"):
        assert not await states.async_consume(bent)
    later = int(state.partition(".")[0]) + 1
    monkeypatch.setattr("connectors.slack.oauth.time.time", lambda: later)
    assert not await states.async_consume(state)


@table(
    Case("no token", SlackOptions(app_token="x"), "NITKA_SLACK_BOT_TOKEN"),
    Case("no way in", SlackOptions(bot_token="x"), "NITKA_SLACK_SIGNING_SECRET"),
    Case(
        "half a client",
        SlackOptions(bot_token="x", app_token="x", client_id="1"),
        "NITKA_SLACK_CLIENT_SECRET",
    ),
    Case(
        "no address for the return",
        SlackOptions(app_token="x", client_id="1", client_secret="x"),
        "NITKA_PUBLIC_URL",
    ),
    Case(
        "not encrypted",
        SlackOptions(bot_token="x", app_token="x", api="http://slack.example/api/"),
        "NITKA_SLACK_API",
    ),
)
async def test_settings(given: SlackOptions, expected: str) -> None:
    """Settings that do not make a channel name the one that is wrong, and show no secret."""
    with pytest.raises(ConfigError, match=expected):
        await open_slack(given, load=no_files)
    hidden = SlackOptions(bot_token=BOT_TOKEN, app_token=APP_TOKEN, signing_secret=KEY, key=KEY)
    assert not reveals(repr(hidden), BOT_TOKEN, APP_TOKEN, KEY)


async def test_own_workspace(connector: Slack) -> None:
    """At the start Slack is asked whose the token is."""
    assert connector.account == TEAM
    assert await connector.ready()


async def test_refused_at_the_start(options: SlackOptions, slack: FakeSlack) -> None:
    """A token that Slack refuses stops the start and names the setting."""
    slack.scripted["auth.test"].append(error("invalid_auth"))
    with pytest.raises(ConfigError, match="NITKA_SLACK_BOT_TOKEN") as caught:
        await open_slack(options, load=no_files)
    assert not reveals(str(caught.value), BOT_TOKEN)


async def test_away_at_the_start(options: SlackOptions, slack: FakeSlack) -> None:
    """A Slack that is away does not stop the start; it is asked again when that matters."""
    slack.scripted["auth.test"] += [Reply(503, {"ok": False})] * 2
    connector = await open_slack(options, load=no_files)
    assert not await connector.ready()
    assert await connector.ready()
    assert connector.account == TEAM
    await connector.close()
