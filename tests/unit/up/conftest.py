"""The stage for tests of the supervisor."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.unit.up.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A stage of the test's own."""
    return Stage(tmp_path)


@pytest.fixture(params=[signal.SIGKILL, signal.SIGTERM], ids=["kill", "term"])
def death(request: pytest.FixtureRequest) -> signal.Signals:
    """A way to die."""
    number: signal.Signals = request.param
    return number
