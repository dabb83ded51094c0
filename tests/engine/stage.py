"""What the turn contract is tested on: servers of our own, an engine and its actions."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.engine.body import body

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "tests" / "engine" / "mini"
ENGINE_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
ENGINE_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "bot")}
READY_SECONDS = 240.0


def free_port() -> int:
    """Returns a port that nobody listens on."""
    import socket

    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Returns when ``url`` answers 200; fails when its process has ended."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, f"a server ended with {process.returncode}"
        try:
            if httpx.get(url, timeout=1.0).status_code == 200:
                return
        except httpx.TransportError:
            process_ended(process, seconds=0.1)
    pytest.fail(f"{url} was not ready in {READY_SECONDS:g} s")


def process_ended(process: subprocess.Popen[bytes], *, seconds: float) -> bool:
    """Waits up to ``seconds`` for the end of a process, and tells whether it came."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


@contextmanager
def started(command: list[str], url: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a server for the length of the block."""
    process = subprocess.Popen(command, **options)
    try:
        wait_for(url, process)
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        if not process_ended(process, seconds=10.0):
            process.kill()
            process.wait()


@dataclass
class Stage:
    """The running engine and action server."""

    url: str
    actions: subprocess.Popen[bytes]
    engine: subprocess.Popen[bytes]
    actions_command: list[str]

    def turn(self, text: str = "", **changes: Any) -> httpx.Response:
        """Carries out one turn."""
        return httpx.post(f"{self.url}/turn", json=body(text, **changes), timeout=60.0)

    def ok(self, text: str = "", **changes: Any) -> dict[str, Any]:
        """Carries out one turn that must succeed."""
        response = self.turn(text, **changes)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer
