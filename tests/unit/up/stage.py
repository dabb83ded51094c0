"""Small real programs as parts, and a supervisor over them that writes into a string."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil
from rich.console import Console

from nitka.up.part import Part
from nitka.up.supervisor import Patience, Supervisor
from nitka.up.view import View

_QUICK = Patience(
    first=timedelta(seconds=0.02),
    longest=timedelta(seconds=0.1),
    orphans=timedelta(seconds=0.5),
)


@dataclass
class Stage:
    """A folder where programs leave marks, and what was said on the screen."""

    folder: Path
    screen: io.StringIO = field(default_factory=io.StringIO)

    @property
    def marks(self) -> list[str]:
        """What the programs wrote, in order."""
        path = self.folder / "marks"
        return path.read_text().split() if path.exists() else []

    def part(self, name: str, code: str, *, needs: Sequence[str] = (), **more: object) -> Part:
        """Make a part of Python code, which may call `mark(word)`."""
        before = (
            "import os, pathlib, signal, subprocess, sys, time\n"
            "def mark(word):\n"
            f"    with open({str(self.folder / 'marks')!r}, 'a') as file:\n"
            "        file.write(word + '\\n')\n"
        )
        return Part(
            name=name,
            command=(sys.executable, "-c", before + code),
            needs=tuple(needs),
            folder=self.folder,
            **more,  # type: ignore[arg-type]  # what the test says of the part
        )

    def server(self, name: str, *, needs: Sequence[str] = (), **more: object) -> Part:
        """Make a part that stays up, marks its start and its end, and is ready after its start."""
        code = (
            f"def end(*_):\n    mark('-{name}')\n    sys.exit(0)\n"
            "signal.signal(signal.SIGTERM, end)\n"
            f"mark('+{name}')\n"
            f"pathlib.Path('{name}.pid').write_text(str(os.getpid()))\n"
            "while True:\n    time.sleep(60)\n"
        )

        def ready() -> bool:
            return f"+{name}" in self.marks

        return self.part(name, code, needs=needs, ready=ready, **more)

    def pid(self, name: str) -> int:
        """The process id of a server at its latest start."""
        return int((self.folder / f"{name}.pid").read_text())

    async def until(self, holds: Callable[[], bool], *, seconds: float = 90) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 - a file or a process, which no event tells of
                await asyncio.sleep(0.01)

    def supervisor(self, *parts: Part) -> Supervisor:
        """Make a supervisor, quick in its restarts."""
        view = View(Console(file=self.screen, width=200), {part.name: part.says for part in parts})
        return Supervisor(parts, logs=self.folder / "logs", view=view, patience=_QUICK)

    def left(self) -> list[str]:
        """Commands of processes that still work in the folder; there must be none."""
        found = []
        for process in psutil.process_iter():
            try:
                if Path(process.cwd()) == self.folder and process.status() != "zombie":
                    found.append(" ".join(process.cmdline()))
            except (psutil.Error, OSError):
                continue
        return found
