"""Trains a model: ``python -m engine.train --out models/<name>.tar.gz``.

Prints progress lines, writes the model in one step (a half-written file never bears the
name), and ends with a readable reason and exit code 1 when the sources are wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from engine.quiet import quiet
from engine.sources import Sources

if TYPE_CHECKING:
    from engine.encoder import RememberingEncoder

_LAST_WORDS = 2_000  # characters of what Rasa said before it gave up
_ROWS = ".encoded"  # the encoders' rows of the last training, so that a next one is quick


class CannotTrain(Exception):
    """The sources cannot be trained from; the message says where and why."""


def train(root: Path, out: Path) -> None:
    """Trains from the sources under ``root`` and writes the model to ``out`` atomically.

    Raises :class:`CannotTrain` with a readable reason.
    """
    began = time.monotonic()
    try:
        sources = Sources.at(root)
    except FileNotFoundError as error:
        raise CannotTrain(str(error)) from error
    _say(f"{len(sources.domain)} domain and {len(sources.training)} training files")
    _say("checking the sources")
    from engine.validate import check

    problems = [problem for problem in check(sources) if problem.fatal]
    if problems:
        raise CannotTrain("\n".join(str(problem) for problem in problems))
    _say("loading Rasa")
    quiet()
    from engine.log import configure

    configure("pretty")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".training-", dir=out.parent) as scratch:
        model = _run(sources, Path(scratch), rows=out.parent / _ROWS)
        os.replace(model, out)  # noqa: PTH105 - one atomic step
    _say(f"model written to {out} ({_size(out)}, {time.monotonic() - began:.0f} s)")


def _run(sources: Sources, scratch: Path, *, rows: Path) -> Path:
    os.environ["RASA_CACHE_DIRECTORY"] = str(scratch / "cache")
    os.environ.setdefault("RASA_MAX_CACHE_SIZE", "0")
    import rasa.model_training
    from rasa.shared.exceptions import RasaException

    domain = scratch / "domain"
    domain.mkdir()
    for number, file in enumerate(sources.domain):
        shutil.copyfile(file, domain / f"{number:03d}-{file.name}")
    _say("training")
    _recall_rows(sources, rows)
    chatter = io.StringIO()
    try:
        with contextlib.redirect_stdout(chatter), contextlib.redirect_stderr(chatter):
            result = rasa.model_training.train(
                domain=str(domain),
                config=str(sources.config),
                training_files=[str(file) for file in sources.training],
                output=str(scratch),
                fixed_model_name="model",
                force_training=True,
            )
    except (RasaException, ValueError) as error:
        raise CannotTrain(f"{type(error).__name__}: {error}") from error
    except SystemExit:
        raise CannotTrain(f"Rasa gave up: {chatter.getvalue()[-_LAST_WORDS:].strip()}") from None
    if result.code or not result.model:
        raise CannotTrain(f"Rasa trained no model. {chatter.getvalue()[-_LAST_WORDS:].strip()}")
    for name, encoder in _encoders(sources).items():
        encoder.store(_of(rows, name))
    return Path(result.model)


def _of(rows: Path, encoder: str) -> Path:
    return rows.with_name(f"{rows.name}-{encoder}.npz")


def _encoders(sources: Sources) -> dict[str, RememberingEncoder]:
    """Returns the sentence encoders that the configuration names."""
    from engine.classifier import WishClassifier
    from engine.encoder import open_encoder

    config = YAML(typ="safe").load(sources.config.read_text("utf-8")) or {}
    default = WishClassifier.get_default_config()
    chosen = next(
        (
            {**default, **row}
            for row in config.get("pipeline") or []
            if str(row.get("name", "")).endswith(WishClassifier.__name__)
        ),
        {"encoders": []},
    )
    return {kind: open_encoder(kind, chosen["folder"]) for kind in chosen["encoders"]}


def _recall_rows(sources: Sources, rows: Path) -> None:
    def progress(done: int, of: int) -> None:
        if done % 1_024 == 0 and of > 1_024:
            _say(f"encoding messages: {done} of {of}")

    for name, encoder in _encoders(sources).items():
        encoder.recall(_of(rows, name), progress)


def _size(file: Path) -> str:
    return f"{file.stat().st_size / 1_000_000:.1f} MB"


def _say(line: str) -> None:
    print(f"train: {line}", file=sys.__stdout__, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="engine.train", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the model to write (.tar.gz)")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository's root")
    given = parser.parse_args(arguments)
    try:
        train(given.root.resolve(), given.out.resolve())
    except CannotTrain as error:
        print(f"train: failed: {error}", file=sys.stderr, flush=True)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
