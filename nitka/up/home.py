"""The home folder (`NITKA_HOME`): whose it is now, its ports and the secrets made for it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import random
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil

from nitka.errors import ConfigError

_INNER_PORTS = range(21_000, 32_000)  # below the ports that systems lend to outgoing connections


@contextlib.contextmanager
def held(home: Path) -> Iterator[None]:
    """Hold the home for the length of the block, so that no second `nitka up` works in it.

    Raises `ConfigError` with the holder's process id when it is held already. The hold ends with
    the process, however it ends.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "up.lock").open("a+", encoding="ascii")
    except OSError as error:
        raise ConfigError(f"NITKA_HOME: {home} cannot be used: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(
                f"Nitka is already running from {home} (process {holder(home)}): "
                "stop it first, or set NITKA_HOME and NITKA_PORT for a second one"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(home: Path) -> str | None:
    """Give the process id of the `nitka up` that holds this home now; None when none does."""
    try:
        file = (home / "up.lock").open("r", encoding="ascii")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return file.read().strip() or "?"
    return None


def kept_secret(path: Path) -> str:
    """Give the secret in `path`, made at the first call and readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(16))
    return path.read_text(encoding="ascii").strip()


def kept_ports(
    home: Path, names: list[str], *, running: bool = False, public: int | None = None
) -> dict[str, int]:
    """Give each inner part a loopback port, the same as last time wherever that is still free.

    `running`: the parts run now, on the ports that were kept. `public` is the web's own port,
    which is free still when the inner ones are chosen, and must not be taken by one of them.
    """
    path = home / "ports.json"
    try:
        before = json.loads(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        before = {}
    ports: dict[str, int] = {}
    for name in names:
        port = before.get(name)
        usable = isinstance(port, int) and port not in {public, *ports.values()}
        if not usable or not (running or is_free("127.0.0.1", port)):
            port = free_port(avoid=frozenset({public, *ports.values()}))
        ports[name] = port
    if not running:
        path.write_text(json.dumps(before | ports, indent=1), encoding="ascii")
    return ports


def free_port(*, avoid: frozenset[int | None] = frozenset()) -> int:
    """Give a loopback port that nobody listens on."""
    candidates = random.SystemRandom().sample(_INNER_PORTS, 200)
    for port in candidates:
        if port not in avoid and is_free("127.0.0.1", port):
            return port
    raise ConfigError("no free port on 127.0.0.1 between 21000 and 31999")


def is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen on host and port now."""
    with contextlib.suppress(OSError):
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return True
    return False


def check_public_port(host: str, port: int) -> None:
    """Raise `ConfigError` when the web server could not listen, with who holds the port."""
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ConfigError(f"NITKA_HOST: {host} is no address of this machine: {error}") from error
    if is_free(host, port):
        return
    if port < 1024 and os.geteuid() != 0 and not _holder(port):
        raise ConfigError(f"NITKA_PORT: {port} needs root; choose a port from 1024 to 65535")
    raise ConfigError(
        f"NITKA_PORT: port {port} on {host} is in use{_holder(port)}; "
        "stop that program, or set NITKA_PORT to another port"
    )


def _holder(port: int) -> str:
    """Name the program that listens on a port, as far as this user may know; else nothing."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections(kind="tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and getattr(connection.laddr, "port", 0) == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    return ""
