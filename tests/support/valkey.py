"""Databases of the session's one Valkey, by who uses them.

A service that lives longer than one test takes every wake-up in its database; so it has its own.
"""

from __future__ import annotations

from enum import IntEnum

from redis import Redis


class Database(IntEnum):
    """The numbers of the databases."""

    TEST = 0
    SOCKETS = 1
    POLLING = 2
    WEBHOOKS = 3
    KILLED = 4
    DESK = 5
    LARGE = 6


def emptied(server_url: str, database: Database) -> str:
    """Give the URL of a database of the server, with nothing in it."""
    url = f"{server_url.rsplit('/', 1)[0]}/{database}"
    with Redis.from_url(url) as client:
        assert client.flushdb()
    return url
