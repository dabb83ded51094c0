"""One Nitka to be killed, and the table of what that did."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.chaos.table import Row, show
from tests.support.nitka_up import NitkaUp, nitka_up

PATIENCE = "240"  # seconds for an engine to come back; a busy machine starts one slowly


@pytest.fixture(scope="module")
def nitka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NitkaUp]:
    """A real `nitka up` with everything of its own: servers, action server, engine, model.

    With `CHAOS_ENGINE_URL` it uses that engine instead, which is quicker while a test is written.
    """
    settings = {"NITKA_ENGINE_PATIENCE_SECONDS": PATIENCE}
    if engine := os.environ.get("CHAOS_ENGINE_URL"):
        settings["NITKA_ENGINE_URLS"] = engine
    with nitka_up(tmp_path_factory.mktemp("chaos") / "home", **settings) as running:
        yield running


@pytest.fixture(scope="module")
def rows(request: pytest.FixtureRequest) -> Iterator[list[Row]]:
    """The rows of this module's table, shown at its end."""
    collected: list[Row] = []
    yield collected
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        show(collected, title=str(request.node.name))
