"""How long does a model take to load? Each in a new process, in rounds, Rasa already imported."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from nitka.settings import ROOT
from nitka.up.model import engine_python

ROUNDS = 3
_PROGRAM = """
import sys, time
from engine.quiet import quiet
quiet(1)
import rasa.core.agent, rasa.engine.recipes.default_components, spacy, tensorflow
began = time.perf_counter()
rasa.core.agent.Agent.load(sys.argv[1])
print("seconds", time.perf_counter() - began)
"""
Facts = dict[str, object]


def measure(models: Mapping[str, Path]) -> list[Facts]:
    """Load each model `ROUNDS` times; give the median seconds and the size of its file."""
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(ROUNDS):
        for name, path in models.items():
            seconds[name].append(_load(path))
    return [
        {
            "model": name,
            "megabytes": round(models[name].stat().st_size / 1e6, 1),
            "seconds": round(median(found), 2),
        }
        for name, found in seconds.items()
    ]


def _load(model: Path) -> float:
    command = (str(engine_python()), "-c", _PROGRAM, str(model))
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bot")}
    done = subprocess.run(
        command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True
    )
    told = next(line for line in done.stdout.splitlines() if line.startswith("seconds"))
    return float(told.split()[1])
