"""Russian in Latin letters gets its own letters back; nothing else is touched."""

from __future__ import annotations

import pytest
from engine.spelling import respell


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gde moy zakaz", "где мой заказ"),
        ("spasibo!", "спасибо!"),
        ("posylka ne prishla", "посылка не пришла"),
        ("ghbdtn", "привет"),
        ("jgkfnf yt ghjikf", "оплата не прошла"),
        ("nfvj;yz", "таможня"),
    ],
)
def test_by_sound_and_by_keyboard(written: str, meant: str) -> None:
    """Both ways in which people come to write Russian so."""
    assert respell(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "where is my order",
        "gdzie jest moja paczka",
        "powtórz proszę",
        "pls thx",
        "где мой заказ",
        "NT-10234",
        "qwerty",
        "👍",
        "",
        "łącz z obsługą",
    ],
)
def test_everything_else_stays(text: str) -> None:
    """Other languages, Cyrillic, numbers, gibberish."""
    assert respell(text) == text
