"""What passes the ports is counted."""

from __future__ import annotations

import pytest

from nitka.domain.address import Address, Channel
from nitka.engine.scripted import ScriptedEngine
from nitka.errors import EngineUnavailable, SendError, SendFault
from nitka.metered import MeteredConnector, MeteredEngine
from nitka.metrics import Metrics
from nitka.ports import Part
from tests.scenario.conftest import RecordingConnector
from tests.support.turns import turn_request

ADDRESS = Address(Channel.WEB, "site", "ann")


async def test_turns_are_counted_by_how_they_ended() -> None:
    """A turn that was given is timed; one that was not is counted under its error."""
    metrics, engine = Metrics(), ScriptedEngine()
    engine.faults = [EngineUnavailable("dead")]
    metered = MeteredEngine(engine, metrics)
    with pytest.raises(EngineUnavailable):
        await metered.turn(turn_request())
    await metered.turn(turn_request())
    shown = metrics.render().decode()
    assert 'nitka_turns_total{outcome="EngineUnavailable"} 1.0' in shown
    assert 'nitka_turns_total{outcome="given"} 1.0' in shown
    assert "nitka_turn_seconds_count 1.0" in shown


async def test_sends_are_counted_by_how_they_ended() -> None:
    """A refused part counts under its fault."""
    metrics, connector = Metrics(), RecordingConnector()
    connector.faults = [SendError(SendFault.REJECTED, "no", retryable=False)]
    with pytest.raises(SendError):
        await MeteredConnector(connector, metrics).send(ADDRESS, Part("k", {}), doubtful=False)
    counted = 'nitka_deliveries_total{channel="web",outcome="rejected"} 1.0'
    assert counted in metrics.render().decode()
