"""No connector's test leaves this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.harness import no_network


@pytest.fixture(autouse=True)
def _offline() -> Iterator[None]:
    with no_network():
        yield
