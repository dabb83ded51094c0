"""Starts one part as a child of this process and ends it with everything it started.

Every child is started through `launch.py`, leads its own process group and is told when its
parent dies. `running` is the whole life of one part for a test or a single use; `nitka up` has
its own loop (`supervisor`) over the same commands.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nitka.errors import NitkaError
from nitka.up.part import Part

_LAUNCH = Path(__file__).with_name("launch.py")
_PROBE_EVERY = 0.05


class PartFailed(NitkaError):
    """A part did not start or did not become ready; the message ends with its last words."""


def command_of(part: Part) -> list[str]:
    """Give the command that becomes the part's program, tied to this process's life."""
    options = ["--parent", str(os.getpid()), "--signal", str(int(part.stop_signal))]
    if part.unprivileged is not None:
        options += ["--unprivileged", str(part.unprivileged)]
    return [sys.executable, "-I", "-S", str(_LAUNCH), *options, "--", *part.command]


def environment_of(part: Part) -> dict[str, str]:
    """Give a child's environment: this process's own, with what the part adds or empties.

    An empty value removes the variable, so that a secret does not reach who has no use for it.
    """
    merged = {**os.environ, "PYTHONUNBUFFERED": "1", **part.environment}
    return {name: value for name, value in merged.items() if value}


@dataclass
class Running:
    """A part that runs: its process, which a test may kill, and its log."""

    part: Part
    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """Kill the program at once (SIGKILL), as a crash would, and wait until it is gone."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """Start the program again on the same port and folder; returns when it is ready."""
        end_group(self.process.pid, signal.SIGKILL)
        self.process = _start(self.part, self.log)
        _wait(self.part, self.process, self.log)


@contextlib.contextmanager
def running(part: Part, *, log: Path) -> Iterator[Running]:
    """Run a part for the length of the block, ready at its beginning and gone at its end.

    Raises `PartFailed` with the end of its log when it ends or stays silent past its patience.
    """
    it = Running(part, _start(part, log), log)
    try:
        _wait(part, it.process, log)
        yield it
    finally:
        stop(it.process, part)


def run_once(part: Part, *, log: Path) -> None:
    """Run a step to its end; raises `PartFailed` with the end of its log unless it exits with 0."""
    process = _start(part, log)
    try:
        code = process.wait(part.patience.total_seconds())
    except subprocess.TimeoutExpired:
        code = None
    finally:
        stop(process, part)
    if code != 0:
        how = "took too long" if code is None else f"ended with code {code}"
        raise PartFailed(f"{part.name} {how}:\n{last_lines(log)}")


def run_in_front(part: Part) -> int:
    """Run a part on this terminal, to its end; its exit code.

    It dies with this process, and is told to end when this process is told so.
    """
    command, environment = command_of(part), environment_of(part)
    with subprocess.Popen(command, cwd=part.folder, env=environment) as process:  # noqa: S603
        signal.signal(signal.SIGTERM, lambda *_: process.send_signal(part.stop_signal))
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # the terminal has told it as well
                continue


def stop(process: subprocess.Popen[bytes], part: Part) -> None:
    """End a program: its own signal first, after its grace SIGKILL, and its group with it."""
    if process.poll() is None:
        process.send_signal(part.stop_signal)
        try:
            process.wait(part.grace.total_seconds())
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    end_group(process.pid, signal.SIGKILL)


def end_group(pid: int, number: signal.Signals) -> bool:
    """Send a signal to whoever is left in the group that `pid` led; False when nobody is."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):  # macOS says so of a group of zombies
        return False
    return True


def last_lines(log: Path, count: int = 12) -> str:
    """Give the end of a log, indented, for an error that a person reads."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
    except OSError:
        lines = []
    return "\n".join(f"  {line}" for line in lines) or "  (it said nothing)"


def _start(part: Part, log: Path) -> subprocess.Popen[bytes]:
    if part.prepare is not None:
        part.prepare()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own command, no shell
            command_of(part),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=part.folder,
            env=environment_of(part),
            start_new_session=True,
        )


def _wait(part: Part, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + part.patience.total_seconds()
    while process.poll() is None:
        if part.ready is None or part.ready():
            return
        if time.monotonic() > until:
            stop(process, part)
            seconds = part.patience.total_seconds()
            raise PartFailed(f"{part.name} was not ready in {seconds:.0f} s:\n{last_lines(log)}")
        time.sleep(_PROBE_EVERY)
    raise PartFailed(f"{part.name} ended with code {process.returncode}:\n{last_lines(log)}")
