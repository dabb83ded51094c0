"""Which team a wish belongs to, and which wishes the bot may offer or hear as side questions."""

from __future__ import annotations

SUPPORT = "support"
SALES = "sales"

_SALES_INTENTS = frozenset(
    {
        "product_question",
        "product_advice",
        "stock",
        "price",
        "discount",
        "delivery_terms",
        "payment_options",
        "bulk_quote",
        "custom_order",
        "demo_request",
        "trade_in",
        "subscription_plans",
        "gift_card",
        "partnership",
    }
)
_SUPPORT_INTENTS = frozenset(
    {
        "order_status",
        "parcel_late",
        "wrong_item",
        "item_defective",
        "item_damaged",
        "return_item",
        "exchange_item",
        "refund_status",
        "warranty",
        "invoice",
        "payment_failed",
        "charged_twice",
        "unknown_charge",
        "cancel_order",
        "change_order",
        "account_login",
        "site_problem",
        "subscription_cancel",
        "customs",
        "complaint",
    }
)
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


def team_of(intent: str | None) -> str | None:
    """Returns the team that an intent belongs to, or None when it belongs to no team."""
    if intent in _SALES_INTENTS:
        return SALES
    if intent in _SUPPORT_INTENTS or intent in URGENT:
        return SUPPORT
    return None
