"""Visitors' tokens."""

from __future__ import annotations

import pytest

from connectors.webchat.token import Tokens, Visitor, new_visitor
from nitka.domain.customer import Profile

TOKENS = Tokens("the service's own key")
VISITOR = new_visitor(
    Profile(name="Оля", locale="ru", email="o@example.com", page="https://shop.example/"),
    subject="42",
)
GOOD = TOKENS.issue(VISITOR)


def test_a_token_names_its_visitor() -> None:
    """What was issued is read back, whole."""
    assert TOKENS.read(GOOD) == VISITOR


def test_the_same_visitor_gets_the_same_token() -> None:
    """Resuming never changes a token for nothing."""
    assert TOKENS.issue(VISITOR) == GOOD


def test_visitors_are_not_guessable() -> None:
    """No two visitors have the same id."""
    assert len({new_visitor(Profile()).id for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "bent",
    [
        "",
        ".",
        "..",
        "nv1..",
        "nv1",
        GOOD[:-1],
        GOOD + "A",
        GOOD + ".",
        " " + GOOD,
        GOOD.swapcase(),
        GOOD.replace("nv1", "nv2"),
        ".".join([*GOOD.split(".")[:2], TOKENS.issue(Visitor("other")).split(".")[2]]),
        Tokens("another key").issue(VISITOR),
        GOOD.replace(".", "․"),
        "żółw" * 20,
        "\ud800",
        "nv1." + "A" * 100_000 + ".x",
    ],
)
def test_any_other_string_names_nobody(bent: str) -> None:
    """An unknown, bent or empty token is nobody's; nothing is raised."""
    assert TOKENS.read(bent) is None


def test_every_single_character_counts() -> None:
    """A token with one character changed, whichever, is not the token."""
    for at, old in enumerate(GOOD):
        new = "A" if old != "A" else "B"
        assert TOKENS.read(GOOD[:at] + new + GOOD[at + 1 :]) is None
