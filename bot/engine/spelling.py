"""Russian typed with Latin letters, given back its own: before meaning is looked for.

Two ways people come to it: by sound ("gde moy zakaz"), and with the keyboard left in English
("ult vjq pfrfp"). The sentence encoder knows neither; it knows the Cyrillic they stand for.
Whatever is not clearly one of the two is left as it was written.
"""

from __future__ import annotations

import re
from functools import lru_cache

from engine.folding import fold
from engine.language import Guess, guess
from engine.vocabulary import vocabulary
from engine.words import LOANS

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LETTERS = re.compile(r"[^\W\d_]")
_KEYS = str.maketrans(
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~",
    "йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ",
)
_SENTENCE_END = re.compile(r"[.,;:]+(?=\s|$)")
_LATIN_VOWELS = re.compile(r"[aeiou]", re.IGNORECASE)
_RUSSIAN_VOWELS = re.compile(r"[аеёиоуыэюя]", re.IGNORECASE)
_HARD_TO_SAY = re.compile(r"[бвгджзйклмнпрстфхцчшщъь]{5}|^[ыъь]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_TELLING = 3  # letters of a word from which it shows the language
_FEWEST = 5  # letters from which a text is taken for one typed on the wrong keyboard
_MOST_LATIN_VOWELS = 0.17
_FEWEST_RUSSIAN_VOWELS = 0.28
_SHORTHAND = frozenset(
    {"pls", "plz", "thx", "tnx", "tks", "ty", "hrs", "rn", "wtf", "btw", "tbh", "chek", "html"}
)
_ROWS = "qwertyuiop asdfghjkl zxcvbnm qwerty asdfgh"
_SOUNDS = {
    **{"shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш"},
    **{"yu": "ю", "ju": "ю", "iu": "ю", "ya": "я", "ja": "я", "ia": "ия", "yo": "ё", "jo": "ё"},
    **{"ye": "е", "yi": "ый", "iy": "ий", "yy": "ый", "ii": "ий", "ij": "ий", "yj": "ый"},
    **{"ay": "ай", "oy": "ой", "ey": "ей", "uy": "уй", "oi": "ой", "ai": "ай", "ei": "ей"},
    **dict(zip("abvgdezijklmnoprstufhcyxqw'", "абвгдезийклмнопрстуфхцыхквь", strict=True)),
}
_SOUND = re.compile("|".join(re.escape(sound) for sound in _SOUNDS))


@lru_cache(maxsize=4_096)
def respell(text: str) -> str:
    """Returns ``text`` in Cyrillic where it is Russian in Latin letters, else as it is."""
    if _CYRILLIC.search(text) or not _LETTERS.search(text):
        return text
    if _is_keyed(text):
        return _keyed(text)
    found = guess(text)
    return _sounded(text) if found == Guess("ru", sure=True) and _is_known(text) else text


def _is_known(text: str) -> bool:
    """Says whether a word of the text is one of our Russian customers'."""
    words = (word for word in _WORD.findall(text.lower()) if len(word) >= _TELLING)
    return any(fold(word) in vocabulary()["ru"] for word in words)


def _keyed(text: str) -> str:
    return _SENTENCE_END.sub(" ", text).strip().translate(_KEYS)


@lru_cache(maxsize=1)
def _latin_words() -> frozenset[str]:
    """Returns the words that show that a text was typed as it was meant."""
    return frozenset(LOANS.union(*vocabulary().values(), _SHORTHAND))


def _is_keyed(text: str) -> bool:
    if not text.isascii() or text.lower().replace(" ", "") in _ROWS:
        return False
    words = text.split()
    bare = [word.strip(".,!?:").lower() for word in words]
    if any(word in _latin_words() for word in map(fold, bare) if len(word) >= _TELLING):
        return False
    letters = len(_LETTERS.findall(text))
    if letters < _FEWEST or len(_LATIN_VOWELS.findall(text)) > _MOST_LATIN_VOWELS * letters:
        return False
    keyed = _keyed(text)
    if any(_HARD_TO_SAY.search(word) for word in keyed.split()) or not _is_known(keyed):
        return False
    return len(_RUSSIAN_VOWELS.findall(keyed)) >= _FEWEST_RUSSIAN_VOWELS * len(
        keyed.replace(" ", "")
    )


def _sounded(text: str) -> str:
    return _SOUND.sub(lambda match: _SOUNDS[match.group()], text.lower())
