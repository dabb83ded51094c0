"""The report of the understanding: whose messages are counted where."""

from __future__ import annotations

from pathlib import Path

from engine.report import Outcome, messages, report, show


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


def test_every_set_has_its_own_figures() -> None:
    """A mistake in the blind set does not lower the ordinary set's accuracy."""
    sets = report(
        [
            Outcome("hi", "en", "ordinary", "greet", "greet", "greet", 0.9),
            Outcome("siema", "pl", "blind", "greet", "goodbye", "goodbye", 0.8),
        ]
    )
    assert {name: figures["accuracy"] for name, figures in sets.items()} == {
        "blind": 0.0,
        "ordinary": 1.0,
    }
    assert list(sets["ordinary"]["languages"]) == ["en"]
    assert show("blind", sets["blind"]).startswith("blind set, 1 messages: 0.0% understood")
