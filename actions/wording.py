"""How dates and prices are written in each language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from actions.shop import Product

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
    "listopada grudnia",
}
_NO_DATE = {"en": "a date to be set", "ru": "уточняемой даты", "pl": "ustalenia"}


def day(value: date | None, language: str) -> str:
    """Returns day and month as written in running text: ``5 November``, ``5 ноября``."""
    if value is None:
        return _NO_DATE[language]
    return f"{value.day} {_MONTHS[language].split()[value.month - 1]}"


def price(product: Product, language: str) -> str:
    """Returns a product's price: in złoty, and in euro too for those who do not write Polish."""
    if language == "pl":
        return f"{_decimal(product.pln, ',')} zł"
    if language == "ru":
        return f"{_decimal(product.eur, ',')} € ({_decimal(product.pln, ',')} zł)"
    return f"€{_decimal(product.eur, '.')} ({_decimal(product.pln, '.')} zł)"


def _decimal(value: Decimal, point: str) -> str:
    return f"{value:.2f}".replace(".", point)
