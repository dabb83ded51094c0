"""Long texts are cut at natural places, and nothing of them is lost."""

from __future__ import annotations

from hypothesis import given as always
from hypothesis import strategies as st

from connectors.telegram.split import split, units
from tests.connectors.harness import Case, table

FAMILY = "👩\u200d👩\u200d👧"


@table(
    Case("short", "Hi.", ["Hi."]),
    Case("exactly full", "a" * 20, ["a" * 20]),
    Case("a paragraph", "aaaa. bbbb\n\ncccc. dddd eeee", ["aaaa. bbbb\n\n", "cccc. dddd eeee"]),
    Case("a line", "aaaa. bbbb cccc\ndddd. eeee", ["aaaa. bbbb cccc\n", "dddd. eeee"]),
    Case("a sentence", "aaaa bbbb cc. Dddd eeee", ["aaaa bbbb cc. ", "Dddd eeee"]),
    Case("a question", "Ждать ли заказ? Или вернуть его", ["Ждать ли заказ? ", "Или вернуть его"]),
    Case("a word", "aaaa bbbb cccc dddd eeee", ["aaaa bbbb cccc dddd ", "eeee"]),
    Case("a word that just fits", "aaaa bbbb cccc ddddd eeee", ["aaaa bbbb cccc ddddd", " eeee"]),
    Case(
        "a word that just does not fit", "aaaaaa bbbbbb ccccccccc", ["aaaaaa bbbbbb ", "ccccccccc"]
    ),
    Case("a link is a word", "see " + "x" * 18, ["see ", "x" * 18]),
    Case("one long word", "x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
    Case("signs of two code units", "🧵" * 15, ["🧵" * 10, "🧵" * 5]),
    Case("half a sign is left over", "a" + "🧵" * 10, ["a" + "🧵" * 9, "🧵"]),
    Case("a family stays together", "a" * 16 + FAMILY, ["a" * 16, FAMILY]),
    Case("an accent stays with its letter", "a" * 19 + "e\u0301", ["a" * 19, "e\u0301"]),
    Case("nothing but spaces is no piece", "a" * 20 + " " * 40 + "b", ["a" * 20, "b"]),
)
def test_places(given: str, expected: list[str]) -> None:
    """A cut stands after a paragraph, a line, a sentence, a word, or between visible signs."""
    assert split(given, limit=20) == expected


@always(st.text(st.sampled_from("ab .\n🧵é́\u200d?"), max_size=300), st.integers(4, 50))
def test_nothing_is_lost(text: str, limit: int) -> None:
    """Every piece fits and is not blank, and all of them together say what the text says."""
    pieces = split(text, limit=limit)
    assert all(0 < units(piece) <= limit and piece.strip() for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_long_letter_arrives_whole() -> None:
    """20,000 characters of sentences are few pieces, each ending where a sentence does."""
    text = " ".join(f"Sentence number {number} of a very long letter." for number in range(480))
    pieces = split(text, limit=4096)
    assert len(text) > 20_000
    assert len(pieces) == 6
    assert "".join(pieces) == text
    assert all(piece.rstrip().endswith(".") for piece in pieces)
