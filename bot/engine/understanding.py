"""What a customer means: parse data for a typed text, a pressed button, or a bare attachment.

Typed text can never name an intent by itself: Rasa's ``/intent`` shorthand is taken away
before the text reaches the model, and buttons never go through the model at all.
"""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT

from engine.turn import TurnRequest

FALLBACK = "nlu_fallback"
ATTACHMENT_INTENT = "inform"
RANKING = 10


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
    parsed = await processor.parse_message(UserMessage(bare))
    shift = request.text.find(bare)
    entities = [
        {**entity, "start": entity["start"] + shift, "end": entity["end"] + shift}
        for entity in parsed[ENTITIES]
    ]
    ranking = [_plain(row) for row in parsed.get("intent_ranking") or []][:RANKING]
    intent = _plain(parsed[INTENT])
    if not intent["name"]:
        intent = {"name": FALLBACK, "confidence": 1.0}
    return {
        TEXT: request.text.strip(),
        INTENT: intent,
        ENTITIES: entities,
        "intent_ranking": ranking or [intent],
    }


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
    return {TEXT: text, INTENT: found, ENTITIES: entities, "intent_ranking": [found]}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {"name": row.get("name"), "confidence": float(row.get("confidence") or 0.0)}
