"""Which model fits the present bot: trained models are named by what they were made from."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from nitka.errors import ConfigError
from nitka.settings import ROOT

ENGINE_PYTHON = Path("bot") / ".venv" / "bin" / "python"
_KEPT = 5  # models
_SUFFIXES = {".yml", ".yaml", ".py", ".txt", ".json", ".jsonl", ".cfg"}
_PASSED_OVER = {"__pycache__", "node_modules", "tests", "requirements.in"}


def fingerprint(root: Path = ROOT) -> str:
    """Give 12 hex digits for everything a model is made from: names and contents.

    That is `bot/` (configuration, domain, components, the locked environment) and `data/` without
    its tests.
    """
    total = hashlib.sha256()
    for path in _sources(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(root)} {content}\n".encode())
    return total.hexdigest()[:12]


def model_path(root: Path = ROOT) -> Path:
    """Give the place of the model for the present sources, whether it is there or not."""
    return root / "models" / f"{fingerprint(root)}.tar.gz"


def train(root: Path = ROOT, *, anew: bool, progress: TextIO | None = None) -> Path:
    """Train a model for the present sources, unless there is one and `anew` is False.

    The engine's own progress goes to this process's output, or to `progress`. Waits for another
    training of the same project. Raises `ConfigError` when the training fails or cannot begin.
    """
    with _alone(root, progress or sys.stdout):
        path = model_path(root)
        if path.exists() and not anew:
            return path
        python = engine_python(root)
        command = [str(python), "-m", "engine.train", "--out", str(path), "--root", str(root)]
        environment = {**os.environ, "PYTHONPATH": str(root / "bot"), "PYTHONUNBUFFERED": "1"}
        done = subprocess.run(  # noqa: S603
            command, cwd=root, env=environment, check=False, stdout=progress
        )
        if done.returncode != 0 or not path.exists():
            raise ConfigError("no model could be trained from bot/ and data/; the reason is above")
        _forget_old(path)
        return path


def engine_python(root: Path = ROOT) -> Path:
    """Give the engine's interpreter; raises `ConfigError` when its environment is not there."""
    python = root / ENGINE_PYTHON
    if not python.exists():
        raise ConfigError(
            f"the engine's environment {python.parent.parent} is missing: run `make setup`, "
            "or set NITKA_ENGINE_URLS to engines that run elsewhere"
        )
    return python


def _sources(root: Path) -> list[Path]:
    found = [*(root / "bot").rglob("*"), *(root / "data").rglob("*")]
    return sorted(path for path in found if _counts(path, root))


def _counts(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    hidden = any(part.startswith(".") or part in _PASSED_OVER for part in parts)
    return not hidden and path.suffix in _SUFFIXES and path.is_file()


def _forget_old(newest: Path) -> None:
    ours = newest.parent.glob("[0-9a-f]" * 12 + ".tar.gz")
    models = sorted(ours, key=lambda path: path.stat().st_mtime)
    for path in models[:-_KEPT]:
        if path != newest:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(root: Path, progress: TextIO) -> Iterator[None]:
    (root / "models").mkdir(exist_ok=True)
    with (root / "models" / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            progress.write("train: another training of this project is running: waiting for it\n")
            progress.flush()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
