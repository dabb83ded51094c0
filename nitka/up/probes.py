"""Ways to ask a part whether it is ready. Each tells True or False and never raises."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import unquote, urlsplit

import psycopg

from nitka.up.part import Probe

_TIMEOUT = 2.0


def http_ok(host: str, port: int, path: str) -> Probe:
    """Ask a web server on this machine: ready when GET `path` answers with 200."""

    def ready() -> bool:
        connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready


def postgres_answers(url: str) -> Probe:
    """Ask PostgreSQL: ready when it lets us in."""
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)

    def ready() -> bool:
        try:
            psycopg.connect(plain, connect_timeout=int(_TIMEOUT)).close()
        except psycopg.Error:
            return False
        return True

    return ready


def valkey_answers(url: str) -> Probe:
    """Ask Valkey: ready when it answers PING, so after it has loaded its append-only file."""
    return lambda: valkey_call(url, "PING") == "+PONG"


def valkey_call(url: str, command: str) -> str | None:
    """Send one command without arguments that need quoting; its one-line answer, None if none."""
    parts = urlsplit(url)
    address = (parts.hostname or "127.0.0.1", parts.port or 6379)
    words = f"AUTH {unquote(parts.password or '')}\r\n{command}\r\n"
    try:
        with socket.create_connection(address, timeout=_TIMEOUT) as connection:
            connection.sendall(words.encode())
            answers = connection.makefile(encoding="utf-8", newline="\r\n")
            return answers.readline() and answers.readline().rstrip("\r\n")
    except OSError:
        return None
