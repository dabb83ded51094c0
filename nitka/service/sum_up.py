"""Sums a conversation up for who takes it over: from facts, with nothing made up."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from nitka.domain.mood import mood_of
from nitka.domain.turn import TurnResult
from nitka.ports import UnitOfWork

_TURNS = 8  # so many of the last are the conversation
_SMALL_TALK = {
    *("greet", "help", "thanks", "goodbye", "affirm", "deny", "repeat", "start_over", "inform"),
    *("bot_challenge", "chitchat", "praise", "feedback", "change_language", "nlu_fallback"),
    *("out_of_scope", "ask_human", "abuse", "callback"),
}


async def sum_up(
    uow: UnitOfWork, customer_id: UUID, result: TurnResult, *, reason: str
) -> Mapping[str, object]:
    """Give the facts of a hand-off that no slot holds: `mood`, and `answered`, the wishes that the
    bot has dealt with before this turn, the latest last."""
    wishes = await uow.states.wishes(customer_id, limit=_TURNS)
    now = str(result.understanding.get("intent") or "")
    answered = [wish for wish in wishes if wish not in _SMALL_TALK and wish not in (now, reason)]
    facts: dict[str, object] = {"mood": mood_of(reason, [*wishes, now]).value}
    if answered:
        facts["answered"] = list(dict.fromkeys(answered))
    return facts
