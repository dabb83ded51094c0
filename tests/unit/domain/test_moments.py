"""Moments in words: near days by name, others by weekday and date, in the customer's own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nitka.domain.customer import Language
from nitka.domain.mood import Mood, mood_of
from nitka.domain.phrases.moments import at_time, from_time

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)  # a Monday
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("ahead", "language", "words"),
    [
        (timedelta(hours=1), Language.EN, "today at 22:00"),
        (timedelta(hours=12), Language.RU, "завтра в 9:00"),
        (timedelta(hours=12), Language.PL, "jutro o 9:00"),
        (timedelta(days=2), Language.EN, "on Wednesday, 25 November, at 21:00"),
        (timedelta(days=8), Language.RU, "во вторник, 1 декабря, в 21:00"),
        (timedelta(days=9), None, "on Wednesday, 2 December, at 21:00"),
        (timedelta(days=-1), Language.PL, "w niedzielę, 22 listopada, o 21:00"),
    ],
)
def test_a_moment_in_words(ahead: timedelta, language: Language | None, words: str) -> None:
    """In every language."""
    said = at_time(NOW + ahead, language, now=NOW, zone="Europe/Warsaw", ours=WARSAW)
    assert said == words


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../etc", "\x00"])
def test_an_unknown_time_zone_is_ours_and_named(zone: str | None) -> None:
    """So that nobody waits at the wrong hour."""
    said = from_time(NOW + timedelta(hours=12), Language.EN, now=NOW, zone=zone, ours=WARSAW)
    assert said == "tomorrow from 9:00 (Europe/Warsaw)"


@pytest.mark.parametrize(
    ("reason", "wishes", "mood"),
    [
        ("distress", ["thanks"], Mood.DISTRESSED),
        ("ask_human", ["abuse", "thanks"], Mood.ANGRY),
        ("complaint", [], Mood.UNHAPPY),
        ("ask_human", ["price", "praise"], Mood.FRIENDLY),
        ("bulk_quote", ["price"], Mood.CALM),
    ],
)
def test_the_worst_mood_counts(reason: str, wishes: list[str], mood: Mood) -> None:
    """A kind word counts only beside nothing bad."""
    assert mood_of(reason, wishes) is mood
