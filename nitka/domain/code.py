"""One-time codes that prove that two addresses are the same person's: pure rules.

A code lives some minutes and is used once. Wrong, old and used codes get the same answer, so that
an answer tells a guesser nothing. With 31 signs in 10 places and some wrong tries an address and
quarter of an hour, guessing is hopeless; the limits keep it from being tried at all.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without signs that look alike: no 0 and O, no 1, I and L."""

LENGTH = 10
GUESS_WINDOW = timedelta(minutes=15)
GUESSES_OF_ONE = 5
GUESSES_OF_ALL = 300
GUESSES_WHEN_TIGHT = 2
"""What one address may guess wrong while all together guess more than `GUESSES_OF_ALL`: somebody
is trying, and still who has a code of his own gets in."""
OPEN_CODES = 10
"""Codes that one address may have open."""

_SPELT = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}", re.IGNORECASE)
_JOINTS = re.compile(r"[\s\-–—_.]+")


@dataclass(frozen=True, slots=True)
class Code:
    """A code that was given to an address; `used_by` is the message that used it.

    `place` is where within the channel it was asked for.
    """

    digest: str
    address_id: UUID
    place: str | None
    expires_at: datetime
    used_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Guesses:
    """Wrong guesses within the window: an address's own, the first of them, and everybody's."""

    own: int
    all: int
    first_at: datetime | None

    @property
    def free_at(self) -> datetime | None:
        """Give the time from which the address may try again; None: at once."""
        allowed = GUESSES_OF_ONE if self.all < GUESSES_OF_ALL else GUESSES_WHEN_TIGHT
        if self.own < allowed or self.first_at is None:
            return None
        return self.first_at + GUESS_WINDOW


class Verdict(StrEnum):
    GOOD = "good"
    DONE = "done"  # used by this very message, which is being answered once more
    WRONG = "wrong"  # unknown, run out or used: never said which
    TOO_MANY = "too_many"


def new_code() -> str:
    """Make a code of about 49 random bits, with a letter and a digit: so that nobody takes it for a
    word or a number, where it is written alone."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if not (code.isalpha() or code.isdigit()):
            return code


def spelt(text: str) -> str | None:
    """Read a code as people type it (small letters, hyphens, spaces), or None if it is none."""
    joined = _JOINTS.sub("", text.strip().strip("\"'«»„”<>()"))
    return joined.upper() if _SPELT.fullmatch(joined) else None


def verdict(code: Code | None, guesses: Guesses, *, message_id: UUID, now: datetime) -> Verdict:
    """Judge a code that a message brings."""
    if code is not None and code.used_by == message_id:
        return Verdict.DONE
    if guesses.free_at is not None and guesses.free_at > now:
        return Verdict.TOO_MANY
    if code is None or code.used_by is not None or code.expires_at <= now:
        return Verdict.WRONG
    return Verdict.GOOD
