"""The turn channel: one HTTP call is one turn, with the state in and the state out.

Owns ``POST /webhooks/nitka/turn`` and ``GET /webhooks/nitka/``. The output channel that Rasa
gets bears the true channel's name, so that responses written for one channel are chosen.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.constants import SESSION_START_METADATA_SLOT
from rasa.shared.nlu.constants import ENTITIES, INTENT
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from engine import agenda, state
from engine.language import detect
from engine.turn import (
    ACTIONS_AWAY,
    BadTurn,
    Turn,
    TurnFailed,
    TurnRequest,
    begin,
    current_turn,
    end,
    parse_request,
)
from engine.understanding import meanwhile, routed, understand

log = structlog.get_logger("nitka.engine")
EFFECT = "nitka_effect"


class TurnOutput(OutputChannel):
    """Collects what the bot says and does in one turn, under the true channel's name."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    def name(self) -> str:  # type: ignore[override]  # Rasa calls it on the object
        """Returns the channel that the customer really writes on."""
        return self._turn.request.channel

    async def send_response(self, _recipient_id: str, message: dict[str, Any]) -> None:
        """Adds a message or an effect to the turn; recipients are the service's affair."""
        custom = message.get("custom")
        if isinstance(custom, dict) and EFFECT in custom:
            self._add_effect(custom[EFFECT])
        elif custom:
            raise self._turn.fail("bad_message", "A bot message has custom JSON that is no effect.")
        text = message.get("text") or ""
        buttons = [
            {"title": str(button.get("title", "")), "payload": str(button.get("payload", ""))}
            for button in message.get("buttons") or message.get("quick_replies") or []
        ]
        image = message.get("image") or None
        if text or buttons or image:
            self._turn.messages.append({"text": text, "buttons": buttons, "image": image})

    def _add_effect(self, effect: Any) -> None:
        if not isinstance(effect, dict) or not isinstance(effect.get("kind"), str):
            raise self._turn.fail("bad_effect", "An effect is an object with a `kind`.")
        self._turn.effects.append(effect)


class TurnChannel(InputChannel):
    """The one way in: a turn of one customer, carried out by the loaded model."""

    @classmethod
    def name(cls) -> str:
        """Returns the channel's name in URLs."""
        return "nitka"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Returns the routes of this channel."""
        blueprint = Blueprint("nitka", url_prefix=None)

        @blueprint.route("/", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            agent = getattr(request.app.ctx, "agent", None)
            if agent is None or not agent.is_ready():
                return _error(503, "not_ready", "No model is loaded yet.")
            return _json(200, {"status": "ok", "model": agent.model_name})

        @blueprint.route("/turn", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            return await answer(request.app, request.body, on_new_message)

        return blueprint


async def answer(
    app: Sanic, body: bytes, on_new_message: Callable[[UserMessage], Awaitable[Any]]
) -> HTTPResponse:
    """Returns the answer to one request: 200, or 400, 500, 503 with a code and a sentence."""
    agent = getattr(app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        return _error(503, "not_ready", "No model is loaded yet.")
    turn_id = None
    try:
        request = parse_request(_parsed(body))
        turn_id = request.turn_id
        return _json(200, await run_turn(agent, request, on_new_message))
    except BadTurn as error:
        log.warning("turn.refused", turn=turn_id, code=error.code, reason=error.message)
        return _error(400, error.code, error.message)
    except TurnFailed as error:
        log.error(  # noqa: TRY400 - the reason is enough, the cause is logged where it arose
            "turn.failed", turn=turn_id, code=error.code, reason=error.message
        )
        return _error(503 if error.code == ACTIONS_AWAY else 500, error.code, error.message)
    except Exception as error:  # the edge: whatever fails in Rasa fails this turn
        log.exception("turn.failed", turn=turn_id, code="engine_failed")
        return _error(500, "engine_failed", f"The engine failed: {type(error).__name__}.")


async def run_turn(
    agent: Any, request: TurnRequest, on_new_message: Callable[[UserMessage], Awaitable[Any]]
) -> dict[str, Any]:
    """Carries out one turn and returns the response body; raises BadTurn or TurnFailed."""
    heard = detect(request)
    turn = Turn(request=request, language=heard.language, language_heard=heard.sure)
    token = begin(turn)
    try:
        parsed = await understand(agent.processor, request)
        if request.aside and not meanwhile(parsed):
            return _left(parsed, turn.language, agent.model_name)
        turn.also = [_with_route(wish, request, turn.language) for wish in parsed["also"]]
        output = TurnOutput(turn)
        message = UserMessage(
            text=request.command.raw if request.command else request.text.strip(),
            output_channel=output,
            sender_id=request.customer,
            parse_data=parsed,
            input_channel=request.channel,
            message_id=request.turn_id,
            metadata={
                **request.metadata(turn.language),
                "route": routed(parsed, request, turn.language),
            },
        )
        await on_new_message(message)
        if turn.failure is not None:
            raise turn.failure
        await agenda.work_off(agent, turn, output, on_new_message)
        if turn.tracker is None:
            raise turn.fail("engine_failed", "Rasa returned without a tracker.")
        return _response(turn, parsed, agent.model_name)
    finally:
        end(token)


def _with_route(wish: dict[str, Any], request: TurnRequest, language: str) -> dict[str, Any]:
    alone = {"text": wish["text"], "intent_ranking": [{"name": wish["name"]}]}
    return {**wish, "route": routed(alone, request, language)}


def _response(turn: Turn, parsed: dict[str, Any], model: str) -> dict[str, Any]:
    tracker = turn.tracker
    assert tracker is not None and current_turn() is turn  # noqa: S101, PT018 - just checked
    effects = list(turn.effects)
    told = any(e["kind"] == "language" and e.get("language") == turn.language for e in effects)
    changed = turn.language != turn.request.language
    if changed and turn.language_heard and not told:
        effects.append({"kind": "language", "language": turn.language})
    return {
        "messages": turn.messages,
        "effects": effects,
        "events": [event.as_dict() for event in list(tracker.events)[turn.known_events :]],
        "state": state.encode(tracker),
        "slots": {
            name: value
            for name, value in tracker.current_slot_values().items()
            if value is not None and name != SESSION_START_METADATA_SLOT
        },
        "understanding": _understanding(parsed, turn.language),
        "model": model,
    }


def _left(parsed: dict[str, Any], language: str, model: str) -> dict[str, Any]:
    """The answer to what is said to a person who is waited for: nothing, and nothing is changed."""
    return {
        "messages": [],
        "effects": [],
        "events": [],
        "state": {},
        "slots": {},
        "understanding": _understanding(parsed, language),
        "model": model,
    }


def _understanding(parsed: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        "intent": parsed[INTENT]["name"],
        "confidence": parsed[INTENT]["confidence"],
        "language": language,
        "entities": [
            {key: entity[key] for key in ("entity", "value", "start", "end") if key in entity}
            for entity in parsed[ENTITIES]
        ],
        "ranking": [
            {"intent": row["name"], "confidence": row["confidence"]}
            for row in parsed["intent_ranking"][:3]
        ],
    }


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise BadTurn("bad_json", "The body is not JSON.") from None


def _json(status: int, body: Any) -> HTTPResponse:
    content = json.dumps(body, ensure_ascii=False, default=_plain).encode("utf-8", "replace")
    return HTTPResponse(content, status=status, content_type="application/json")


def _plain(value: Any) -> Any:
    """Turns numpy's numbers, which components leave in parse data, into JSON's."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not JSON")


def _error(status: int, code: str, message: str) -> HTTPResponse:
    return _json(status, {"error": {"code": code, "message": message}})
