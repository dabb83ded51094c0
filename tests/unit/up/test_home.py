"""The home: one `nitka up` at a time, the same ports and secrets each time."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from nitka.errors import ConfigError
from nitka.settings import ROOT
from nitka.up.home import check_public_port, free_port, held, holder, kept_ports, kept_secret


def test_a_home_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    """The second is told who holds it and what to set; after the end it is free."""
    with held(tmp_path):
        code = "import sys; from pathlib import Path; from nitka.up.home import held\n"
        code += "held(Path(sys.argv[1])).__enter__()"
        command = [sys.executable, "-c", code, str(tmp_path)]
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert f"already running from {tmp_path} (process {os.getpid()})" in second.stderr
        assert holder(tmp_path) == str(os.getpid())
    assert holder(tmp_path) is None
    with held(tmp_path):
        pass


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file in the way is a sentence, no traceback."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"NITKA_HOME: .*cannot be used"), held(tmp_path / "file"):
        pass


def test_ports_stay_the_same_where_they_can(tmp_path: Path) -> None:
    """Kept ports are used again; one that somebody else took by now is chosen anew."""
    first = kept_ports(tmp_path, ["postgres", "valkey"])
    assert kept_ports(tmp_path, ["postgres", "valkey", "engine-1"]).items() >= first.items()
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", first["valkey"]))
        stranger.listen()
        assert kept_ports(tmp_path, ["postgres", "valkey"], running=True) == first
        second = kept_ports(tmp_path, ["postgres", "valkey"])
    assert second["postgres"] == first["postgres"]
    assert second["valkey"] != first["valkey"]


def test_broken_notes_of_ports_are_no_obstacle(tmp_path: Path) -> None:
    """A half-written file only means new ports."""
    (tmp_path / "ports.json").write_text('{"postgres": ')
    assert kept_ports(tmp_path, ["postgres"])["postgres"] > 0


def test_a_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    """Readable by nobody else, and long enough not to be guessed."""
    path = tmp_path / "home" / "password"
    secret = kept_secret(path)
    assert len(secret) >= 32
    assert kept_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_busy_port_is_named_with_its_holder() -> None:
    """The sentence names the variable and the program."""
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"NITKA_PORT: port {port}.*process {os.getpid()}"):
            check_public_port("127.0.0.1", port)
    check_public_port("127.0.0.1", free_port())


def test_a_strange_address_is_named() -> None:
    """A host that is no address names its own variable."""
    with pytest.raises(ConfigError, match="NITKA_HOST"):
        check_public_port("no.such.host.invalid", 8080)


def test_inner_ports_leave_the_public_one_alone(tmp_path: Path) -> None:
    """The web listens last: no inner part is given its port, also not one that it had before."""
    first = kept_ports(tmp_path, ["engine-1"])
    second = kept_ports(tmp_path, ["engine-1"], public=first["engine-1"])
    assert second["engine-1"] != first["engine-1"]
