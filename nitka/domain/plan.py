"""The communication plan: the firm, its teams' hours, and where a message goes. Values and rules.

The plan's file and its checks are `nitka.plan`'s; the engine routes by the same file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from nitka.domain.customer import Language
from nitka.domain.thread import Team

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"^(\w{3})(?:-(\w{3}))? (\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$")
_WEEK_AHEAD = 8  # days in which the next opening must be found


class Place(StrEnum):
    """Where a message goes that is for no team."""

    BOT = "bot"
    HUMAN = "human"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of open hours on some days of the week (0 is Monday), in local time."""

    days: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hours:
    """When people answer: spans in one time zone."""

    spans: tuple[Span, ...]
    zone: ZoneInfo

    @classmethod
    def of(cls, text: str, zone: ZoneInfo) -> Hours:
        """Read hours like "mon-fri 9:00-18:00, sat 10:00-14:00"; raises ValueError saying why."""
        return cls(tuple(_span(part.strip()) for part in text.split(",")), zone)

    def are_open(self, at: datetime) -> bool:
        """Tell whether `at` lies within the hours."""
        local = at.astimezone(self.zone)
        return any(
            local.weekday() in span.days and span.opens <= local.time() < span.closes
            for span in self.spans
        )

    def next_opening(self, at: datetime) -> datetime:
        """Give the moment from `at` on at which people answer; `at` itself when they do now."""
        if self.are_open(at):
            return at
        local = at.astimezone(self.zone)
        dates = (local.date() + timedelta(days=ahead) for ahead in range(_WEEK_AHEAD))
        openings = (
            datetime.combine(date, span.opens, tzinfo=self.zone)
            for date in dates
            for span in self.spans
            if date.weekday() in span.days
        )
        return min(moment for moment in openings if moment > local)


def _span(text: str) -> Span:
    match = _SPAN.match(text)
    if match is None:
        raise ValueError(f"must be like 'mon-fri 9:00-18:00', not {text!r}")
    first, last, *numbers = match.groups()
    for day in (first, last or first):
        if day not in DAYS:
            raise ValueError(f"a day must be one of {', '.join(DAYS)}, not {day!r}")
    start, end = DAYS.index(first), DAYS.index(last or first)
    if end < start:
        raise ValueError(f"the days must be in the week's order, not {text!r}")
    hour, minute, until_hour, until_minute = map(int, numbers)
    opens, closes = time(hour, minute), time(until_hour, until_minute)
    if opens >= closes:
        raise ValueError(f"the end must be after the beginning, not {text!r}")
    return Span(frozenset(range(start, end + 1)), opens, closes)


@dataclass(frozen=True, slots=True)
class Location:
    """A place that customers can come to."""

    hours: Hours
    address: Mapping[Language, str]
    directions: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Route:
    """One rule, first match wins: words, what is known of the customer, wishes, and the way.

    `words` alone decide only over small talk; with `wishes` over these; with `before` over all.
    """

    name: str
    to: Team | Place
    words: tuple[re.Pattern[str], ...] = ()
    unless: tuple[re.Pattern[str], ...] = ()
    before: bool = False
    wishes: tuple[str, ...] = ()
    customer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """When customers are asked how a hand-off was: so long after it, when so long nobody has said
    anything, and each customer once in so long."""

    after: timedelta = timedelta(minutes=10)
    quiet: timedelta = timedelta(minutes=3)
    every: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it. Without `satisfaction` nobody is asked how it was."""

    firm: str
    zone: ZoneInfo
    places: Mapping[str, Location]
    teams: Mapping[Team, Hours]
    routes: tuple[Route, ...]
    pressing: tuple[str, ...]
    meanwhile: tuple[str, ...] = ()
    satisfaction: Satisfaction | None = None

    def wishes(self) -> frozenset[str]:
        """Give every wish that some rule names."""
        return frozenset(wish for route in self.routes for wish in route.wishes)
