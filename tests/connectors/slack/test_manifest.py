"""The manifest asks for what the code uses: no more, no less."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from connectors.slack.events import SUBSCRIBED
from connectors.slack.interactivity import COMMAND
from connectors.slack.oauth import REDIRECT
from connectors.slack.routes import PATH
from connectors.slack.scopes import FREE, SCOPES
from tests.connectors.slack.specification import _specs

FOLDER = Path(__file__).parents[3] / "connectors" / "slack"
TEXT = (FOLDER / "manifest.yml").read_text(encoding="utf-8")
MANIFEST: dict[str, Any] = yaml.safe_load(TEXT)


def test_scopes_and_events() -> None:
    """What the app may do and is told of stands in the code, each with its reason."""
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == set(SCOPES)
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == SUBSCRIBED
    assert MANIFEST["features"]["slash_commands"][0]["command"] == COMMAND
    reasons = set().union(*SCOPES.values())
    assert {event for event in SUBSCRIBED if "message" in event or "mention" in event} <= reasons


def test_every_method_has_its_scope() -> None:
    """Each method that the code calls is known to Slack and has a scope, if it needs one."""
    names = {path[1:].replace(".", "_"): path[1:] for path in _specs()[0]}
    source = "".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.py"))
    called = {names[name] for name in re.findall(r"\.([a-z]+_\w+)\(", source) if name in names}
    assert {"chat.postMessage", "conversations.replies", "users.info"} <= called
    assert called - FREE <= set().union(*SCOPES.values())


def test_http_variant() -> None:
    """With the # taken off, the manifest is the one for HTTP: all addresses are the one path."""
    lines = [
        re.sub(r"^#(.*?)\s+# (HTTP|several workspaces)$", r" \1", line)
        for line in TEXT.splitlines()
    ]
    variant = yaml.safe_load("\n".join(lines))
    settings = variant["settings"]
    urls = {
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
        variant["features"]["slash_commands"][0]["url"],
    }
    assert urls == {f"https://chat.example.com{PATH}"}
    assert variant["oauth_config"]["redirect_urls"] == [f"https://chat.example.com{REDIRECT}"]
    assert variant["oauth_config"]["scopes"] == MANIFEST["oauth_config"]["scopes"]
    bot_events = settings["event_subscriptions"]["bot_events"]
    assert bot_events == MANIFEST["settings"]["event_subscriptions"]["bot_events"]
