"""The plan's values: hours in a time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from nitka.domain.plan import Hours

WARSAW = ZoneInfo("Europe/Warsaw")
HOURS = Hours.of("mon-fri 9:00-18:00, sat 10:00-14:00", WARSAW)


@pytest.mark.parametrize(
    ("at", "are_open"),
    [
        ("2026-11-25 07:59", False),  # a Wednesday, 8:59 in Warsaw
        ("2026-11-25 08:00", True),
        ("2026-11-25 16:59", True),
        ("2026-11-25 17:00", False),
        ("2026-11-28 12:00", True),
        ("2026-11-29 12:00", False),
        ("2026-07-01 07:00", True),  # summer time
    ],
)
def test_hours_are_local(at: str, are_open: bool) -> None:
    """The end is not within; winter and summer time are the zone's."""
    assert HOURS.are_open(datetime.fromisoformat(at).replace(tzinfo=UTC)) is are_open


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-25 12:00", "2026-11-25 12:00"),
        ("2026-11-25 05:00", "2026-11-25 08:00"),
        ("2026-11-27 18:00", "2026-11-28 09:00"),
        ("2026-11-28 14:00", "2026-11-30 08:00"),
    ],
)
def test_the_next_opening_is_found(at: str, opens: str) -> None:
    """Now, today, tomorrow or after the week's end."""
    asked = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert HOURS.next_opening(asked) == datetime.fromisoformat(opens).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "always", "mon 9-18", "day 9:00-18:00", "fri-mon 9:00-18:00", "mon 18:00-9:00"]
)
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    """With what they must be like."""
    with pytest.raises(ValueError, match="must be"):
        Hours.of(text, WARSAW)
