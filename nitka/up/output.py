"""What a part writes: kept in a bounded log file, its last lines at hand, its troubles noticed."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable
from io import BufferedWriter
from pathlib import Path

_MOST = 5 * 1024 * 1024  # bytes in a log file before it is moved aside, once
_OLD_NEWS = 10.0  # seconds before the same trouble is noticed again
_LONGEST = 8_192  # bytes of one line that are kept
_TROUBLE = re.compile(r"\b(ERROR|FATAL|PANIC|CRITICAL|Traceback)\b")
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_DULL = {"event", "level", "logger", "at", "exception"}

Noticed = Callable[[str], None]


class Output(asyncio.Protocol):
    """Takes one part's output, over all its starts.

    The file is begun anew at each `nitka up`; the one before stands beside it as `<name>.log.1`.
    `noticed` is called with every line that tells of a warning or an error.
    """

    def __init__(self, path: Path, noticed: Noticed) -> None:
        self.path = path
        self.last: deque[str] = deque(maxlen=15)
        self._told: dict[str, float] = {}
        self._noticed = noticed
        self._rest = b""
        self._size = 0
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # customers' words
        self._file = self._begin()

    def data_received(self, data: bytes) -> None:
        """Keep the lines that are complete by now."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            self._keep(line[:_LONGEST])
        self._file.flush()

    def eof_received(self) -> None:
        """Keep what was written without an end of line."""
        if self._rest:
            self._keep(self._rest)
            self._rest = b""
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def tail(self) -> str:
        """Give the last lines, indented, for an error that a person reads."""
        return "\n".join(f"  {line}" for line in self.last) or "  (it said nothing)"

    def _keep(self, line: bytes) -> None:
        self._file.write(line + b"\n")
        self._size += len(line) + 1
        if self._size > _MOST:
            self._file.close()
            self._file = self._begin()
        text = _COLOURS.sub("", line.decode("utf-8", "replace")).rstrip().rpartition("\r")[2]
        if not text:
            return
        said, trouble = read_line(text)
        self.last.append(said)
        if trouble and self._is_news(said):
            self._noticed(said)

    def _is_news(self, said: str) -> bool:
        """Tell whether this was not noticed within the last seconds: retries repeat themselves."""
        now = time.monotonic()
        self._told = {text: at for text, at in self._told.items() if now - at < _OLD_NEWS}
        return self._told.setdefault(said, now) == now

    def _begin(self) -> BufferedWriter:
        if self.path.exists():
            self.path.replace(self.path.with_name(self.path.name + ".1"))
        self._size = 0
        return self.path.open("wb")


def read_line(text: str) -> tuple[str, bool]:
    """Give a log line for people, and whether it tells of a warning or an error.

    Our own parts write JSON events; the others' lines are taken as they are.
    """
    try:
        event = json.loads(text) if text.startswith("{") else None
    except ValueError:
        event = None
    if not isinstance(event, dict) or "event" not in event:
        return text, _TROUBLE.search(text) is not None
    facts = [f"{name}={value}" for name, value in event.items() if name not in _DULL]
    if error := str(event.get("exception") or ""):
        facts.append(error.strip().splitlines()[-1])
    said = " ".join([str(event["event"]), *facts])
    return said, event.get("level") in ("warning", "error", "critical")
