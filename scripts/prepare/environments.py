"""The two Python environments, each exactly what its lock says: `.venv` and `bot/.venv`."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from steps import ROOT, Failed, Stamp, digest, step
from uv import program, uv

_SERVICE = ROOT / ".venv"
_ENGINE = ROOT / "bot" / ".venv"
_NITKA = """#!{python}
import sys
from nitka.__main__ import main
sys.exit(main())
"""


def service() -> None:
    """Make `.venv` for running Nitka. One that also has the tests' packages keeps them."""
    has_tests = Stamp("service", needs=[]).read().startswith("tests ")
    _make_service(with_tests=has_tests)


def tests() -> None:
    """Make `.venv` with the packages for tests and checks on top."""
    _make_service(with_tests=True)


def engine() -> None:
    """Make `bot/.venv`, which must be Python 3.10: the engine supports nothing newer."""
    lock = ROOT / "bot" / "requirements.txt"
    stamp = Stamp("engine", needs=[_ENGINE / "bin" / "python"])
    fingerprint = digest([lock])
    if stamp.fits(fingerprint):
        return
    program()
    python = _python_310()
    text = "the engine's environment: Rasa, TensorFlow, spaCy (large, some minutes)"
    with step(text), stamp.making(fingerprint):
        _sync(_ENGINE, python, [lock])


def _make_service(*, with_tests: bool) -> None:
    locks = [ROOT / "requirements.txt"]
    if with_tests:
        locks.append(ROOT / "requirements-dev.txt")
    stamp = Stamp("service", needs=[_SERVICE / "bin" / "python", _SERVICE / "bin" / "nitka"])
    fingerprint = f"{'tests' if with_tests else 'service'} {digest(locks)}"
    if stamp.fits(fingerprint):
        return
    program()
    text = "the service's environment" + (" with the tests' packages" if with_tests else "")
    with step(text), stamp.making(fingerprint):
        _sync(_SERVICE, sys.executable, locks)
        _let_import_the_project()


def _sync(folder: Path, python: str, locks: list[Path]) -> None:
    """Make the environment anew if its Python does not run, then install what the locks say."""
    if not _runs(str(folder / "bin" / "python"), _version(python)):
        shutil.rmtree(folder, ignore_errors=True)
        uv("venv", "--quiet", "--no-project", "--python", python, folder)
    uv("pip", "sync", "--require-hashes", "--python", folder / "bin" / "python", *locks)


def _let_import_the_project() -> None:
    """Put the project on the environment's path and the command `nitka` into its `bin`."""
    site = next((_SERVICE / "lib").glob("python3*/site-packages"))
    (site / "nitka.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = _SERVICE / "bin" / "nitka"
    command.write_text(_NITKA.format(python=_SERVICE / "bin" / "python"), encoding="utf-8")
    command.chmod(0o755)


def _python_310() -> str:
    """Give a Python 3.10 that really runs: an installed one, else one that uv fetches."""
    for candidate in _candidates():
        if _runs(candidate, (3, 10)):
            return candidate
    hint = (
        "The engine needs Python 3.10 and none was found. Install it (pyenv install 3.10, or a "
        "package python3.10 with its venv), or name one: make PYTHON310=/path/to/python3.10 …"
    )
    with step("Python 3.10 for the engine, fetched by uv"):
        uv("python", "install", "--no-bin", "3.10", hint=hint)
    return uv("python", "find", "--no-project", "--managed-python", "3.10", hint=hint).strip()


def _candidates() -> Iterator[str]:
    if named := os.environ.get("PYTHON310"):
        yield named
    yield from filter(None, [shutil.which("python3.10")])
    roots = [os.environ.get("PYENV_ROOT", ""), str(Path.home() / ".pyenv")]
    patterns = [f"{root}/versions/3.10.*/bin/python3.10" for root in roots if root]
    patterns += ["/opt/*/bin/python3.10", "/opt/*/*/bin/python3.10", "/usr/local/bin/python3.10"]
    for pattern in patterns:
        yield from sorted(glob.glob(pattern), reverse=True)  # noqa: PTH207 - absolute patterns
    try:
        yield uv("python", "find", "--no-project", "--no-python-downloads", "3.10").strip()
    except Failed:
        return


def _runs(python: str, version: tuple[int, int] | None) -> bool:
    return version is not None and _version(python) == version


def _version(python: str) -> tuple[int, int] | None:
    code = "import sys, ssl, sqlite3; print(*sys.version_info[:2])"
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            [python, "-c", code], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    major, minor = done.stdout.split() if done.returncode == 0 else (0, 0)
    return int(major), int(minor)
