"""Which model fits: the fingerprint, and that nothing is trained twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nitka.errors import ConfigError
from nitka.up.model import fingerprint, model_path, train

_TRAINER = """#!/bin/sh
echo trained >> count
test -e broken && exit 1
while [ "$1" != --out ]; do shift; done
echo model > "$2"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a small bot, and an engine's interpreter that only writes its model."""
    for name, text in {
        "bot/config.yml": "pipeline: []",
        "bot/engine/turn.py": "a = 1",
        "bot/requirements.txt": "rasa==3",
        "data/nlu/en/bot.yml": "nlu: []",
        "bot/.venv/bin/python": _TRAINER,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "bot/.venv/bin/python").chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["bot/config.yml", "bot/engine/turn.py", "bot/requirements.txt", "data/nlu/ru/new.yml"]
)
def test_what_a_model_is_made_from_changes_the_fingerprint(root: Path, name: str) -> None:
    """Contents count, and so do files that come."""
    before = fingerprint(root)
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("something else")
    assert fingerprint(root) != before
    assert len(before) == 12


@pytest.mark.parametrize(
    "name",
    [
        "data/tests/talk.yml",
        "bot/.venv/lib/x.py",
        "bot/engine/__pycache__/a.py",
        "bot/.rasa/c.json",
    ],
)
def test_what_it_is_not_made_from_does_not(root: Path, name: str) -> None:
    """Tests, environments and caches are passed over; so are times of change."""
    before = fingerprint(root)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("anything")
    os.utime(root / "bot/config.yml", (1, 1))
    assert fingerprint(root) == before


def test_a_moved_file_changes_the_fingerprint(root: Path) -> None:
    """Names count: the same words under another topic are another bot."""
    before = fingerprint(root)
    (root / "data/nlu/en/bot.yml").rename(root / "data/nlu/en/sales.yml")
    assert fingerprint(root) != before


def test_training_happens_once_unless_asked_for(root: Path) -> None:
    """A second start trains nothing."""
    path = train(root, anew=False)
    assert path == model_path(root)
    assert path.read_text() == "model\n"
    train(root, anew=False)
    assert (root / "count").read_text().count("trained") == 1
    train(root, anew=True)
    assert (root / "count").read_text().count("trained") == 2


def test_the_last_five_models_are_kept(root: Path) -> None:
    """Older ones go; what is no model of ours stays."""
    (root / "models").mkdir()
    (root / "models" / "mine.tar.gz").touch()
    for number in range(7):
        (root / "models" / f"{number:012x}.tar.gz").touch()
        os.utime(root / "models" / f"{number:012x}.tar.gz", (number, number))
    newest = train(root, anew=False)
    names = {path.name for path in (root / "models").glob("*.tar.gz")}
    kept = {f"{number:012x}.tar.gz" for number in range(3, 7)}
    assert names == {"mine.tar.gz", newest.name, *kept}


def test_a_failed_training_is_said(root: Path) -> None:
    """No model, no start."""
    (root / "broken").touch()
    with pytest.raises(ConfigError, match="no model could be trained"):
        train(root, anew=False)


def test_a_missing_environment_says_what_to_do(root: Path) -> None:
    """The sentence names the command that makes it."""
    (root / "bot/.venv/bin/python").unlink()
    with pytest.raises(ConfigError, match="make setup"):
        train(root, anew=False)
