"""Real servers for the tests, started from the same code as `nitka up`.

A server that cannot start fails the tests that need it; nothing is skipped.

- `postgres`, `valkey`: the running servers (session), for tests that kill and restart them
- `empty_database_url`: a database of the test's own, without tables
- `database_url`: a database of the test's own, migrated (copied from a template: some 20 ms)
- `redis_url`: a database of the session's Valkey, emptied before the test
- `actions`, `engine`: the action server with a demo shop of its own, and the engine on the model
  that fits the present bot, trained if there is none (session); `engine_url` is its address

Neither the environment's settings nor a developer's `.env` reach a test.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from nitka.settings import Settings
from nitka.up.assembly import actions_part, engine_part
from nitka.up.home import free_port
from nitka.up.model import train
from nitka.up.postgres import EmbeddedPostgres
from nitka.up.process import Running, running
from nitka.up.valkey import EmbeddedValkey
from tests.support.valkey import Database, emptied

_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> Iterator[None]:
    """A test sees default settings, unless it sets others itself."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("NITKA_")]:
            patch.delenv(name)
        patch.setitem(Settings.model_config, "env_file", None)
        yield


@dataclass(frozen=True)
class Server:
    """A running server: its address with the password, and its process to kill and restart."""

    url: str
    running: Running


@pytest.fixture(scope="session")
def servers_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder for the session's servers; their logs stand in `logs/`."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def postgres(servers_home: Path) -> Iterator[Server]:
    """One PostgreSQL for the session."""
    log = servers_home / "logs" / "postgres.log"
    server = EmbeddedPostgres(
        folder=servers_home / "postgres", port=free_port(), log=log, durable=False
    )
    with running(server.part(), log=log) as process:
        yield Server(server.url, process)


@pytest.fixture(scope="session")
def valkey(servers_home: Path) -> Iterator[Server]:
    """One Valkey for the session."""
    server = EmbeddedValkey(folder=servers_home / "valkey", port=free_port())
    with running(server.part(), log=servers_home / "logs" / "valkey.log") as process:
        yield Server(server.url, process)


@pytest.fixture(scope="session")
def migrated_template(postgres: Server) -> str:
    """The name of a database with all migrations, to be copied by others."""
    from nitka.store.migrate import upgrade

    name = "template_nitka"
    _run(postgres.url, f"CREATE DATABASE {name}")
    upgrade(_with_database(postgres.url, name))
    return name


@pytest.fixture
def empty_database_url(postgres: Server) -> Iterator[str]:
    """A database of the test's own, without tables."""
    with database(postgres.url, "template1") as url:
        yield url


@pytest.fixture
def database_url(postgres: Server, migrated_template: str) -> Iterator[str]:
    """A database of the test's own, with all tables and no rows."""
    with database(postgres.url, migrated_template) as url:
        yield url


@pytest.fixture
def redis_url(valkey: Server) -> str:
    """A database of the session's Valkey, empty at the beginning of the test."""
    return emptied(valkey.url, Database.TEST)


@pytest.fixture(scope="session")
def actions(postgres: Server, servers_home: Path) -> Iterator[Server]:
    """The action server, with a demo shop in a database of its own."""
    port = free_port()
    with (
        database(postgres.url, "template1") as url,
        running(actions_part(port, url), log=servers_home / "logs" / "actions.log") as process,
    ):
        yield Server(f"http://127.0.0.1:{port}", process)


@pytest.fixture(scope="session")
def engine(actions: Server, servers_home: Path) -> Iterator[Server]:
    """One engine, on the model that fits the present bot."""
    port = free_port()
    part = engine_part(port, actions.url, model=train(anew=False))
    with running(part, log=servers_home / "logs" / "engine.log") as process:
        yield Server(f"http://127.0.0.1:{port}", process)


@pytest.fixture(scope="session")
def engine_url(engine: Server) -> str:
    """The address of the session's engine."""
    return engine.url


@contextmanager
def database(server_url: str, template: str) -> Iterator[str]:
    """Make a database for the length of the block; its address."""
    name = f"test_{next(_numbers)}"
    _run(server_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield _with_database(server_url, name)
    _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _with_database(url: str, name: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{name}"


def _run(server_url: str, sql: str) -> None:
    """Run one statement outside any test's database."""
    address = _with_database(server_url, "postgres").replace(
        "postgresql+psycopg:", "postgresql:", 1
    )
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.encode())
