"""What a customer means: parse data for a typed text, a pressed button, or a bare attachment.

Typed text can never name an intent by itself: Rasa's ``/intent`` shorthand is taken away
before the text reaches the model, and buttons never go through the model at all.

Parse data has, beside what Rasa knows, ``route`` (where the plan leads the message, below) and
``also`` (what else the message wants; engine/wishes.py).
"""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT

from engine import plan as plans
from engine.decision import FALLBACK
from engine.plan import Customer, Plan
from engine.turn import TurnRequest
from engine.wishes import sort_out

ATTACHMENT_INTENT = "inform"
RANKING = 10
_PLAIN_ENOUGH = 0.8  # confidence from which a question is answered while people are waited for
_OF_A_TOPIC = ("callback", "appointment")  # wishes for a person that a topic's team fulfils


async def understand(processor: MessageProcessor, request: TurnRequest) -> dict[str, Any]:
    """Returns parse data with ``text``, ``intent``, ``entities`` and ``intent_ranking``.

    A button whose intent the model no longer has, and an empty message, are not understood
    (``nlu_fallback``); an attachment without words informs.
    """
    if request.command is not None:
        return _from_command(processor, request)
    bare = request.text.strip().lstrip("/").strip()
    if not bare:
        intents = processor.domain.intents
        wordless = request.attachments and ATTACHMENT_INTENT in intents
        return _certain(request.text.strip(), ATTACHMENT_INTENT if wordless else FALLBACK, [])
    whole = await parse(processor, bare)
    parsed = await sort_out(lambda text: parse(processor, text), bare, whole)
    shift = request.text.find(bare)
    entities = [
        {**entity, "start": entity["start"] + shift, "end": entity["end"] + shift}
        for entity in parsed[ENTITIES]
    ]
    return {**parsed, TEXT: request.text.strip(), ENTITIES: entities}


async def parse(processor: MessageProcessor, text: str) -> dict[str, Any]:
    """Returns the model's parse data of a text that is not empty, its ranking shortened."""
    parsed = await processor.parse_message(UserMessage(text))
    ranking = [_plain(row) for row in parsed.get("intent_ranking") or []][:RANKING]
    intent = _plain(parsed[INTENT])
    if not intent["name"]:
        intent = {"name": FALLBACK, "confidence": 1.0}
    return {
        TEXT: text,
        INTENT: intent,
        ENTITIES: parsed[ENTITIES],
        "intent_ranking": ranking or [intent],
    }


def likeliest(parsed: dict[str, Any]) -> dict[str, Any]:
    """Returns the wish a message is taken for, also where the bot asks before it believes so."""
    wishes = [row for row in parsed["intent_ranking"] if row["name"] != FALLBACK]
    return wishes[0] if wishes else parsed[INTENT]


def route_of(plan: Plan, parsed: dict[str, Any], customer: Customer) -> str:
    """Returns where a message goes: a team of the plan, or bot, human, out_of_scope.

    A message that is not understood goes where its likeliest wish does: that is who gets it
    unless the customer, asked what is meant, says otherwise. A call back or an appointment is
    for the team of its topic, if it has one.
    """
    wish, text = likeliest(parsed)["name"], parsed[TEXT]
    to = plan.route(wish, text, customer)
    if wish in _OF_A_TOPIC:
        topics = [plan.route(row["name"], text, customer) for row in parsed.get("also") or []]
        return next((topic for topic in topics if plan.team(topic)), to)
    return to


def meanwhile(parsed: dict[str, Any]) -> bool:
    """Says whether a message is, beyond doubt, nothing but a question that the bot answers while
    its writer waits for a person."""
    wishes = [parsed[INTENT], *(parsed.get("also") or [])]
    plain = parsed[INTENT]["confidence"] >= _PLAIN_ENOUGH
    return plain and all(wish["name"] in plans.current().meanwhile for wish in wishes)


def routed(parsed: dict[str, Any], request: TurnRequest, language: str) -> dict[str, Any]:
    """Returns what actions may know of the plan in this turn: ``to`` and, if any, ``team``."""
    plan = plans.current()
    to = route_of(plan, parsed, Customer(channel=request.channel, language=language))
    return {"to": to, "team": plan.team(to)}


def _from_command(processor: MessageProcessor, request: TurnRequest) -> dict[str, Any]:
    command = request.command
    assert command is not None  # noqa: S101 - the caller has looked
    known = command.intent in processor.domain.intents
    entities = [
        {"entity": entity, "value": value, "start": 0, "end": len(command.raw), "confidence": 1.0}
        for entity, value in command.entities
    ]
    name = command.intent if known else FALLBACK
    return _certain(command.raw, name, entities if known else [])


def _certain(text: str, intent: str, entities: list[dict[str, Any]]) -> dict[str, Any]:
    found = {"name": intent, "confidence": 1.0}
    ranking = [found]
    return {TEXT: text, INTENT: found, ENTITIES: entities, "intent_ranking": ranking, "also": []}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {"name": row.get("name"), "confidence": float(row.get("confidence") or 0.0)}
