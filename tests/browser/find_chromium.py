"""Finds a Chromium or Chrome that runs. Standard library only: the set-up uses it as well."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_PLAYWRIGHTS = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")


def find() -> Path | None:
    """Give the first one that tells its version: `CHROMIUM`, installed, or Playwright's own."""
    return next((path for path in _candidates() if _runs(path)), None)


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("CHROMIUM"):
        yield Path(named)
    for name in _NAMES:
        if found := shutil.which(name):
            yield Path(found)
    yield from (Path(place) for place in _PLACES if Path(place).exists())
    for folder in (".cache/ms-playwright", "Library/Caches/ms-playwright"):
        for pattern in _PLAYWRIGHTS:
            yield from sorted((Path.home() / folder).glob(pattern), reverse=True)


def _runs(path: Path) -> bool:
    command = [str(path), "--version"]
    try:
        return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    print(find() or "none")
