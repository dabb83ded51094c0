"""The teams, and which wishes are heard as side questions.

Which team a wish belongs to stands in plan.yml; the engine reads it and says so in each turn.
"""

from __future__ import annotations

SUPPORT = "support"
SALES = "sales"

URGENT = frozenset({"legal_threat", "data_request", "distress"})
"""Always support, whatever was spoken of before."""

ASIDE = frozenset(
    {
        "greet",
        "thanks",
        "goodbye",
        "help",
        "repeat",
        "start_over",
        "change_language",
        "bot_challenge",
        "opening_hours",
        "address_directions",
        "ask_human",
        "callback",
        "appointment",
        "abuse",
        "unsubscribe",
        "deny",
        *URGENT,
    }
)
"""Wishes that are answered in the middle of any form, also of one that waits for free text."""
