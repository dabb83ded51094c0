"""Loads a model once and prints the seconds: runs in the engine's environment (Python 3.10).

    PYTHONPATH=bot bot/.venv/bin/python bench/load_once.py MODEL

What any model needs is imported before the clock runs: Rasa, TensorFlow, spaCy.
"""

from __future__ import annotations

import sys
import time

from engine.quiet import quiet

quiet(1)

import rasa.core.agent  # noqa: E402
import rasa.engine.recipes.default_components  # noqa: E402, F401
import spacy  # noqa: E402, F401
import tensorflow  # type: ignore[import-not-found]  # noqa: E402, F401

began = time.perf_counter()
rasa.core.agent.Agent.load(sys.argv[1])
print(f"seconds {time.perf_counter() - began:.2f}")
