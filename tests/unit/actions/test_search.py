"""The demo shop's search over its real catalogue: three languages, as people type."""

from __future__ import annotations

from datetime import date

import pytest

from actions.catalogue_words import names_something
from actions.demo_shop.search import Index
from actions.demo_shop.seed import orders, products

INDEX = Index(products(date(2026, 11, 22)))


@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("how much is the blue kettle", ["KET-01"]),
        ("do you have thermo mugs?", ["CUP-02"]),
        ("milk froter", ["COF-06"]),
        ("gooseneck ketle for pour over", ["KET-03"]),
        ("electric coffee grinder", ["GRI-02"]),
        ("french press", ["COF-01"]),
        ("сколько стоит синий чайник?", ["KET-01"]),
        ("чугунную сковородку хочу", ["PAN-01"]),
        ("есть ли у вас термокружки", ["CUP-02"]),
        ("skolko stoit toster", ["TOA-01"]),
        ("ile kosztuje zeliwna patelnia", ["PAN-01"]),
        ("spieniacza do mleka szukam", ["COF-06"]),
        ("czy macie kawe bezkofeinowa?", ["BEA-03"]),
        ("lniany fartuszek", ["APR-01"]),
        ("the one with whistle", ["KET-01"]),
    ],
)
def test_one_product_is_found(text: str, skus: list[str]) -> None:
    """Inflected, mistyped, without diacritics, transliterated."""
    assert INDEX.search(text) == skus


@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("kettles", {"KET-01", "KET-02", "KET-03"}),
        ("młynek do kawy", {"GRI-01", "GRI-02"}),
        ("кофе в зернах", {"BEA-01", "BEA-02"}),
    ],
)
def test_several_products_are_found(text: str, skus: set[str]) -> None:
    """All that fit, and no others."""
    assert set(INDEX.search(text)) == skus


@pytest.mark.parametrize(
    "text",
    [
        "do you have a time machine in stock?",
        "bicycles",
        "велосипед",
        "rower górski",
        "how much?",
        "",
    ],
)
def test_what_the_shop_does_not_have_is_not_found(text: str) -> None:
    """A word that many things share is not enough."""
    assert INDEX.search(text) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("how much is it?", False),
        ("сколько это стоит", False),
        ("a czy jest dostępny?", False),
        ("почём у вас?", False),
        ("how much is the toaster?", True),
        ("кружка есть?", True),
    ],
)
def test_a_question_that_names_nothing_is_known(text: str, named: bool) -> None:
    """Then the product last spoken of is meant, or the customer is asked."""
    assert names_something(text) is named


def test_the_seeds_fit_together() -> None:
    """Every ordered product exists, every product speaks three languages, numbers are unique."""
    catalogue = {row["sku"]: row for row in products(date(2026, 11, 22))}
    rows = orders(date(2026, 11, 22))
    assert len(catalogue) == 40
    assert len({row["number"] for row in rows}) == 60
    assert {item["sku"] for row in rows for item in row["items"]} <= catalogue.keys()
    for row in catalogue.values():
        assert row["name"].keys() == row["about"].keys() == {"en", "ru", "pl"}
