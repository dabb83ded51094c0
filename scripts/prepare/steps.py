"""What every step shares: saying what is done, running programs, remembering what is finished."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / ".tools"


class Failed(Exception):
    """A step failed; the message says what and what to do about it."""


def say(text: str, end: str = "\n") -> None:
    """Print at once."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Say what is being done, and at the end how long it took."""
    began = time.monotonic()
    live = sys.stdout.isatty()
    say(f"• {text} …", end="" if live else "\n")
    yield
    took = f"{time.monotonic() - began:.1f} s"
    say(f"\r✓ {text} ({took})   " if live else f"✓ {text} ({took})")


def run(
    *command: str | Path,
    hint: str,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a program quietly and give its output; raises `Failed` with what it said and `hint`."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(  # noqa: S603 - our own commands, no shell
            words,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise Failed(f"{words[0]} cannot be run: {error.strerror}. {hint}") from error
    if done.returncode != 0:
        raise Failed(f"`{' '.join(words)}` failed:\n{_short(done.stdout)}\n{hint}")
    return done.stdout


def _short(output: str) -> str:
    """Give the beginning and the end of an output: some programs say the reason first."""
    lines = [f"  {line}" for line in output.splitlines() if line.strip()]
    return "\n".join(lines if len(lines) <= 25 else [*lines[:10], "  …", *lines[-14:]])


def digest(paths: Iterable[Path], *words: str) -> str:
    """Give a fingerprint of files (names and contents), of words, and of where the project is."""
    total = hashlib.sha256(f"{ROOT}\n{words}\n".encode())
    for path in sorted(paths):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    return total.hexdigest()


class Stamp:
    """Remembers that a step was finished for a fingerprint, and forgets it when work begins."""

    def __init__(self, name: str, *, needs: Iterable[Path]) -> None:
        self.path = TOOLS / "stamps" / name
        self.needs = tuple(needs)

    def fits(self, fingerprint: str) -> bool:
        """Tell whether the step was finished for this fingerprint and its results are there."""
        return self.read() == fingerprint and all(path.exists() for path in self.needs)

    def read(self) -> str:
        """Give what was last finished, or nothing."""
        return self.path.read_text() if self.path.exists() else ""

    @contextlib.contextmanager
    def making(self, fingerprint: str) -> Iterator[None]:
        """Forget the stamp, and set it anew only when the block ends well."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        yield
        self.path.write_text(fingerprint)
