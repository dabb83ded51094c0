"""A part: one program that `nitka up` runs, described as data."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from nitka.settings import ROOT

Probe = Callable[[], bool]
"""Tells whether a part answers; never raises and takes at most about two seconds."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One program: how it is started, when it counts as ready, what it needs, how it ends.

    `needs` names the parts that must be ready before. `once` marks a step that runs to its end
    (exit code 0) instead of staying up. `prepare` runs before every start, also after a death.
    `unprivileged` is a folder of the program's own: where Nitka runs as root, the program runs as
    an ordinary user who owns that folder.
    """

    name: str
    command: tuple[str, ...]
    ready: Probe | None = None
    needs: tuple[str, ...] = ()
    once: bool = False
    prepare: Callable[[], None] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    unprivileged: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: timedelta = timedelta(seconds=10)
    patience: timedelta = timedelta(seconds=60)
    folder: Path = ROOT
    says: str = ""
