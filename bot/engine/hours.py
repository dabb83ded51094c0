"""Opening hours of the plan ("mon-fri 9:00-18:00, sat 10:00-14:00") as people say them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SPAN = re.compile(r"^(\w{3})(?:-(\w{3}))? (\d{1,2}:\d{2})-(\d{1,2}:\d{2})$")
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _week(names: str) -> Mapping[str, str]:
    return dict(zip(_WEEK, names.split(), strict=True))


_POLISH_OF = _week("poniedziałku wtorku środy czwartku piątku soboty niedzieli")
_DAYS = {
    "en": _week("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "ru": _week("понедельник вторник среда четверг пятница суббота воскресенье"),
    "pl": _week("poniedziałek wtorek środa czwartek piątek sobota niedziela"),
}
_FROM = {
    "en": _DAYS["en"],
    "ru": _week("понедельника вторника среды четверга пятницы субботы воскресенья"),
    "pl": _POLISH_OF,
}
_TO = {
    "en": _DAYS["en"],
    "ru": _week("понедельник вторник среду четверг пятницу субботу воскресенье"),
    "pl": _POLISH_OF,
}
_FROM_TO = {"en": "{0} to {1}", "ru": "с {0} по {1}", "pl": "od {0} do {1}"}
_TIME = {"en": "{0}, {1}–{2}", "ru": "{0}, {1}–{2}", "pl": "{0} w godz. {1}–{2}"}


def said(hours: str, language: str) -> str:
    """Returns hours in words: "Monday to Friday, 9:00–18:00"; raises ValueError if malformed."""
    return "; ".join(_span(span.strip(), language) for span in hours.split(","))


def _span(span: str, language: str) -> str:
    match = _SPAN.match(span)
    if match is None:
        raise ValueError(f"hours must be like 'mon-fri 9:00-18:00', not {span!r}")
    first, last, opens, closes = match.groups()
    days = _DAYS[language][first]
    if last:
        days = _FROM_TO[language].format(_FROM[language][first], _TO[language][last])
    return _TIME[language].format(days, opens, closes)
