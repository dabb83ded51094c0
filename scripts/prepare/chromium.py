"""A Chromium for the browser tests: the machine's own, else installed."""

from __future__ import annotations

import os
import shutil
import sys

import uv
from steps import ROOT, run, step

_FIND = ROOT / "tests" / "browser" / "find_chromium.py"


def install() -> None:
    """Make sure that the browser tests find one."""
    if run(sys.executable, _FIND, hint="").strip() != "none":
        return
    hint = (
        "The browser tests need Chromium or Chrome: install one by the system's means and run "
        "this again."
    )
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with step("Chromium, from the system's packages"):
            quiet = {"DEBIAN_FRONTEND": "noninteractive"}
            run("apt-get", "update", hint=hint)
            words = ("install", "--yes", "--no-install-recommends", "chromium")
            run("apt-get", *words, hint=hint, environment=quiet)
        return
    with step("Chromium, brought by Playwright"):
        playwright = ROOT / ".venv" / "bin" / "playwright"
        run(playwright, "install", "chromium", hint=hint, environment=uv.environment())
