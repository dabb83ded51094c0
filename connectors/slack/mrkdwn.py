"""Makes Slack's text of plain text, and cuts long texts at natural places.

Source: https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

_URL = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)
_TRAILING = ".,;:!?'\"»”’…"
_BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "… ", "; ", ", ", " ")
_LEAST = 0.4  # a natural place before this share of a piece is no better than the next kind


def mrkdwn(text: str) -> str:
    """Escape what Slack would read as its own marks; web addresses become links."""
    pieces: list[str] = []
    end = 0
    for found in _URL.finditer(text):
        url = _trimmed(found.group())
        pieces += [escape(text[end : found.start()]), f"<{escape(url)}>"]
        end = found.start() + len(url)
    return "".join([*pieces, escape(text[end:])])


def escape(text: str) -> str:
    """Escape the three characters that Slack gives a meaning."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def length(text: str) -> int:
    """Give a text's length in UTF-16 units, the strictest way in which a platform may count."""
    return len(text.encode("utf-16-le", "replace")) // 2


def split(text: str, limit: int, *, measure: Callable[[str], int]) -> Sequence[str]:
    """Cut a text into pieces that measure at most `limit`, whole and in order.

    Cuts between paragraphs, else lines, sentences, words, and only then anywhere; white space at a
    cut is dropped. A blank text gives no piece.
    """
    rest, pieces = text.strip(), []
    while rest:
        end = _longest(rest, limit, measure)
        if end < len(rest):
            end = _natural(rest, end)
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip() if end < len(rest) else ""
    return [piece for piece in pieces if piece]


def _longest(text: str, limit: int, measure: Callable[[str], int]) -> int:
    """Give the length of the longest start of a text that fits; at least 1."""
    low, high = 1, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    while low > 1 and measure(text[:low]) > limit:
        low -= 1
    return low


def _natural(text: str, end: int) -> int:
    for mark in _BREAKS:
        at = text.rfind(mark, 0, end + 1)
        kept = at + len(mark.rstrip())
        if at >= end * _LEAST and kept <= end:
            return kept
    while end > 1 and _clings(text[end]):
        end -= 1
    return end


def _clings(character: str) -> bool:
    """Say whether a character belongs to the one before it (accents, joiners, skin tones)."""
    return bool(
        unicodedata.combining(character)
        or character in "\u200d\ufe0f"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def _trimmed(url: str) -> str:
    """Leave a sentence's own punctuation out of the address that stands in it."""
    url = url.rstrip(_TRAILING)
    while url.endswith(")") and url.count("(") < url.count(")"):
        url = url[:-1].rstrip(_TRAILING)
    return url
