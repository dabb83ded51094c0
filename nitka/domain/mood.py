"""How a customer is, as far as what he wrote was understood: for whoever takes over."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Mood(StrEnum):
    ANGRY = "angry"
    DISTRESSED = "distressed"
    UNHAPPY = "unhappy"
    FRIENDLY = "friendly"
    CALM = "calm"


_SHOWN_BY = {
    Mood.DISTRESSED: {"distress"},
    Mood.ANGRY: {"abuse", "legal_threat"},
    Mood.UNHAPPY: {
        *("complaint", "parcel_late", "item_damaged", "item_defective", "wrong_item"),
        *("charged_twice", "unknown_charge"),
    },
    Mood.FRIENDLY: {"thanks", "praise"},
}


def mood_of(reason: str, wishes: Sequence[str]) -> Mood:
    """Give the mood by why people are needed and the wishes of the last messages.

    What is worst counts, and a kind word only if nothing bad was said.
    """
    said = {reason, *wishes}
    return next((mood for mood, shown in _SHOWN_BY.items() if said & shown), Mood.CALM)
