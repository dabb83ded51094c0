"""One spelling for many: how a message is written down before its letters are counted.

Digits become 0, Polish letters lose their marks, Cyrillic becomes Latin by sound, and the
usual ways to write Russian in Latin letters fall together. So "где мой заказ" and "gde moj
zakaz" share their n-grams, and so do words that the three languages share.
"""

from __future__ import annotations

import re

_DIGIT = re.compile(r"\d")
_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ"
_SOUNDS = "a b v g d e e zh z i y k l m n o p r s t u f h ts ch sh sch  y  e yu ya i i e g"
_TABLE = {ord(letter): sound for letter, sound in zip(_LETTERS, _SOUNDS.split(" "), strict=True)}
_TABLE.update(str.maketrans("ąćęłńóśźż", "acelnoszz"))
_SPELLINGS = (("shch", "sch"), ("kh", "h"), ("iy", "y"), ("ij", "y"), ("j", "y"), ("'", ""))


def fold(text: str) -> str:
    """Returns ``text`` in the one spelling that training and serving share."""
    folded = _DIGIT.sub("0", text.lower()).translate(_TABLE)
    for spelling, common in _SPELLINGS:
        folded = folded.replace(spelling, common)
    return " ".join(folded.split())
