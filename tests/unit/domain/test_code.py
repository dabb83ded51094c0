"""One-time codes: how they are spelt, and what becomes of one, whatever happens in any order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from nitka.domain.code import (
    ALPHABET,
    GUESS_WINDOW,
    GUESSES_OF_ALL,
    GUESSES_OF_ONE,
    GUESSES_WHEN_TIGHT,
    LENGTH,
    Code,
    Guesses,
    Verdict,
    new_code,
    spelt,
    verdict,
)
from nitka.domain.wording import typed_command

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
NONE = Guesses(0, 0, None)
LIFE = timedelta(minutes=10)


def test_a_code_written_alone_is_known_as_one() -> None:
    """Every one: it has letters and digits."""
    codes = [new_code() for _ in range(2_000)]
    assert [code for code in codes if typed_command(code.lower()) is None] == []


def test_a_code_has_no_signs_that_look_alike() -> None:
    """One token of ten, and never the same again."""
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in codes)
    assert not set("0O1IL") & set(ALPHABET)


@given(st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH), st.sampled_from([" ", "-", "–", "_"]))
def test_a_code_is_read_as_people_type_it(code: str, joint: str) -> None:
    """Small letters, in groups, in quotes."""
    assert spelt(f"«{code[:4].lower()}{joint}{code[4:8]}{joint}{code[8:]}» ") == code


@pytest.mark.parametrize("text", ["", "K7WQX2MPR", "K7WQX2MPRAA", "K7WQX2MPR0", "K7WQX2MPRО"])
def test_anything_else_is_no_code(text: str) -> None:
    """Too short, too long, a sign that is not used, a Cyrillic О."""
    assert spelt(text) is None


@pytest.mark.parametrize(
    ("own", "everybody", "free"),
    [
        (0, 0, True),
        (GUESSES_OF_ONE - 1, 10, True),
        (GUESSES_OF_ONE, 10, False),
        (GUESSES_WHEN_TIGHT, GUESSES_OF_ALL, False),
        (0, 10 * GUESSES_OF_ALL, True),
    ],
)
def test_guessing_is_limited_for_one_and_tightened_for_all(
    own: int, everybody: int, *, free: bool
) -> None:
    """And whoever has guessed nothing wrong is never locked out."""
    guesses = Guesses(own, everybody, AT if own else None)
    code = Code("d", uuid4(), None, AT + LIFE)
    judged = verdict(code, guesses, message_id=uuid4(), now=AT + timedelta(minutes=1))
    assert (judged is Verdict.GOOD) is free
    later = verdict(code, guesses, message_id=uuid4(), now=AT + GUESS_WINDOW)
    assert later is Verdict.WRONG  # free again, and the code is too old


class Life(RuleBasedStateMachine):
    """Codes are given, used, repeated, guessed at and grow old, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = AT
        self.codes: dict[str, Code] = {}
        self.joined: dict[str, set[UUID]] = {}
        self.late: set[str] = set()

    @rule()
    def give(self) -> None:
        digest = f"d{len(self.codes)}"
        self.codes[digest] = Code(digest, uuid4(), None, self.now + LIFE)

    @rule(minutes=st.integers(0, 12))
    def pass_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(number=st.integers(0, 4), again=st.booleans())
    def bring(self, number: int, *, again: bool) -> None:
        code = self.codes.get(f"d{number}")
        used_before = code.used_by if code else None
        message = used_before if again and used_before else uuid4()
        judged = verdict(code, NONE, message_id=message, now=self.now)
        if judged is Verdict.GOOD and code is not None:
            assert self.now < code.expires_at
            self.codes[code.digest] = Code(
                code.digest, code.address_id, None, code.expires_at, message
            )
            self.joined.setdefault(code.digest, set()).add(message)
        elif again and used_before:
            assert judged is Verdict.DONE
        else:
            assert judged is Verdict.WRONG

    @invariant()
    def a_code_joins_once(self) -> None:
        assert all(len(messages) == 1 for messages in self.joined.values())


TestLife = Life.TestCase
