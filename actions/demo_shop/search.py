"""Finding the product that somebody means: three languages, inflected, mistyped, transliterated.

Pure: a list of products goes in, an index comes out. Words are compared by their common
beginning (which forgives endings) and by edit distance (which forgives typing).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

from rapidfuzz import fuzz

from actions.catalogue_words import tokens

_SIMILAR = 78
"""Least similarity, of 100, for two words of five letters or more to be the same word."""
_CLOSE = 0.75
"""Products that score at least this share of the best are shown beside it."""
_ENOUGH = 0.45
"""Least share of a short query that a product must account for."""
_LONG_QUERY = 4
"""Words from which a query is a story: there one telling word is enough."""
# Words that many things share: they tell products apart, but alone they name none.
_SHARED_WORDS = """
set box pieces cups machine maker oven board glass steel electric ceramic oak blue black green
white hand paper cast iron coating coated gift timer timerem taymerom lid slots tin time
набор шт чашек литров коробка стеклянный электрический синий черный зеленый белый ручная ручной
керамическая чугунный отделения для покрытием машина подарочный таймером
zestaw szt pudelko filizanek szklany elektryczny niebieski czarny czarna zielony zielona bialy
reczny ceramiczna zeliwny kromki maszyna prezentowy domu
"""
_GENERIC = frozenset(_SHARED_WORDS.split())
_LATIN = {
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)),
    **{"ж": "zh", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": ""},
    **{"ю": "yu", "я": "ya"},
}


@dataclass(frozen=True)
class _Entry:
    sku: str
    terms: frozenset[str]
    """Words of the name and further words, in all languages."""
    description: frozenset[str]


@dataclass(frozen=True)
class _Hit:
    sku: str
    score: float
    matched: int
    """Words of the query that the product's words account for."""


class Index:
    """An index over the catalogue's words."""

    def __init__(self, products: Iterable[Mapping[str, object]]) -> None:
        self._entries = [_entry(product) for product in products]
        counts = Counter(term for entry in self._entries for term in entry.terms)
        size = len(self._entries) or 1
        self._weight = {term: 0.4 + log(1 + size / n) / log(1 + size) for term, n in counts.items()}

    def search(self, text: str) -> list[str]:
        """Returns the SKUs that the words mean, best first; one when it is clear which."""
        query = list(dict.fromkeys(word for word in tokens(text) if not word.isdigit()))
        hits = [hit for entry in self._entries if (hit := self._hit(query, entry))]
        if not hits:
            return []
        best = max(hit.score for hit in hits)
        most = max(hit.matched for hit in hits if hit.score == best)
        close = [h for h in hits if h.score >= best * _CLOSE and h.matched >= most]
        return [hit.sku for hit in sorted(close, key=lambda hit: (-hit.score, hit.sku))]

    def _hit(self, query: Sequence[str], entry: _Entry) -> _Hit | None:
        total = 0.0
        named = matched = 0
        for word in query:
            match, term = _best(word, entry.terms)
            if match:
                generic = term in _GENERIC
                matched += 1
                total += match * (0.3 if generic else self._weight[term])
                named += 0 if generic else 1
            elif _best(word, entry.description)[0]:
                total += 0.15
        if not named:
            return None
        enough = len(query) >= _LONG_QUERY or matched / len(query) >= _ENOUGH
        return _Hit(entry.sku, total, matched) if enough else None


def _entry(product: Mapping[str, object]) -> _Entry:
    texts = [*_values(product["name"]), *_values(product["words"])]
    terms = {word for text in texts for word in tokens(text) if not word.isdigit()}
    terms |= {_transliterated(word) for word in terms}
    about = {word for text in _values(product["about"]) for word in tokens(text)}
    return _Entry(str(product["sku"]), frozenset(terms), frozenset(about - terms))


def _values(by_language: object) -> list[str]:
    return [str(value) for value in by_language.values()] if isinstance(by_language, dict) else []


def _transliterated(word: str) -> str:
    return "".join(_LATIN.get(char, char) for char in word)


def _best(word: str, terms: Iterable[str]) -> tuple[float, str]:
    return max(((_same(word, term), term) for term in terms), default=(0.0, ""))


def _same(word: str, term: str) -> float:
    """How surely two folded words are one: 1 the same, above 0 a form or a slip, 0 different."""
    if word == term:
        return 1.0
    shorter, longer = sorted((len(word), len(term)))
    if f"{word}s" == term or word == f"{term}s":
        return 0.95
    if shorter < 4 or word[:2] != term[:2]:
        return 0.0
    common = next((i for i in range(shorter) if word[i] != term[i]), shorter)
    if common >= max(4, shorter - 1) and longer - common <= (3 if common >= 5 else 2):
        return 0.95
    if shorter < 5:
        return 0.8 if longer == common + 1 else 0.0
    similarity = fuzz.ratio(word, term)
    return (similarity / 100) ** 2 if similarity >= _SIMILAR else 0.0
