"""One turn: what the service asks of the engine, checked, and what happens while it runs.

Owns the request's shape (version 1) and the context variable by which the tracker store,
the action client and the responses find the turn that they work for. Knows nothing of HTTP
and nothing of Rasa.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.shared.core.trackers import DialogueStateTracker

VERSION = 1
CHANNELS = ("web", "telegram", "slack")
LANGUAGES = ("en", "ru", "pl")
DEFAULT_LANGUAGE = "en"
TEXT_LIMIT = 20_000
ATTACHMENT_KINDS = ("image", "file")
ACTIONS_AWAY = "actions_away"


class BadTurn(Exception):
    """The request cannot be carried out as it is: answered with 400 and this code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class TurnFailed(Exception):
    """Something in the turn went wrong and no state may be returned: answered with 500.

    With 503 when the action server is away (it is restarting): the same turn is worth another try.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Command:
    """A pressed button: an intent with its entities, verified by the service."""

    intent: str
    entities: tuple[tuple[str, Any], ...]
    raw: str


@dataclass(frozen=True)
class TurnRequest:
    """A checked request for one turn.

    ``aside``: the customer waits for a person; only what the plan names ``meanwhile`` is answered.
    """

    turn_id: str
    customer: str
    channel: str
    text: str
    command: Command | None
    language: str | None
    language_fixed: bool
    profile: Mapping[str, Any]
    attachments: tuple[Mapping[str, str], ...]
    state: Mapping[str, Any] | None
    aside: bool = False

    def metadata(self, language: str) -> dict[str, Any]:
        """Returns what actions may read of this turn in ``latest_message["metadata"]``."""
        return {
            "turn_id": self.turn_id,
            "channel": self.channel,
            "language": language,
            "profile": dict(self.profile),
            "attachments": [dict(attachment) for attachment in self.attachments],
        }


@dataclass
class Turn:
    """A turn while it runs: the one place where its parts leave things for each other."""

    request: TurnRequest
    language: str
    language_heard: bool = False
    tracker: DialogueStateTracker | None = None
    known_events: int = 0
    failure: TurnFailed | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    effects: list[dict[str, Any]] = field(default_factory=list)
    also: list[dict[str, Any]] = field(default_factory=list)

    def fail(self, code: str, message: str) -> TurnFailed:
        """Records the first failure of the turn, and returns it so that it can be raised."""
        if self.failure is None:
            self.failure = TurnFailed(code, message)
        return self.failure


_current: ContextVar[Turn | None] = ContextVar("nitka_turn", default=None)


def current_turn() -> Turn | None:
    """Returns the turn that runs in this task, or None outside of a turn."""
    return _current.get()


def begin(turn: Turn) -> Token[Turn | None]:
    """Makes ``turn`` the current one of this task; the token goes to :func:`end`."""
    return _current.set(turn)


def end(token: Token[Turn | None]) -> None:
    """Takes the turn off this task again."""
    _current.reset(token)


def parse_request(body: Any) -> TurnRequest:
    """Returns the checked request, or raises :class:`BadTurn` naming the first bent field."""
    if not isinstance(body, dict):
        raise BadTurn("bad_request", "The body must be a JSON object.")
    if body.get("version") != VERSION:
        raise BadTurn("bad_version", f"`version` must be {VERSION}.")
    text = _string(body, "text", limit=TEXT_LIMIT, empty=True)
    channel = _string(body, "channel")
    if channel not in CHANNELS:
        raise BadTurn("bad_channel", f"`channel` must be one of {', '.join(CHANNELS)}.")
    language = body.get("language")
    if language is not None and language not in LANGUAGES:
        raise BadTurn("bad_language", f"`language` must be null or one of {', '.join(LANGUAGES)}.")
    fixed = body.get("language_fixed", False)
    if not isinstance(fixed, bool):
        raise BadTurn("bad_request", "`language_fixed` must be true or false.")
    aside = body.get("aside", False)
    if not isinstance(aside, bool):
        raise BadTurn("bad_request", "`aside` must be true or false.")
    state = body.get("state")
    if state is not None and not isinstance(state, dict):
        raise BadTurn("bad_state", "`state` must be null or the object of an earlier answer.")
    return TurnRequest(
        turn_id=_string(body, "turn_id", limit=200),
        customer=_string(body, "customer", limit=200),
        channel=channel,
        text=text,
        command=_command(body.get("payload")),
        language=language,
        language_fixed=fixed,
        profile=_profile(body.get("profile")),
        attachments=_attachments(body.get("attachments")),
        state=state,
        aside=aside,
    )


def _string(body: Mapping[str, Any], name: str, *, limit: int = 100, empty: bool = False) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not (empty or value.strip()):
        raise BadTurn("bad_request", f"`{name}` must be a {'' if empty else 'non-empty '}string.")
    if len(value) > limit:
        raise BadTurn("bad_request", f"`{name}` must have at most {limit} characters.")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise BadTurn("bad_request", f"`{name}` must be valid Unicode.")
    return value


def _profile(value: Any) -> Mapping[str, Any]:
    if value is None:
        return {"name": None}
    if not isinstance(value, dict):
        raise BadTurn("bad_request", "`profile` must be an object.")
    for key in ("name", "locale"):
        if value.get(key) is not None and not isinstance(value[key], str):
            raise BadTurn("bad_request", f"`profile.{key}` must be null or a string.")
    return {"name": None, **value}


def _attachments(value: Any) -> tuple[Mapping[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadTurn("bad_request", "`attachments` must be a list.")
    for item in value:
        if (
            not isinstance(item, dict)
            or item.get("kind") not in ATTACHMENT_KINDS
            or not isinstance(item.get("name"), str)
        ):
            raise BadTurn("bad_request", 'An attachment is {"kind": "image|file", "name": str}.')
    return tuple(value)


def _command(payload: Any) -> Command | None:
    if payload is None:
        return None
    wrong = BadTurn("bad_payload", '`payload` must be null or like /intent{"entity": "value"}.')
    if not isinstance(payload, str) or not payload.startswith("/") or len(payload) > TEXT_LIMIT:
        raise wrong
    name, brace, rest = payload[1:].partition("{")
    name = name.strip()
    if not name or not all(char.isalnum() or char in "_-+" for char in name):
        raise wrong
    entities: Any = {}
    if brace:
        try:
            entities = json.loads(brace + rest)
        except ValueError:
            raise wrong from None
    pairs = []
    for entity, value in entities.items():
        values = value if isinstance(value, list) else [value]
        if any(isinstance(one, (dict, list)) for one in values):
            raise wrong
        pairs.extend((entity, one) for one in values)
    return Command(intent=name, entities=tuple(pairs), raw=payload)
