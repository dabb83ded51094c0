"""Real-style messages, and the language each must be answered in."""

from __future__ import annotations

import pytest
from engine.language import guess

# text, known language, expected
MESSAGES = [
    ("Hi", None, "en"),
    ("hello", None, "en"),
    ("Where is my order?", None, "en"),
    ("where is my order", "pl", "en"),
    ("I want to return these shoes", None, "en"),
    ("Can I talk to a human please", "ru", "en"),
    ("my package never arrived", "pl", "en"),
    ("how much is delivery to Warsaw", None, "en"),
    ("My name is Łukasz Nowak", "en", "en"),
    ("refund??", None, "en"),
    ("wrong size", None, "en"),
    ("It doesn't work", None, "en"),
    ("Do you ship to Kraków?", "en", "en"),
    ("thanks", None, "en"),
    ("I was charged twice for NT-10234", "ru", "en"),
    ("Привет", None, "ru"),
    ("где мой заказ", None, "ru"),
    ("где мой заказ", "en", "ru"),
    ("Где посылка NT-10234??", "pl", "ru"),
    ("Здравствуйте! Когда придет курьер DPD?", None, "ru"),
    ("да", "en", "ru"),
    ("ок", None, "ru"),
    ("хочу вернуть iPhone 13 Pro Max", None, "ru"),
    ("не работает apple pay на сайте", "en", "ru"),
    ("можно оператора", "pl", "ru"),
    ("gde moy zakaz", None, "ru"),
    ("gde moy zakaz", "en", "ru"),
    ("zdravstvuyte", None, "ru"),
    ("Zdravstvuite, skolko stoit dostavka?", None, "ru"),
    ("privet", None, "ru"),
    ("kogda pridet moya posylka", "pl", "ru"),
    ("ya hochu vernut dengi", None, "ru"),
    ("pozhaluysta pozovite operatora", None, "ru"),
    ("spasibo", None, "ru"),
    ("u menya ne rabotaet naushniki", None, "ru"),
    ("pochemu tak dolgo", "en", "ru"),
    ("dobryy den, u vas est skidka?", None, "ru"),
    ("gdzie jest moja paczka", None, "pl"),
    ("gdzie jest moja paczka", "en", "pl"),
    ("Gdzie moje zamówienie?", "ru", "pl"),
    ("Dzień dobry", None, "pl"),
    ("dzien dobry", None, "pl"),
    ("cześć", None, "pl"),
    ("czesc", None, "pl"),
    ("chce zwrocic buty", None, "pl"),
    ("ile kosztuje dostawa", None, "pl"),
    ("poproszę fakturę", "en", "pl"),
    ("nie dziala strona", None, "pl"),
    ("paczka nie doszła", "en", "pl"),
    ("dziękuję", None, "pl"),
    ("tak", None, "pl"),
    ("kiedy oddacie mi pieniadze?", "ru", "pl"),
    ("Zamówiłem hoodie a przyszedł t-shirt", "en", "pl"),
    ("czy moge zaplacic blikiem", None, "pl"),
    ("chcę rozmawiać z człowiekiem", None, "pl"),
    ("ok", "ru", "ru"),
    ("ok", "pl", "pl"),
    ("OK!", None, "en"),
    ("da", "ru", "ru"),
    ("da", "en", "en"),
    ("12345", "pl", "pl"),
    ("NT-10234", "ru", "ru"),
    ("nt 10234", "pl", "pl"),
    ("#10234", None, "en"),
    ("anna.kowalska@example.com", "pl", "pl"),
    ("ivan@example.ru", "en", "en"),
    ("https://example.com/pl/moje-zamowienie", "en", "en"),
    ("+48 600 100 200", "pl", "pl"),
    ("", "ru", "ru"),
    ("👍", "pl", "pl"),
    ("???", "ru", "ru"),
    ("thanks", "pl", "pl"),
    ("super", "pl", "pl"),
    ("stop", "ru", "ru"),
    ("no", "pl", "pl"),
    ("Nowak", "en", "en"),
    ("Anna Kowalska", "en", "en"),
    ("Smith", "pl", "pl"),
    ("wklsjdhf skdjfh ksjdhf", "en", "en"),
    ("dzgrt szczk przt", "ru", "ru"),
    ("żółć ąśź ćń", "en", "en"),
    ("nieeee", "pl", "pl"),
    ("kurier ne priehal", None, "ru"),
]


@pytest.mark.parametrize(("text", "known", "expected"), MESSAGES)
def test_message_is_answered_in_its_language(text: str, known: str | None, expected: str) -> None:
    """A clear message decides; a short or unsure one keeps what is known."""
    assert guess(text, known=known).language == expected


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [("ok", "pl-PL", "pl"), ("10234", "ru", "ru"), ("ok", "uk_UA", "ru"), ("ok", "de", "en")],
)
def test_locale_decides_when_nothing_is_known(text: str, locale: str, expected: str) -> None:
    """The profile's locale is only a prior: it speaks when the message does not."""
    result = guess(text, locale=locale)
    assert (result.language, result.sure) == (expected, False)


def test_clear_message_beats_locale() -> None:
    """A telephone set to English does not make a Polish sentence English."""
    assert guess("gdzie jest moja paczka", locale="en-US").language == "pl"
