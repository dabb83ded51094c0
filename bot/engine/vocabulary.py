"""The words of each language's training messages: ``python -m engine.vocabulary`` writes them anew.

A word is folded (engine/folding.py), so that Russian is known in either script and Polish without
its letters. A word counts where it is common in one language and rare in the others; people's
own examples of other languages (Latin words in Russian files, Cyrillic in Polish ones) do not.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from engine.folding import fold
from engine.turn import LANGUAGES
from engine.words import COMMON, LOANS

FOLDER = Path(__file__).parent / "vocabulary"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_OFTEN = 2
_MORE_THAN_ELSEWHERE = 8


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, frozenset[str]]:
    """Returns the folded words by language; a word stands in one language only."""
    listed = {one: (FOLDER / f"{one}.txt").read_text("utf-8").split() for one in LANGUAGES}
    common = {one: {fold(word) for word in COMMON[one]} for one in LANGUAGES}
    return {
        one: frozenset(common[one].union(listed[one])).difference(
            *(common[other] for other in LANGUAGES if other != one)
        )
        for one in LANGUAGES
    }


def count(messages: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Returns the telling words of messages by language, sorted."""
    counts = {language: Counter[str]() for language in LANGUAGES}
    for language, texts in messages.items():
        for word in _WORD.findall(" ".join(texts).lower()):
            if (language == "ru") == bool(_CYRILLIC.search(word)) and len(word) > 1:
                counts[language][fold(word)] += 1
    telling: dict[str, list[str]] = {}
    for language, found in counts.items():
        others = [counts[other] for other in LANGUAGES if other != language]
        telling[language] = sorted(
            word
            for word, number in found.items()
            if number >= _OFTEN
            and word not in LOANS
            and number >= _MORE_THAN_ELSEWHERE * max(other[word] for other in others)
        )
    return telling


def main(root: Path = Path()) -> int:
    """Writes the lists from data/nlu; returns the exit code."""
    from engine.corpus import read
    from engine.sources import Sources

    examples = read(Sources.at(root)).examples
    messages: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for example in examples:
        messages[example.place.file.parent.name].append(example.text)
    FOLDER.mkdir(exist_ok=True)
    for language, words in count(messages).items():
        (FOLDER / f"{language}.txt").write_text("\n".join(words) + "\n", "utf-8")
        print(f"{language}: {len(words)} words")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
