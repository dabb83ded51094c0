"""Facts in messages as people write them: what is found, and what must not be."""

from __future__ import annotations

import pytest
from engine.entities import find_entities

FOUND = [
    # order numbers
    ("NT-10234", [("order_number", "NT-10234")]),
    ("NT10234", [("order_number", "NT-10234")]),
    ("nt 10234", [("order_number", "NT-10234")]),
    ("nt-10234?", [("order_number", "NT-10234")]),
    ("НТ-10234", [("order_number", "NT-10234")]),
    ("нт10234", [("order_number", "NT-10234")]),
    ("NT – 10234", [("order_number", "NT-10234")]),
    ("NT#10234", [("order_number", "NT-10234")]),
    ("#10234", [("order_number", "NT-10234")]),
    ("# 10234", [("order_number", "NT-10234")]),
    ("№10234", [("order_number", "NT-10234")]),
    ("№ 10234", [("order_number", "NT-10234")]),
    ("заказ 10234", [("order_number", "NT-10234")]),
    ("мой заказ №10234 не пришёл", [("order_number", "NT-10234")]),
    ("zamówienie 10234", [("order_number", "NT-10234")]),
    ("zamówienie nr 10234.", [("order_number", "NT-10234")]),
    ("order no. 10234", [("order_number", "NT-10234")]),
    ("10234", [("order_number", "NT-10234")]),
    ("10234!", [("order_number", "NT-10234")]),
    ("(10234)", [("order_number", "NT-10234")]),
    ("it's 10234, thanks", [("order_number", "NT-10234")]),
    ("order:10234", [("order_number", "NT-10234")]),
    ("where is order10234", []),
    ("NT-999", [("order_number", "NT-999")]),
    ("NT-10234 and NT-10235", [("order_number", "NT-10234"), ("order_number", "NT-10235")]),
    ("10234, I mean NT-10234", [("order_number", "NT-10234")]),
    # not order numbers
    ("in 2026", []),
    ("2024", []),
    ("10500 zł", [("amount", "10500 PLN")]),
    ("10 500 zł", [("amount", "10500 PLN")]),
    ("$10500", [("amount", "10500 USD")]),
    ("00-950 Warszawa", []),
    ("kod pocztowy 00950", []),
    ("zip code 10115", []),
    ("индекс 10115", []),
    ("powerbank 20000 mAh", []),
    ("10000 шт", []),
    ("123456", []),
    ("1234", []),
    ("https://shop.example/orders/10234", []),
    ("10234/2", []),
    ("12345-67", []),
    ("10:23", []),
    # e-mail
    ("Anna.Kowalska@Example.COM", [("email", "anna.kowalska@example.com")]),
    ("пишите на ivan+shop@mail.ru, пожалуйста", [("email", "ivan+shop@mail.ru")]),
    ("mój mail: jan_nowak@poczta.onet.pl.", [("email", "jan_nowak@poczta.onet.pl")]),
    ("order10234@example.com", [("email", "order10234@example.com")]),
    ("me@localhost", []),
    ("@nitka_bot", []),
    # phones
    ("+48 600 100 200", [("phone", "+48600100200")]),
    ("600 100 200", [("phone", "+48600100200")]),
    ("600-100-200", [("phone", "+48600100200")]),
    ("600100200", [("phone", "+48600100200")]),
    ("0048 600100200", [("phone", "+48600100200")]),
    ("+7 (916) 123-45-67", [("phone", "+79161234567")]),
    ("8 916 123 45 67", [("phone", "+79161234567")]),
    ("89161234567", [("phone", "+79161234567")]),
    ("9161234567", [("phone", "+79161234567")]),
    ("call me at (415) 555-0132 2", [("phone", "41555501322")]),
    ("+1 415 555 0132", [("phone", "+14155550132")]),
    ("12 3456 7890 1234 5678 9012 3456", []),
    # amounts
    ("19.99 €", [("amount", "19.99 EUR")]),
    ("€19,99", [("amount", "19.99 EUR")]),
    ("1,299.00 USD", [("amount", "1299.00 USD")]),
    ("за 5000 рублей", [("amount", "5000 RUB")]),
    ("500₽", [("amount", "500 RUB")]),
    ("129,90zl", [("amount", "129.90 PLN")]),
    ("300 злотых", [("amount", "300 PLN")]),
    ("20 dollars", [("amount", "20 USD")]),
    # dates
    ("12.05.2026", [("date", "2026-05-12")]),
    ("12/05/2026", [("date", "2026-05-12")]),
    ("05/25/2026", [("date", "2026-05-25")]),
    ("2026-05-12", [("date", "2026-05-12")]),
    ("12.05.26", [("date", "2026-05-12")]),
    ("12.05", [("date", "--05-12")]),
    ("12.05 zł", [("amount", "12.05 PLN")]),
    ("32.05.2026", []),
    ("3 maja", [("date", "--05-03")]),
    ("5 мая", [("date", "--05-05")]),
    ("5-го мая 2026", [("date", "2026-05-05")]),
    ("May 3rd, 2026", [("date", "2026-05-03")]),
    ("3rd of May", [("date", "--05-03")]),
    ("october 12", [("date", "--10-12")]),
    ("12 października 2026", [("date", "2026-10-12")]),
    ("wczoraj", [("date", "yesterday")]),
    ("yesterday", [("date", "yesterday")]),
    ("Вчера", [("date", "yesterday")]),
    ("позавчера", [("date", "day_before_yesterday")]),
    ("the day after tomorrow", [("date", "day_after_tomorrow")]),
    ("w piątek", [("date", "friday")]),
    ("в среду", [("date", "wednesday")]),
    ("you may 10234", [("order_number", "NT-10234")]),
    # together
    (
        "Zamówienie NT-10234 z 3 maja za 129,90 zł, tel. 600 100 200, jan@example.pl",
        [
            ("order_number", "NT-10234"),
            ("date", "--05-03"),
            ("amount", "129.90 PLN"),
            ("phone", "+48600100200"),
            ("email", "jan@example.pl"),
        ],
    ),
    ("", []),
    ("👍👍", []),
    ("a" * 5000, []),
    ("1" * 5000, []),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_facts_of_a_message(text: str, expected: list[tuple[str, str]]) -> None:
    """Each fact is found once, with its value in one form."""
    assert [(find.kind, find.value) for find in find_entities(text)] == expected


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("see (NT-10234)!", "NT-10234"),
        ("  jan@example.pl ", "jan@example.pl"),
        ("был 5 мая", "5 мая"),
    ],
)
def test_place_of_a_fact(text: str, piece: str) -> None:
    """The place given is exactly the fact's own letters."""
    (find,) = find_entities(text)
    assert text[find.start : find.end] == piece
