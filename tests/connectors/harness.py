"""One way to test every connector: tables of named cases, no network, the platform's own schema.

- `table(...)` turns named cases into parameters, so a failure names its case
- `no_network()` lets nothing out but to this machine itself
- `Specification` holds what goes out against a JSON Schema of the platform
- `reveals(...)` finds secrets in what was logged or answered
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator


@dataclass(frozen=True)
class Case:
    """What goes in, and what must come out of it."""

    name: str
    given: object
    expected: object


def table(*cases: Case) -> pytest.MarkDecorator:
    """Run a test once a case, with the arguments `given` and `expected`."""
    return pytest.mark.parametrize(
        ("given", "expected"), [pytest.param(c.given, c.expected, id=c.name) for c in cases]
    )


@contextmanager
def no_network() -> Iterator[None]:
    """Fail every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            raise AssertionError(f"the test wanted to connect to {address}")
        connect(self, address)  # type: ignore[arg-type]  # any family's address

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Specification:
    """A platform's JSON Schema; everything that goes out is held against it."""

    def __init__(self, path: Path) -> None:
        self._validator = Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))

    def check(self, sent: object) -> None:
        """Fail with all faults of what is sent."""
        faults = [
            f"{error.json_path}: {error.message}" for error in self._validator.iter_errors(sent)
        ]
        assert not faults, f"{sent!r} is not as specified: {faults}"


def reveals(text: str, *secrets: str) -> list[str]:
    """Give those secrets that stand in a text."""
    return [secret for secret in secrets if secret in text]
