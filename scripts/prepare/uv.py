"""Brings uv into `.tools/` and runs it with the machine's own package settings."""

from __future__ import annotations

import os
import shutil
import sys
from functools import cache
from pathlib import Path

from steps import ROOT, TOOLS, Failed, Stamp, digest, run, step

_FOLDER = TOOLS / "uv"
_LOCK = ROOT / "requirements-tools.txt"
_ONLINE = "Is the package registry reachable from here? Then run the same command again."


@cache
def program() -> Path:
    """Give uv's path; installs it at the first call, with its hash checked."""
    path = _FOLDER / "bin" / "uv"
    stamp = Stamp("uv", needs=[path])
    fingerprint = digest([_LOCK])
    if not stamp.fits(fingerprint):
        with step("uv, the installer"), stamp.making(fingerprint):
            shutil.rmtree(_FOLDER, ignore_errors=True)
            _install()
    return path


def _install() -> None:
    """Install uv with pip: in an environment, or where Python came without that, beside it."""
    options = ("install", "--quiet", "--no-deps", "--require-hashes", "-r", _LOCK)
    try:
        run(sys.executable, "-m", "venv", _FOLDER, hint="")
        run(_FOLDER / "bin" / "python", "-m", "pip", *options, hint=_ONLINE)
        return
    except Failed as failure:
        if (_FOLDER / "bin" / "pip").exists():
            raise
        without_venv = failure
    shutil.rmtree(_FOLDER, ignore_errors=True)
    try:
        run(sys.executable, "-m", "pip", "--version", hint="")
    except Failed:
        raise Failed(
            f"{sys.executable} has neither venv nor pip. Install them (Debian, Ubuntu: "
            f"apt install python3-venv) and run this again.\n{without_venv}"
        ) from None
    run(sys.executable, "-m", "pip", *options, "--target", _FOLDER, hint=_ONLINE)


def uv(*words: str | Path, hint: str = _ONLINE) -> str:
    """Run uv; raises `Failed` with the end of what it said."""
    return run(program(), *words, hint=hint, environment=environment())


@cache
def environment() -> dict[str, str]:
    """Give what uv and Node.js must know of this machine: pip's mirrors and certificates.

    uv does not read pip's configuration, where machines name their mirrors. What the person has
    set for uv stays as it is.
    """
    pip = _pip_settings()
    extra = pip.get("extra-index-url", "").split()
    found = {
        "UV_PYTHON_INSTALL_DIR": str(TOOLS / "python"),
        "UV_SYSTEM_CERTS": "true",
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": " ".join(extra),
        "UV_FIND_LINKS": ",".join(pip.get("find-links", "").split()),
        # every package is held to the hashes in the lock, wherever it comes from
        "UV_INDEX_STRATEGY": "unsafe-best-match" if extra else "",
        "UV_HTTP_TIMEOUT": "180",
        "UV_CACHE_DIR": "" if _home_is_ours() else str(TOOLS / "cache"),
        "SSL_CERT_FILE": pip.get("cert", ""),
        "NODE_EXTRA_CA_CERTS": pip.get("cert", ""),
    }
    return {name: value for name, value in found.items() if value and not os.environ.get(name)}


def _pip_settings() -> dict[str, str]:
    python = _FOLDER / "bin" / "python"
    command = (python if python.exists() else sys.executable, "-m", "pip", "config", "list")
    try:
        lines = run(*command, hint="").splitlines()
    except Failed:
        return {}
    found: dict[str, str] = {}
    for line in sorted(lines, reverse=True):  # global.… before :env:…, which wins
        name, _, value = line.partition("=")
        section, _, key = name.rpartition(".")
        if section in ("global", "install", ":env:"):
            found[key] = value.strip().strip("'\"").replace("\\n", " ")
    return found


def _home_is_ours() -> bool:
    home = Path.home()
    return home.is_dir() and os.access(home, os.W_OK)
