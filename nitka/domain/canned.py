"""Replies that are written once, and the places in them that are filled in when they are used."""

from __future__ import annotations

import re
from collections.abc import Sequence

PLACEHOLDERS = ("name", "agent", "order_number", "product")
"""The customer's name, who answers, and two of the things the bot has understood (slots)."""
_PLACE = re.compile(r"\{([^{}]*)\}")


def unknown_places(text: str) -> Sequence[str]:
    """Give what stands in braces and is no placeholder, each once."""
    found = dict.fromkeys(_PLACE.findall(text))
    return [name for name in found if name not in PLACEHOLDERS]
