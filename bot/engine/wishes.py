"""Two wishes in one message: which is answered first, and what must not be forgotten.

A message of several clauses is understood clause by clause too. Only what is understood beyond
doubt counts, so that a story, a courtesy or a reason does not become a wish of its own.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from engine import plan as plans
from engine.decision import FALLBACK
from engine.plan import BOT, HUMAN, OUT_OF_SCOPE, Plan

Parsed = dict[str, Any]
Parse = Callable[[str], Awaitable[Parsed]]
_SURE = 0.9  # confidence of a place from which a clause is a wish of its own
_RIVAL = 0.4  # confidence of another wish from which it is not clear which one is meant
_MOST = 6  # clauses; a longer story is understood as a whole
_FEWEST_WORDS = 3  # of a clause with a wish of its own
_BESIDES = (
    r"and also|(?<!and )also|and by the way|by the way|btw|plus|oh and|and another thing|and while"
    r"|а также|также|а ещё|а еще|и ещё|и еще|ещё|еще|кстати|заодно|плюс"
    r"|a także|oraz|a przy okazji|przy okazji|i jeszcze|a jeszcze|jeszcze jedno|poza tym"
)
_CLAUSES = re.compile(
    rf"(?<=[.!?;…])\s+|\n+|\s*[,;–—-]?\s+(?=(?:{_BESIDES})\b)|,\s+(?=(?:and|but|а|и|но|a|i|ale)\s)",
    re.IGNORECASE,
)
_LED_IN = re.compile(rf"^(?:{_BESIDES})\b[\s,:]*", re.IGNORECASE)
_MARKED = re.compile(rf"(?<!^)\b(?:{_BESIDES})\b", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:about|regarding|concerning|по поводу|насчёт|насчет|по вопросу|про"
    r"|w sprawie|odnośnie|odnosnie|ws\.?|dotyczące|o)\s+",
    re.IGNORECASE,
)
_OF_A_TOPIC = ("callback", "appointment", "ask_human")
_TOPIC = 0.6  # confidence from which what stands behind "about" is the topic
# The conversation's own wishes that ask for an answer; the others only accompany a message.
_ASKING = frozenset({"opening_hours", "address_directions", "unsubscribe"})


def clauses(text: str) -> list[str]:
    """Returns the clauses of a message in order; the message itself when it is one."""
    parts = [_LED_IN.sub("", part.strip(" ,;–—-")) for part in _CLAUSES.split(text) if part]
    return [part for part in parts if len(part) > 1]


async def sort_out(parse: Parse, text: str, whole: Parsed) -> Parsed:
    """Returns parse data of what to answer first, with ``also``: the wishes to come back to.

    The first is the message as a whole, unless a more pressing wish stands in it. The others are
    given by ``name`` and ``text``, most pressing first; so is the topic of a call back.
    """
    plan = plans.current()
    main = whole["intent"]["name"]
    found = await _wishes(parse, plan, clauses(text))
    order = sorted(found, key=plan.press)
    first = _first(plan, main, order)
    clear = main in found or main in _ASKING or _MARKED.search(text) is not None
    others = [name for name in order if name != first and not _is_same(plan, name, first)]
    also = [{"name": name, "text": found[name]} for name in others if clear]
    if main in _OF_A_TOPIC and not also:
        also = await _topic(parse, plan, text)
    chosen = whole if first == main else _led_by(whole, first)
    return {**chosen, "also": also}


async def _wishes(parse: Parse, plan: Plan, parts: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if not 1 < len(parts) <= _MOST:
        return found
    for part in parts:
        if len(part.split()) >= _FEWEST_WORDS:
            parsed = await parse(part)
            if _is_wish(plan, parsed):
                found.setdefault(parsed["intent"]["name"], part)
    return found


async def _topic(parse: Parse, plan: Plan, text: str) -> list[dict[str, str]]:
    behind = _ABOUT.split(text, maxsplit=1)[1:]
    if not behind:
        return []
    best = (await parse(behind[0]))["intent"]
    clear = best["name"] != FALLBACK and best["confidence"] >= _TOPIC
    if clear and plan.team(plan.group(best["name"])):
        return [{"name": best["name"], "text": behind[0]}]
    return []


def _first(plan: Plan, main: str, order: list[str]) -> str:
    """The most pressing of several clear wishes, if the message as a whole is one of them.

    A clause alone does not outweigh the whole: it told wrong more often than right.
    """
    clear = bool(order) and (main in order or main in _ASKING)
    return order[0] if clear and plan.press(order[0]) < plan.press(main) else main


def _is_wish(plan: Plan, parsed: Parsed) -> bool:
    best, *others = parsed["intent_ranking"]
    if best["name"] == FALLBACK or best["confidence"] < _SURE:
        return False
    asks = plan.group(best["name"]) not in (BOT, OUT_OF_SCOPE) or best["name"] in _ASKING
    return asks and all(row["confidence"] < _RIVAL for row in others)


def _is_same(plan: Plan, one: str, other: str) -> bool:
    """Two wishes of one trouble ("it came broken, I want my money back") are not two wishes."""
    here, there = plan.group(one), plan.group(other)
    return here == HUMAN or (here == there and here not in (BOT, "sales"))


def _led_by(parsed: Parsed, first: str) -> Parsed:
    intent = {"name": first, "confidence": parsed["intent"]["confidence"]}
    rest = [row for row in parsed["intent_ranking"] if row["name"] not in (first, FALLBACK)]
    return {**parsed, "intent": intent, "intent_ranking": [intent, *rest]}
