"""Which of the three languages a customer writes: English, Russian or Polish.

Script comes first, then Polish letters and common words (Polish without its letters and
Russian in Latin letters included), then a statistical detector limited to the three. What is
already known of the customer wins over anything short or unsure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from engine.folding import fold
from engine.turn import DEFAULT_LANGUAGE, LANGUAGES, TurnRequest
from engine.vocabulary import vocabulary
from engine.words import LOANS

_NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|/\w+|\S*\d\S*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_POLISH = re.compile(r"[ąćęłńóśźż]")
_RUSSIAN_IN_LATIN = re.compile(r"shch|zh|kh|(?:yu|iy|yy|ij|yj|aya|oye|yte|ite|shi|ogo|ego)$")
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")  # heeej, nieee
_FOLD = str.maketrans("ąćęłńóśźż", "acelnoszz")
_LINGUA = {Language.ENGLISH: "en", Language.RUSSIAN: "ru", Language.POLISH: "pl"}
_LINGUA_WEIGHT = 2.0
_LINGUA_LETTERS = 6


@dataclass(frozen=True)
class Guess:
    """A language with whether the message itself gave it (else it is what was known)."""

    language: str
    sure: bool


def load() -> None:
    """Loads the detector, so that the first customer does not wait for it."""
    _detector()


def detect(request: TurnRequest) -> Guess:
    """Returns the language to answer this turn in."""
    known = request.language
    locale = request.profile.get("locale")
    if known and request.language_fixed:
        return Guess(known, sure=True)
    text = "" if request.command is not None else request.text
    return guess(text, known=known, locale=locale)


def guess(text: str, *, known: str | None = None, locale: str | None = None) -> Guess:
    """Returns the language of ``text``; ``known`` and then ``locale`` decide what is unclear."""
    prior = known or _from_locale(locale)
    fallback = Guess(prior or DEFAULT_LANGUAGE, sure=False)
    words = [word.lower() for word in _WORD.findall(_NOT_WORDS.sub(" ", text))]
    telling = [word for word in words if word.translate(_FOLD) not in LOANS]
    latin = [word for word in telling if not _CYRILLIC.search(word)]
    letters = sum(map(len, telling))
    if letters and sum(map(len, latin)) * 2 < letters:
        return Guess("ru", sure=True)
    if not latin:
        return fallback
    scores, seen = _scores(latin)
    ranked = sorted(scores, key=lambda language: scores[language], reverse=True)
    best, margin = ranked[0], scores[ranked[0]] - scores[ranked[1]]
    if best == prior:
        return Guess(best, sure=margin > 0 or known is not None)
    if known is not None and not seen:
        return fallback
    needed = _needed(known=known, prior=prior, words=len(latin))
    return Guess(best, sure=True) if margin >= needed else fallback


def _needed(*, known: str | None, prior: str | None, words: int) -> float:
    """Returns how clear a message must be to speak against what is known."""
    if known is not None:
        return 0.7 if words > 1 else 3.5
    return 1.0 if prior is not None else 0.5


def _scores(words: list[str]) -> tuple[Mapping[str, float], bool]:
    """Returns a score by language, and whether any word was telling by itself.

    Gibberish is not: letters that look like a language are no word of it.
    """
    known = vocabulary()
    scores = dict.fromkeys(LANGUAGES, 0.0)
    seen = False
    for word in words:
        folded = fold(_DRAWN_OUT.sub(r"\1", word))
        spoken = [language for language in LANGUAGES if folded in known[language]]
        for language in spoken:
            scores[language] += 1.0
        seen = seen or bool(spoken)
        if _POLISH.search(word):
            scores["pl"] += 1.0
        if not spoken and _RUSSIAN_IN_LATIN.search(word.translate(_FOLD)):
            scores["ru"] += 0.5
    if sum(map(len, words)) >= _LINGUA_LETTERS:
        # Latin Russian looks Polish to the detector: its vote counts less beside Russian words.
        weight = _LINGUA_WEIGHT / (1.0 + 4.0 * scores["ru"])
        for language, confidence in _statistics(" ".join(words)).items():
            scores[language] += weight * confidence
    return scores, seen


@lru_cache(maxsize=1)
def _detector() -> LanguageDetector:
    # Its full models take 0.1 GB more and tell one test message of 2,000 better.
    chosen = LanguageDetectorBuilder.from_languages(*_LINGUA).with_low_accuracy_mode()
    return chosen.with_preloaded_language_models().build()


def _statistics(text: str) -> Mapping[str, float]:
    values = _detector().compute_language_confidence_values(text)
    return {_LINGUA[value.language]: value.value for value in values}


def _from_locale(locale: str | None) -> str | None:
    prefix = (locale or "").lower().replace("_", "-").split("-")[0]
    if prefix in ("uk", "be", "kk"):
        return "ru"
    return prefix if prefix in LANGUAGES else None
