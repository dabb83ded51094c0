"""Cuts a long text at natural places, so that the pieces together are the text again.

Telegram counts text in UTF-16 code units. https://core.telegram.org/bots/api#sendmessage
"""

from __future__ import annotations

import re
import unicodedata

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_LINE = re.compile(r"\n\s*")
_SENTENCE = re.compile(r"""[.!?…。！？]+["'”’»)\]]*\s+""")
_WORD = re.compile(r"\s+")
_JOINER = "\u200d"
_LOOK_BACK = 64  # characters of one visible sign, at most


def units(text: str) -> int:
    """Count UTF-16 code units: a sign outside the Basic Multilingual Plane is two."""
    return len(text) + sum(1 for char in text if char > "\uffff")


def split(text: str, *, limit: int) -> list[str]:
    """Cut a text into pieces of at most `limit` code units that are not blank.

    A cut is made after a paragraph, a line or a sentence, if the piece is at least half full by
    then; else after a word; else anywhere but within a sign that is made of several characters.
    """
    pieces, start = [], 0
    while start < len(text):
        end = _reach(text, start, limit)
        if end < len(text):
            end = _natural(text, start, end)
        pieces.append(text[start:end])
        start = end
    return [piece for piece in pieces if piece.strip()]


def _reach(text: str, start: int, limit: int) -> int:
    """Give the index up to which the text fits into `limit` code units."""
    left = limit
    for index in range(start, min(start + limit, len(text))):
        left -= 2 if text[index] > "\uffff" else 1
        if left < 0:
            return index
    return min(start + limit, len(text))


def _natural(text: str, start: int, end: int) -> int:
    half = start + (end - start) // 2
    for place in (_PARAGRAPH, _LINE, _SENTENCE):
        cut = max((found.end() for found in place.finditer(text, half, end)), default=0)
        if cut > half:
            return cut
    if text[end].isspace():
        return end
    cut = max((found.end() for found in _WORD.finditer(text, start, end)), default=start)
    return cut if text[start:cut].strip() else _whole_sign(text, start, end)


def _whole_sign(text: str, start: int, end: int) -> int:
    for cut in range(end, max(start, end - _LOOK_BACK), -1):
        if not _continues(text[cut]) and text[cut - 1] != _JOINER:
            return cut
    return end


def _continues(char: str) -> bool:
    """Say whether a character only changes the one before it (accents, skin tones, selectors)."""
    return (
        char == _JOINER
        or unicodedata.category(char) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )
