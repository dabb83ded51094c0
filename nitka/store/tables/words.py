"""The words of a text as search compares them, in SQL: indexes and queries say the same."""

from __future__ import annotations

from functools import reduce

_SIGNS = "-@./+_:~‐‑–—№€£«»„”“’…•\u00a0\u202f"  # the server's parser takes them into words
FOLDED = dict(zip("ёąćęłńóśźż", "еacelnoszz", strict=True))
"""Letters that are often typed as others."""
_FROM = "".join(FOLDED) + _SIGNS
_TO = "".join(FOLDED.values()) + " " * len(_SIGNS)


def words_of(written: str) -> str:
    """Give the SQL for the words of a text, as search compares them: in lower case, letters as
    they are typed without a Polish or full Russian keyboard, and signs are spaces (so `NT-10001`
    is two words). The indexes have this very expression."""
    return f"to_tsvector('simple', translate(lower({written}), '{_FROM}', '{_TO}'))"


_DIGITS = "translate(coalesce(phone, ''), ' +-()./', '')"
LINE_WORDS = words_of("text")
_PERSON = ["coalesce(name, '')", "coalesce(email, '')", _DIGITS]
_PERSON += [f"right({_DIGITS}, {last})" for last in range(10, 3, -1)]
PERSON_WORDS = words_of(reduce("(({} || ' ') || {})".format, _PERSON)[1:-1])
"""A phone number is found by its beginning and by any part of its last ten digits."""
