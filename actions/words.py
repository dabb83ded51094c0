"""What can be read off a customer's words without a model: numbers, refusals, languages.

Lists are short on purpose: they decide only where a form or a rule has already narrowed what
the words can mean.
"""

from __future__ import annotations

import re
import unicodedata

# The letters N and T, also typed on a Cyrillic keyboard, then five digits; or five digits alone.
_NUMBER = re.compile(r"(?<!\w)[NnНн][\s.\-–—_]{0,2}[TtТт][\s.\-–—_:#№]{0,3}(\d{5})(?!\d)")
_BARE_NUMBER = re.compile(r"(?<![\d.,+/-])(\d{5})(?![\d/]|[.,-]\d)")
_ATTEMPT = re.compile(r"[A-Za-zА-Яа-яЁё]{0,4}[-–—_#№]?\d[\d\-–—_]{2,15}")

_NEVER_MIND = re.compile(
    r"\b(never ?mind|forget (it|about)|skip (it|that)|cancel|stop|leave it|don'?t bother"
    r"|отмен\w*|не ?надо|не нужно|передумал\w*|забудь\w*|неважно|не важно|оставим|стоп|хватит"
    r"|niewa[żz]ne|nie trzeba|anuluj\w*|zostawmy|rezygnuj\w*|odwo[łl]uj\w*|nie chc[ęe] ju[żz])\b",
    re.IGNORECASE,
)
_NO_NUMBER = re.compile(
    r"\b((don'?t|do not|didn'?t|can'?t) (have|know|remember|find|get|see)|no number|lost (it|the)"
    r"|where (is|do i find|can i find) (the|my|this) number|not sure"
    r"|нет номера|номера нет|не помню|не знаю|не нашл\w*|не наш[её]л|не могу найти|потерял\w*"
    r"|не сохранил\w*|где (его )?(взять|найти|посмотреть)|у меня нет"
    r"|nie (mam|znam|pami[ęe]tam|wiem|mog[ęe] znale[źz][ćc])|zgubi[łl]\w*|brak numeru"
    r"|bez numeru|gdzie (jest|znajd[ęe]) (ten )?numer)\b",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"\b(another|other|different|second|друг(ой|ого|ом|им)|второй|второго|ещ[её] один"
    r"|inn(e|ego|ym)|drugi(e|ego)?|drugim)\b",
    re.IGNORECASE,
)
_LANGUAGES = {
    "en": re.compile(r"\b(engl\w*|англ\w*|angiel\w*|angli?jsk\w*|inglish)", re.IGNORECASE),
    "ru": re.compile(r"\b(russ\w*|рус\w*|rosyjs\w*|rusk\w*|po-?russki)", re.IGNORECASE),
    "pl": re.compile(r"\b(polish|polsk\w*|польск\w*|pols?ku|po-?polski)", re.IGNORECASE),
}
_LONG_ENOUGH = 4
"""Words beyond which "cancel" or "stop" is part of a story rather than a refusal."""


def order_number(text: str | None, *, bare: bool = True) -> str | None:
    """Returns the first order number in a text as ``NT-12345``, or None.

    ``bare`` also takes five digits without letters, as people answer when asked for a number.
    """
    if not text:
        return None
    found = _NUMBER.search(text) or (_BARE_NUMBER.search(text) if bare else None)
    return f"NT-{found.group(1)}" if found else None


def number_attempt(text: str) -> str | None:
    """Returns what looks like somebody's attempt at an order number, as it was written."""
    found = _ATTEMPT.search(text)
    return found.group(0).strip() if found else None


def is_never_mind(text: str) -> bool:
    """Says whether a short answer calls the question off."""
    return len(text.split()) <= _LONG_ENOUGH and _NEVER_MIND.search(text) is not None


def has_no_number(text: str) -> bool:
    """Says whether somebody says that they have no order number at hand."""
    return _NO_NUMBER.search(text) is not None


def means_another(text: str) -> bool:
    """Says whether somebody means another order than the one spoken of."""
    return _ANOTHER.search(text) is not None


def wanted_language(text: str) -> str | None:
    """Returns the language that is asked for, or None when none or several are named."""
    named = [language for language, pattern in _LANGUAGES.items() if pattern.search(text)]
    return named[0] if len(named) == 1 else None


def is_name(word: str) -> bool:
    """Says whether a profile's first word can be said to a person: letters, not a handle."""
    return 2 <= len(word) <= 20 and all(
        unicodedata.category(char).startswith("L") or char in "-'’" for char in word
    )
