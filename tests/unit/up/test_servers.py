"""The embedded servers: what they promise across deaths and restarts."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from nitka.errors import ConfigError
from nitka.up.home import free_port
from nitka.up.postgres import EmbeddedPostgres
from nitka.up.probes import valkey_call
from nitka.up.process import running
from nitka.up.valkey import EmbeddedValkey


def _postgres(home: Path) -> EmbeddedPostgres:
    log = home / "logs" / "postgres.log"
    return EmbeddedPostgres(folder=home / "postgres", port=free_port(), log=log, durable=False)


def _connect(server: EmbeddedPostgres) -> psycopg.Connection:
    return psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True)


def test_postgres_keeps_what_was_committed_when_it_is_killed(tmp_path: Path) -> None:
    """A commit that was answered is there after kill -9, on the same port, without a wait."""
    server = _postgres(tmp_path)
    with running(server.part(), log=server.log) as process:
        with _connect(server) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('нитка')")
        process.kill()
        process.restart()
        with _connect(server) as connection:
            assert connection.execute("SELECT upper(word) FROM kept").fetchone() == ("НИТКА",)


def test_postgres_data_are_used_again_with_a_stale_pid_file(tmp_path: Path) -> None:
    """A pid file that names a living stranger (ids are used again) does not stop the start."""
    server = _postgres(tmp_path)
    with running(server.part(), log=server.log) as process:
        process.kill()
        pid_file = server.folder / "data" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]))
        process.restart()
        with _connect(server) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_postgres_wants_its_password(tmp_path: Path) -> None:
    """Nobody else on the machine gets in."""
    server = _postgres(tmp_path)
    with (
        running(server.part(), log=server.log),
        pytest.raises(psycopg.OperationalError, match="password authentication failed"),
    ):
        psycopg.connect(host="127.0.0.1", port=server.port, user="nitka", password="guess")


def test_postgres_of_another_version_is_named(tmp_path: Path) -> None:
    """Data of another major version are left alone, and the sentence says what to do."""
    server = _postgres(tmp_path)
    with running(server.part(), log=server.log):
        pass
    (server.folder / "data" / "PG_VERSION").write_text("15\n")
    with (
        pytest.raises(ConfigError, match=r"made by PostgreSQL 15.*NITKA_DATABASE_URL"),
        running(server.part(), log=server.log),
    ):
        pass


def test_valkey_keeps_what_was_written_when_it_is_killed(tmp_path: Path) -> None:
    """The append-only file is on."""
    server = EmbeddedValkey(folder=tmp_path / "valkey", port=free_port())
    with running(server.part(), log=tmp_path / "valkey.log") as process:
        assert valkey_call(server.url, "SET thread red") == "+OK"
        process.kill()
        assert valkey_call(server.url, "PING") is None
        process.restart()
        assert valkey_call(server.url, "STRLEN thread") == ":3"


def test_valkey_wants_its_password(tmp_path: Path) -> None:
    """Nobody else on the machine gets in."""
    server = EmbeddedValkey(folder=tmp_path / "valkey", port=free_port())
    with running(server.part(), log=tmp_path / "valkey.log"):
        stranger = server.url.replace(server.url.split("@")[0], "redis://:guess")
        assert (valkey_call(stranger, "PING") or "").startswith("-NOAUTH")
