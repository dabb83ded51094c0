"""Moments as the service says them: "tomorrow at 9:00", in the customer's own time."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nitka.domain.customer import Language

_EN, _RU, _PL = Language.EN, Language.RU, Language.PL
_NEAR = {
    _EN: ("today", "tomorrow"),
    _RU: ("сегодня", "завтра"),
    _PL: ("dziś", "jutro"),
}
_DAYS = {
    _EN: [
        "on Monday",
        "on Tuesday",
        "on Wednesday",
        "on Thursday",
        "on Friday",
        "on Saturday",
        "on Sunday",
    ],
    _RU: [
        "в понедельник",
        "во вторник",
        "в среду",
        "в четверг",
        "в пятницу",
        "в субботу",
        "в воскресенье",
    ],
    _PL: [
        "w poniedziałek",
        "we wtorek",
        "w środę",
        "w czwartek",
        "w piątek",
        "w sobotę",
        "w niedzielę",
    ],
}
_MONTHS = {
    _EN: "January February March April May June July August September October November December",
    _RU: "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    _PL: "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
    "listopada grudnia",
}
_AT = {_EN: "at", _RU: "в", _PL: "o"}
_FROM = {_EN: "from", _RU: "с", _PL: "od"}


def zone_of(name: str | None) -> ZoneInfo | None:
    """Give a customer's time zone by its name, if it is one."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def at_time(
    moment: datetime, language: Language | None, *, now: datetime, zone: str | None, ours: ZoneInfo
) -> str:
    """Say at what time, e.g. "tomorrow at 9:00".

    `zone` names the customer's time zone; where it is not known, ours is used and named.
    """
    return _say(moment, language or _EN, _AT, now=now, zone=zone, ours=ours)


def from_time(
    moment: datetime, language: Language | None, *, now: datetime, zone: str | None, ours: ZoneInfo
) -> str:
    """Say from what time on, as `at_time` does: "tomorrow from 9:00"."""
    return _say(moment, language or _EN, _FROM, now=now, zone=zone, ours=ours)


def _say(
    moment: datetime,
    language: Language,
    word: dict[Language, str],
    *,
    now: datetime,
    zone: str | None,
    ours: ZoneInfo,
) -> str:
    known = zone_of(zone)
    local, here = moment.astimezone(known or ours), now.astimezone(known or ours)
    clock = f"{word[language]} {local.hour}:{local.minute:02d}"
    said = f"{_day(local, here, language)} {clock}"
    return said if known else f"{said} ({ours.key})"


def _day(local: datetime, here: datetime, language: Language) -> str:
    ahead = local.date() - here.date()
    if ahead < timedelta(days=2) and ahead >= timedelta(0):
        return _NEAR[language][ahead.days]
    month = _MONTHS[language].split()[local.month - 1]
    return f"{_DAYS[language][local.weekday()]}, {local.day} {month},"
