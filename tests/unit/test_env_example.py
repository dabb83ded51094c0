"""`.env.example` and the settings say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nitka.settings import ROOT, Settings

_LINE = re.compile(r"^#? ?(NITKA_[A-Z_]+)=(.*)$", re.MULTILINE)
_EXAMPLES = {"PUBLIC_URL", "DATABASE_URL", "REDIS_URL", "ENGINE_URLS", "ACTIONS_URL"}


def _example() -> dict[str, str]:
    return dict(_LINE.findall((ROOT / ".env.example").read_text(encoding="utf-8")))


def test_every_setting_is_listed_and_nothing_else() -> None:
    """A new setting comes with its line."""
    assert set(_example()) == {f"NITKA_{name.upper()}" for name in Settings.model_fields}


def test_what_it_shows_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every comment taken away it still loads, and changes nothing but the examples."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"NITKA_{name.upper()}", raising=False)
    lines = [f"{name}={value}" for name, value in _example().items()]
    (tmp_path / "env").write_text("\n".join(lines))
    given = Settings(_env_file=tmp_path / "env")
    default = Settings(_env_file=None)
    for name in Settings.model_fields:
        if name.upper() in _EXAMPLES:
            assert getattr(given, name), name
        elif name in ("home", "plan"):
            assert ROOT / getattr(given, name) == getattr(default, name)
        else:
            assert getattr(given, name) == getattr(default, name), name
