"""Nitka between two platforms, started once per mode for the tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nitka.engine.scripted import echo
from tests.conftest import Server
from tests.scenario.messengers.house import Nitka, Servers, nitka_between_platforms, own_database
from tests.scenario.messengers.modes import POLLING, WEBHOOKS
from tests.support.valkey import Database, emptied


@contextmanager
def servers_of(postgres: Server, redis_url: str, template: str, folder: Path) -> Iterator[Servers]:
    """Give a database of a Nitka's own, beside a Valkey's."""
    with own_database(postgres.url, template) as url:
        yield Servers(url, redis_url, folder)


@pytest.fixture(scope="package", params=[POLLING, WEBHOOKS])
async def running_nitka(
    request: pytest.FixtureRequest,
    postgres: Server,
    valkey: Server,
    migrated_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Nitka]:
    """The service in each mode: fetching from the platforms, or called by them."""
    folder = tmp_path_factory.mktemp(request.param)
    webhooks = request.param == WEBHOOKS
    redis_url = emptied(valkey.url, Database.WEBHOOKS if webhooks else Database.POLLING)
    with servers_of(postgres, redis_url, migrated_template, folder) as servers:
        async with nitka_between_platforms(servers, webhooks=webhooks) as nitka:
            yield nitka


@pytest.fixture
async def nitka(running_nitka: Nitka) -> AsyncIterator[Nitka]:
    """The service, with the plain echo as its engine; fails on any breach of a specification.

    What the test before has said goes out first: Slack takes one message a second and channel.
    """
    await running_nitka.slack.until(running_nitka.settled, seconds=240)
    running_nitka.turns.script = echo
    running_nitka.turns.real = None
    running_nitka.turns.asked.clear()
    yield running_nitka
    running_nitka.telegram.faults.clear()
    running_nitka.slack.faults.clear()
    running_nitka.assert_as_specified()


@pytest.fixture
def called(nitka: Nitka) -> Nitka:
    """The service where platforms call it by HTTP; its tests are marked `called_only`."""
    assert nitka.telegram.webhook.url
    return nitka
