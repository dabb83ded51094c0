"""Sums a conversation up for who takes it over: from facts, with nothing made up."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from nitka.domain.message import Author
from nitka.domain.mood import mood_of
from nitka.domain.turn import TurnResult
from nitka.ports import UnitOfWork

_TURNS = 8  # so many of the last are the conversation
_LINES = 20  # so many of the last lines are
_TELLING = 3  # words from which a line says what it is about
_EARLIER = 2  # lines of the customer that are told besides the last
_LONGEST = 500  # characters of such a line
_SMALL_TALK = {
    *("greet", "help", "thanks", "goodbye", "affirm", "deny", "repeat", "start_over", "inform"),
    *("bot_challenge", "chitchat", "praise", "feedback", "change_language", "nlu_fallback"),
    *("out_of_scope", "ask_human", "abuse", "callback"),
}


async def sum_up(
    uow: UnitOfWork, customer_id: UUID, result: TurnResult, *, reason: str, seq: int
) -> Mapping[str, object]:
    """Give the facts of a hand-off that no slot holds, the latest last in each: `mood`; `answered`,
    the wishes that the bot has dealt with before this turn; `said_before`, what the customer has
    said before the line of this turn (`seq`): who asks for a person has said why already."""
    wishes = await uow.states.wishes(customer_id, limit=_TURNS)
    now = str(result.understanding.get("intent") or "")
    answered = [wish for wish in wishes if wish not in _SMALL_TALK and wish not in (now, reason)]
    facts: dict[str, object] = {"mood": mood_of(reason, [*wishes, now]).value}
    if answered:
        facts["answered"] = list(dict.fromkeys(answered))
    said = await _said_before(uow, customer_id, seq)
    if said:
        facts["said_before"] = said
    return facts


async def _said_before(uow: UnitOfWork, customer_id: UUID, seq: int) -> list[str]:
    lines = await uow.cases.newest(customer_id, limit=_LINES)
    said = [line.text for line in lines if line.author is Author.CUSTOMER and line.seq < seq]
    return [text[:_LONGEST] for text in said if len(text.split()) >= _TELLING][-_EARLIER:]
