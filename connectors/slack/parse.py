"""Reads what Slack sends: events, interactivity and slash commands; pure, and never raises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.fields import Json, digest, obj, snake
from connectors.slack import events, interactivity
from connectors.slack.fields import name_of
from nitka.domain.address import Address, Channel
from nitka.domain.inbound import Ignored, Incoming

UNKNOWN = "unknown"

Bots = Mapping[str, str]  # our bot's user id, by workspace


def parse(payload: object, *, bots: Bots | None = None) -> Sequence[Incoming]:
    """Give what a payload means, at least one incoming for each payload.

    `payload` is the event's wrapper, an interaction's payload or a command's fields. Whatever
    starts no turn is an `Ignored` with its reason; kinds that nobody knows yet are
    `unknown_<kind>`, bent payloads are `malformed`.
    """
    if not isinstance(payload, dict) or not payload:
        return [malformed(payload)]
    known = bots or {}
    account = account_of(payload)
    if isinstance(payload.get("command"), str):
        return [interactivity.command(payload, account)]
    kind = payload.get("type")
    if not isinstance(kind, str) or account is None:
        return [malformed(payload, account)]
    if kind == "event_callback":
        return [events.event(payload, account, _bot_of(payload, known.get(account)))]
    if kind == "block_actions":
        return interactivity.actions(payload, account)
    native_id = name_of(payload, "trigger_id") or digest(payload)
    return [Ignored(Channel.SLACK, account, f"{snake(kind)}:{native_id}", f"unknown_{snake(kind)}")]


def malformed(payload: object, account: str | None = None) -> Ignored:
    """Account for a payload in which nothing can be read."""
    return Ignored(Channel.SLACK, account or UNKNOWN, f"payload:{digest(payload)}", "malformed")


def account_of(payload: Json) -> str | None:
    """Give the workspace in which our app is installed and that this payload is about.

    In channels shared between firms the author's own workspace may be another one, so the
    installation counts first. Of an organisation-wide installation the user's team counts.
    """
    authorization = _authorization(payload)
    return (
        name_of(authorization, "team_id")
        or name_of(payload, "team_id")
        or name_of(obj(payload, "team"), "id")
        or name_of(obj(payload, "user"), "team_id")
        or name_of(payload, "enterprise_id")
        or name_of(obj(payload, "enterprise"), "id")
    )


def author_of(payload: object) -> Address | None:
    """Give the person who did what a payload tells, to look up his profile."""
    if not isinstance(payload, dict):
        return None
    account = account_of(payload)
    user = (
        name_of(payload, "user_id")
        or name_of(obj(payload, "user"), "id")
        or name_of(obj(payload, "event"), "user")
    )
    return Address(Channel.SLACK, account, user) if account and user else None


def _bot_of(payload: Json, known: str | None) -> str | None:
    authorization = _authorization(payload)
    if authorization.get("is_bot") is True:
        return name_of(authorization, "user_id") or known
    return known


def _authorization(payload: Json) -> Json:
    found = payload.get("authorizations")
    return obj(found[0]) if isinstance(found, list) and found else {}
