"""The report of the understanding: whose messages are counted where."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from engine.figures import Outcome, by_set, calibration, show
from engine.pictures import calibration_picture, confusion_picture
from engine.report import messages


def test_a_files_name_tells_language_and_set(tmp_path: Path) -> None:
    """``en.yml`` is of the ordinary set, ``blind-en.yml`` of the blind one."""
    folder = tmp_path / "data" / "tests" / "understanding"
    folder.mkdir(parents=True)
    (folder / "en.yml").write_text("- {text: hi, intent: greet}\n", "utf-8")
    (folder / "blind-pl.yml").write_text("- {text: siema, intent: greet}\n", "utf-8")
    assert sorted(messages(tmp_path)) == [
        ("hi", "greet", "en", "ordinary"),
        ("siema", "greet", "pl", "blind"),
    ]


def outcome(language: str, name: str, meant: str, taken_for: str, **changes: Any) -> Outcome:
    """Returns an outcome that led to `bot`, sure of itself, in its language."""
    return Outcome(
        **{
            "text": "hi",
            "language": language,
            "set": name,
            "intent": meant,
            "route": "bot",
            "taken_for": taken_for,
            "led_to": "bot",
            "confidence": 0.95,
            "sure": True,
            "heard": language,
            **changes,
        }
    )


def test_every_set_has_its_own_figures() -> None:
    """A mistake in the blind set does not lower the ordinary set's accuracy."""
    sets = by_set(
        [outcome("en", "ordinary", "greet", "greet"), outcome("pl", "blind", "greet", "goodbye")]
    )
    assert {name: figures["wishes_right"] for name, figures in sets.items()} == {
        "blind": 0.0,
        "ordinary": 1.0,
    }
    assert list(sets["ordinary"]["languages"]) == ["en"]
    assert show("blind", sets["blind"]).startswith("blind set, 1 messages: 100.0% led right, 0.0%")


def test_routes_are_counted_apart_from_wishes() -> None:
    """What is taken for another wish of the same place still goes where it belongs."""
    outside = {"route": "out_of_scope", "led_to": "bot"}
    figures = by_set(
        [
            outcome("en", "ordinary", "greet", "thanks"),
            outcome("en", "ordinary", "out_of_scope", "chitchat", **outside),
        ]
    )["ordinary"]
    assert (figures["routes_right"], figures["out_of_scope_answered"]) == (0.5, 1.0)


def test_calibration_is_the_distance_from_what_is_right() -> None:
    """Sure and right is no error; sure and wrong is all of it."""
    right = outcome("en", "ordinary", "greet", "greet", confidence=1.0)
    wrong = outcome("en", "ordinary", "greet", "price", confidence=1.0, led_to="sales")
    assert calibration([right])["error"] == 0.0
    assert calibration([wrong])["error"] == 1.0
    assert calibration([right, wrong])["table"][0]["right"] == 0.5


def test_pictures_are_pictures() -> None:
    """Well-formed, with the numbers in them."""
    told = [("en", "bot", "bot"), ("en", "bot", "sales"), ("pl", "sales", "sales")]
    table = [{"from": 0.9, "messages": 3, "confidence": 0.95, "right": 0.9}]
    for picture in (confusion_picture(told), calibration_picture(table)):
        assert ElementTree.fromstring(picture).tag.endswith("svg")
