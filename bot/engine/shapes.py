"""What can be known by its shape: order numbers, e-mail addresses, phones, amounts, dates.

Pure text in, finds out; each find has the place in the text and a normalised value:
``order_number`` "NT-10234", ``email`` in lower case, ``phone`` in E.164 where the country can
be told (else digits), ``amount`` "19.99 EUR", ``date`` "2026-05-12", "--05-12" without a year.
Dates in words are found by the spaCy ruler (engine/entities.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}", re.IGNORECASE)
_ISO_DATE = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_DATE = re.compile(r"(?<![\w.,/-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-]|\.\d)")
_SHORT_DATE = re.compile(r"(?<![\w.,/:+-])(\d{1,2})\.(0\d|1[0-2])(?![\d.,%]|\s?[€$₽£])")
_NUMBER = (
    r"\d{1,3}(?:[ \u00a0]\d{3})+(?:[.,]\d{1,2})?"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?"
    r"|\d+(?:[.,]\d{1,2})?"
)
_CURRENCIES = {
    "PLN": r"zł(?:ot(?:ych|e|y|ówek))?|zl(?:ot(?:ych|e|y))?|pln|злот\w*|злт|зл",
    "EUR": r"€|eur(?:o|os|y)?|евро",
    "USD": r"\$|usd|dollars?|bucks|dolar\w*|доллар\w*|бакс\w*",
    "GBP": r"£|gbp|pounds?|funt\w*|фунт\w*",
    "RUB": r"₽|rub(?:les?|li)?|руб(?:л\w*)?\.?|р\.",
    "UAH": r"₴|uah|грн|гривен\w*",
}
_ANY_CURRENCY = "|".join(_CURRENCIES.values())
_AMOUNT_AFTER = re.compile(rf"(?<![\w.,#№-])({_NUMBER})\s?({_ANY_CURRENCY})(?!\w)", re.IGNORECASE)
_AMOUNT_BEFORE = re.compile(
    rf"(?<!\w)([€$£₽₴]|eur|usd|pln|gbp|rub)\s?({_NUMBER})(?![\d\w])", re.IGNORECASE
)
_PHONE = re.compile(r"(?<![\w#№.,-])(\+?\(?\d[\d\s().\-\u2013]{6,24}\d)(?![\w-])")
_PREFIXED_ORDER = re.compile(
    r"(?<![^\W\d_])(?:NT|НТ)[\s.:_#№\-\u2013\u2014]{0,3}(\d{1,10})(?!\d)", re.IGNORECASE
)
_SIGNED_ORDER = re.compile(r"(?<!\w)[#№]\s?(\d{5})(?![\d-])")
_BARE_ORDER = re.compile(r"(?<![\w.,/\\+#№@-])(?<!\d:)(\d{5})(?![\w/\\:@%-]|[.,]\d)")
_NOT_AN_ORDER_BEFORE = re.compile(
    r"(?:zip|postal|postcode|post\s?code|kod(?:\s+pocztowy)?|pocztowy|индекс\w*|pin|пин)"
    r"(?:\s+code)?[\s:.]*$",
    re.IGNORECASE,
)
_UNIT_AFTER = re.compile(
    r"^\s?(?:км|km|mah|мач|wh|kg|кг|g|г|ml|мл|m|м|mm|мм|lm|lumen|люмен|pcs|szt|sztuk|шт|штук|"
    r"people|os[oó]b|человек|pieces|items|units|%)(?!\w)",
    re.IGNORECASE,
)
# National ways to write a number, and what they are abroad: Poland, Russia, and codes without +.
_COUNTRIES = (
    (re.compile(r"^00(?=\d{9,13}$)"), "+"),
    (re.compile(r"^(?=\d{9}$)"), "+48"),
    (re.compile(r"^[78](?=\d{10}$)"), "+7"),
    (re.compile(r"^(?=9\d{9}$)"), "+7"),
    (re.compile(r"^(?=48\d{9}$|380\d{9}$|375\d{9}$|44\d{10}$|49\d{10}$)"), "+"),
)
_PHONE_DIGITS = range(9, 16)


@dataclass(frozen=True)
class Find:
    """Something found in a text; ``end`` is exclusive."""

    kind: str
    value: str
    start: int
    end: int


def find_shapes(text: str) -> list[Find]:
    """Returns what is found in ``text``, without overlaps, in order of place."""
    taken: list[tuple[int, int]] = [match.span() for match in _URL.finditer(text)]
    found: list[Find] = []
    for finder in (_emails, _orders_by_name, _dates, _amounts, _phones, _orders):
        for find in finder(text):
            if all(find.end <= start or find.start >= end for start, end in taken):
                taken.append((find.start, find.end))
                found.append(find)
    return sorted(found, key=lambda find: find.start)


def _emails(text: str) -> Iterator[Find]:
    for match in _EMAIL.finditer(text):
        yield Find("email", match.group().lower(), *match.span())


def _orders_by_name(text: str) -> Iterator[Find]:
    for match in _PREFIXED_ORDER.finditer(text):
        yield Find("order_number", f"NT-{match.group(1)}", *match.span())
    for match in _SIGNED_ORDER.finditer(text):
        yield Find("order_number", f"NT-{match.group(1)}", *match.span())


def _orders(text: str) -> Iterator[Find]:
    for match in _BARE_ORDER.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if not _NOT_AN_ORDER_BEFORE.search(before) and not _UNIT_AFTER.match(after):
            yield Find("order_number", f"NT-{match.group(1)}", *match.span())


def _dates(text: str) -> Iterator[Find]:
    for match in _ISO_DATE.finditer(text):
        year, month, day = match.groups()
        if value := date_value(int(day), int(month), int(year)):
            yield Find("date", value, *match.span())
    for match in _DATE.finditer(text):
        first, separator, second, year = match.groups()
        day, month = int(first), int(second)
        if separator == "/" and month > 12:
            day, month = month, day
        if value := date_value(day, month, int(year) + (2000 if len(year) == 2 else 0)):
            yield Find("date", value, *match.span())
    for match in _SHORT_DATE.finditer(text):
        after = text[match.end() :].lstrip()
        if re.match(rf"(?:{_ANY_CURRENCY})(?!\w)", after, re.IGNORECASE):
            continue
        if value := date_value(int(match.group(1)), int(match.group(2)), None):
            yield Find("date", value, *match.span())


def date_value(day: int, month: int, year: int | None) -> str | None:
    """Returns "2026-05-12", or "--05-12" without a year; None when there is no such day."""
    lengths = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]:
        return None
    if year is None:
        return f"--{month:02d}-{day:02d}"
    return f"{year:04d}-{month:02d}-{day:02d}" if 1900 <= year <= 2100 else None


def _amounts(text: str) -> Iterator[Find]:
    for match in _AMOUNT_AFTER.finditer(text):
        number, currency = match.groups()
        yield Find("amount", f"{_plain(number)} {_code(currency)}", *match.span())
    for match in _AMOUNT_BEFORE.finditer(text):
        currency, number = match.groups()
        yield Find("amount", f"{_plain(number)} {_code(currency)}", *match.span())


def _plain(number: str) -> str:
    number = re.sub(r"[ \u00a0]", "", number)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?", number):
        return number.replace(",", "")
    return number.replace(",", ".")


def _code(currency: str) -> str:
    for code, pattern in _CURRENCIES.items():
        if re.fullmatch(pattern, currency, re.IGNORECASE):
            return code
    return currency.upper()


def _phones(text: str) -> Iterator[Find]:
    for match in _PHONE.finditer(text):
        written = match.group(1)
        digits = re.sub(r"\D", "", written)
        if len(digits) in _PHONE_DIGITS and (written[0] == "+" or len(digits) <= 13):
            yield Find("phone", phone_value(written), *match.span(1))


def phone_value(written: str) -> str:
    """Returns a phone number in E.164 where the country can be told, else its digits."""
    digits = re.sub(r"\D", "", written)
    if written.lstrip().startswith(("+", "(+")):
        return f"+{digits}"
    return next(
        (rule.sub(replacement, digits) for rule, replacement in _COUNTRIES if rule.match(digits)),
        digits,
    )
