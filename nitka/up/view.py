"""What a person sees of `nitka up`: live lines on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.text import Text

_STILL_EVERY = 15.0  # seconds between plain lines about what is still being waited for


class Stage(StrEnum):
    """Where a part is."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"


@dataclass
class _Line:
    says: str
    stage: Stage = Stage.WAITING
    since: float = 0.0
    took: float = 0.0
    detail: str = ""
    told_at: float = 0.0


class View:
    """Shows the parts while they start, then what happens to them."""

    def __init__(self, console: Console, parts: dict[str, str]) -> None:
        self._console = console
        self._lines = {name: _Line(says or name) for name, says in parts.items()}
        self._live = (
            Live(console=console, auto_refresh=False, transient=False)
            if console.is_terminal
            else None
        )
        self._watching = False

    def open(self) -> None:
        """Begin the live lines."""
        self._watching = True
        if self._live is not None:
            self._live.start()

    def close(self) -> None:
        """End the live lines; what is said from now on stands below them."""
        if self._live is not None and self._watching:
            self._live.update(self._drawn(), refresh=True)
            self._live.stop()
        self._watching = False

    def stage(self, name: str, stage: Stage) -> None:
        """Note that a part has come to a stage; said at once where lines are plain."""
        line = self._lines[name]
        now = time.monotonic()
        line.took, line.since, line.told_at = now - line.since, now, now
        line.stage, line.detail = stage, ""
        if self._live is not None or not self._watching:
            return
        match stage:
            case Stage.STARTING:
                self.say(f"starting {line.says}")
            case Stage.READY | Stage.DONE:
                self.say(f"{line.says}: {stage} ({line.took:.1f} s)")

    def detail(self, name: str, text: str) -> None:
        """Note what a part says of itself while it starts."""
        self._lines[name].detail = text

    def tick(self) -> None:
        """Refresh the live lines, or say plainly now and then what is still being waited for."""
        if not self._watching:
            return
        if self._live is not None:
            self._live.update(self._drawn(), refresh=True)
            return
        now = time.monotonic()
        for line in self._lines.values():
            if line.stage is Stage.STARTING and now - line.told_at > _STILL_EVERY:
                line.told_at = now
                more = f": {line.detail}" if line.detail else ""
                self.say(f"{line.says}: still busy ({now - line.since:.0f} s){more}")

    def say(self, text: str, style: str = "") -> None:
        """Say one thing that happened."""
        stamp = time.strftime("%H:%M:%S")
        self._console.print(f"[dim]{stamp}[/dim] {escape(text)}", style=style, highlight=False)

    def plain(self, text: str = "") -> None:
        """Print lines as they are."""
        self._console.print(escape(text), highlight=False, soft_wrap=True)

    def _drawn(self) -> Group:
        return Group(*(self._one(line) for line in self._lines.values()))

    def _one(self, line: _Line) -> Spinner | Text:
        now = time.monotonic()
        match line.stage:
            case Stage.READY | Stage.DONE:
                return Text.from_markup(
                    f"[green]✓[/green] {line.says} [dim]{line.took:.1f} s[/dim]"
                )
            case Stage.STARTING:
                room = max(20, self._console.width - len(line.says) - 16)
                words = f"{line.says} {now - line.since:.0f} s  {line.detail[:room]}"
                return Spinner("dots", text=Text(words, style="dim", no_wrap=True))
            case _:
                return Text(f"· {line.says}", style="dim")
