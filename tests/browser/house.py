"""A whole Nitka for the browser tests: `nitka up` in a home of its own, on a free port.

Nothing of it is a double: its PostgreSQL, its Valkey, its action server, its engine on the model
that fits the present bot (trained only if there is none), its web process and its worker.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from nitka.up.home import free_port

_START_SECONDS = 1200  # with a model to train
_STOP_SECONDS = 60


@dataclass(frozen=True)
class House:
    """A running `nitka up`."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    environment: Mapping[str, str]

    def kill(self, part: str) -> None:
        """Kill one part (SIGKILL), as a crash would; `nitka up` starts it again by itself."""
        process = self._process_of(part)
        process.kill()
        with contextlib.suppress(psutil.TimeoutExpired):  # its parent may collect it later
            process.wait(10)

    @contextlib.contextmanager
    def paused(self, part: str) -> Iterator[None]:
        """Let one part stand still for the length of the block: it lives and does nothing."""
        process = self._process_of(part)
        process.suspend()
        try:
            yield
        finally:
            process.resume()

    def nitka(self, *words: str) -> str:
        """Run another `nitka` command on this home and give its output; it must exit with 0."""
        command = [sys.executable, "-m", "nitka", *words]
        done = subprocess.run(
            command,
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(words)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def orders(self) -> list[dict[str, str]]:
        """Give the demo shop's orders: `number`, `email`, `phone`, `state`."""
        found: list[dict[str, str]] = json.loads(self.nitka("demo", "orders", "--json"))
        return found

    def _process_of(self, part: str) -> psutil.Process:
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if child.cmdline()[-3:] == ["-m", "nitka", part]:
                    return child
        raise AssertionError(f"{part} does not run")


@contextlib.contextmanager
def whole_house(home: Path, settings: Mapping[str, str] | None = None) -> Iterator[House]:
    """Run `nitka up` for the length of the block, ready at its beginning and gone at its end.

    `settings`: more of the environment, such as the tokens of other channels.
    """
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    outside = {name: value for name, value in os.environ.items() if not name.startswith("NITKA_")}
    environment = {**outside, "NITKA_HOME": str(home), "NITKA_PORT": str(port)}
    environment |= settings or {}
    log = home / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "nitka", "up"],
            env=environment,
            cwd=home,  # where no developer's .env is found
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    house = House(f"http://127.0.0.1:{port}", home, process, environment)
    try:
        _wait_until_ready(house, log)
        yield house
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(house: House, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while not _is_ready(house.url):
        said = log.read_text(encoding="utf-8", errors="replace")
        assert house.process.poll() is None, f"nitka up has ended:\n{said}"
        assert time.monotonic() < until, f"nitka up is not ready after {_START_SECONDS} s:\n{said}"
        time.sleep(0.2)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
