"""A real `nitka up` in a home of its own: started, looked into, killed part by part, ended."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
from psycopg.rows import dict_row

from nitka.settings import ROOT, Settings
from nitka.up.assembly import assemble
from nitka.up.home import free_port
from nitka.up.process import last_lines

UP = "up"
_MARKS = {
    "worker": "-m nitka worker",
    "web": "-m nitka web",
    "engine": "-m engine.serve",
    "actions": "-m actions ",
    "valkey": "valkey-server ",
    "postgres": "/postgres -D ",
}
READY_WITHIN = 600.0  # seconds; the first start may have to train a model


@dataclass
class NitkaUp:
    """One installation: `home` and `port` stay, processes come and go."""

    home: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    starts_refused: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def parts(self) -> list[str]:
        """Give the parts that run here and may be killed, `up` itself last."""
        here = ["worker", "web", "engine", "actions", "valkey", "postgres"]
        if self.settings.get("NITKA_ENGINE_URLS"):
            here = [part for part in here if part not in ("engine", "actions")]
        return [*here, UP]

    def start(self) -> None:
        """Start and return when everything answers.

        A start that is refused because the old processes have not ended yet is tried again, as a
        person would; `starts_refused` counts these.
        """
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            self._launch()
            if self._becomes_ready(until):
                return
            self.starts_refused += 1
        raise AssertionError(f"nitka up did not become ready:\n{last_lines(self._log, 30)}")

    def is_ready(self) -> bool:
        """Tell whether every part says that it is well."""
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.get(f"{self.base}/readyz", timeout=5, trust_env=False)
            return answer.status_code == 200
        return False

    def wait_until_ready(self) -> None:
        until = time.monotonic() + READY_WITHIN
        while not self.is_ready():
            assert self.process is not None
            code = self.process.poll()
            assert code is None, f"nitka up ended with {code}:\n{last_lines(self._log, 30)}"
            assert time.monotonic() < until, f"never ready again:\n{last_lines(self._log, 30)}"
            _breathe()

    def kill(self, part: str) -> bool:
        """Kill one process of a part (SIGKILL); False when none runs at the moment."""
        assert self.process is not None
        if part == UP:
            self.process.kill()
            self.process.wait()
            return True
        running = self._processes(part)
        if not running:
            return False
        victim = random.choice(running)
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
        return True

    def stop(self) -> None:
        """Stop in order, as Ctrl-C does; every process must be gone then."""
        if self.process is None or self.process.poll() is not None:
            return
        started = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"Ctrl-C did not end it:\n{last_lines(self._log)}") from None
        left = psutil.wait_procs(started, timeout=10)[1]
        assert not left, f"left behind: {left}"

    def query(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Ask the installation's own database."""
        url = assemble(Settings(home=self.home), running=True).postgres.url
        plain = url.replace("postgresql+psycopg:", "postgresql:", 1)
        with psycopg.connect(plain, row_factory=dict_row) as connection:
            return connection.execute(sql.encode(), values).fetchall()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `nitka …` for this home."""
        return subprocess.run(
            [sys.executable, "-m", "nitka", *arguments],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @property
    def _log(self) -> Path:
        return self.home / "up.log"

    def _launch(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "nitka", "up"],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _becomes_ready(self, until: float) -> bool:
        assert self.process is not None
        while time.monotonic() < until:
            if self.is_ready():
                return True
            if self.process.poll() is not None:
                said = last_lines(self._log, 30)
                assert "already" in said or "in use" in said, f"nitka up ended:\n{said}"
                _breathe()
                return False
            _breathe()
        return False

    def _processes(self, part: str) -> list[psutil.Process]:
        assert self.process is not None
        found = []
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self.process.pid).children():
                with contextlib.suppress(psutil.Error):
                    if _MARKS[part] in " ".join(child.cmdline()) + " ":
                        found.append(child)
        return found

    def _environment(self) -> dict[str, str]:
        """Give the environment in which neither a developer's settings nor his `.env` count."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("NITKA_")}
        fields = Settings.model_fields.items()
        default = {f"NITKA_{name.upper()}": str(it.default or "") for name, it in fields}
        own = {"NITKA_HOME": str(self.home), "NITKA_PORT": str(self.port), "NITKA_DEMO": "1"}
        return {**inherited, **default, **own, **self.settings}


def _breathe() -> None:
    """Leave the processor to others between two looks."""
    time.sleep(0.1)


@contextmanager
def nitka_up(home: Path, **settings: str) -> Iterator[NitkaUp]:
    """Run Nitka for the length of the block, ready at its beginning, gone at its end."""
    nitka = NitkaUp(home, free_port(), settings)
    try:
        nitka.start()
        yield nitka
    except BaseException:
        with contextlib.suppress(AssertionError):
            nitka.stop()
        raise
    nitka.stop()
