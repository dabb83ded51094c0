"""Understanding messages on the command line, by the model that fits the present bot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from nitka.settings import ROOT
from nitka.up.model import engine_python, model_path, train


def understand(texts: Sequence[str], *, jsonl: bool, plan: Path, root: Path = ROOT) -> int:
    """Print what the bot takes each text for, or each line of stdin; the exit code.

    Trains first if no model fits, on stderr, so that stdout has answers only. Raises `ConfigError`
    when no model can be made.
    """
    python = engine_python(root)
    if not model_path(root).exists():
        train(root, anew=False, progress=sys.stderr)
    options = ("--model", str(model_path(root)), "--plan", str(plan.resolve()))
    words = ["--jsonl"] if jsonl else ["--", *texts]
    command = [str(python), "-m", "engine.understand", *options, *words]
    environment = {**os.environ, "PYTHONPATH": str(root / "bot"), "PYTHONUNBUFFERED": "1"}
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode  # noqa: S603
