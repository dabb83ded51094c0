"""What a customer also wanted: kept in the slot ``agenda`` and come back to when it is its turn.

A further wish is answered in the same turn, as soon as no form waits for an answer; a hand-over
takes all that is left along, and the action that hands over empties the agenda (actions/).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from engine.turn import Turn

SLOT = "agenda"
LEAD = "utter_also"
_HAND_OVER = "hand_over"
Handle = Callable[[UserMessage], Awaitable[Any]]


def note(tracker: DialogueStateTracker, domain: Domain, turn: Turn) -> None:
    """Adds the wishes of the turn's message to the agenda, once; none twice."""
    if not turn.also or SLOT not in {slot.name for slot in domain.slots}:
        return
    known = list(tracker.get_slot(SLOT) or [])
    names = {wish["name"] for wish in known}
    tracker.update(SlotSet(SLOT, known + [one for one in turn.also if one["name"] not in names]))
    turn.also = []


async def work_off(agent: Any, turn: Turn, output: OutputChannel, handle: Handle) -> None:
    """Answers what is left on the agenda, one wish after the other, as far as it can be now."""
    while wish := _next(turn):
        tracker = turn.tracker
        assert tracker is not None  # noqa: S101 - _next has looked
        left = [one for one in tracker.get_slot(SLOT) if one != wish]
        tracker.update(SlotSet(SLOT, left or None), agent.domain)
        await _lead_over(agent, turn, output, wish["name"])
        request = turn.request
        message = UserMessage(
            text=wish["text"],
            output_channel=output,
            sender_id=request.customer,
            parse_data=_certain(wish),
            input_channel=request.channel,
            message_id=request.turn_id,
            metadata={**request.metadata(turn.language), "route": wish["route"]},
        )
        await handle(message)
        if turn.failure is not None:
            raise turn.failure


def _next(turn: Turn) -> dict[str, Any] | None:
    tracker = turn.tracker
    handed_over = any(effect["kind"] == _HAND_OVER for effect in turn.effects)
    if tracker is None or handed_over or tracker.active_loop_name:
        return None
    agenda = tracker.get_slot(SLOT) if SLOT in tracker.slots else None
    return agenda[0] if agenda else None


async def _lead_over(agent: Any, turn: Turn, output: OutputChannel, wish: str) -> None:
    """Says which of the wishes the next answer is for."""
    tracker, nlg = turn.tracker, agent.processor.nlg
    label = f"utter_label_{wish}"
    if tracker is None or label not in nlg.responses:
        return
    named = await nlg.generate(label, tracker, output.name())
    said = await nlg.generate(LEAD, tracker, output.name(), wish=named["text"].rstrip("?"))
    await output.send_response(turn.request.customer, said)
    tracker.update(BotUttered(said["text"], metadata={"utter_action": LEAD}), agent.domain)


def _certain(wish: dict[str, Any]) -> dict[str, Any]:
    intent = {"name": wish["name"], "confidence": 1.0}
    return {
        "text": wish["text"],
        "intent": intent,
        "entities": wish.get("entities") or [],
        "intent_ranking": [intent],
    }
