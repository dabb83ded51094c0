"""A bot of the tests' own against a platform of the tests' own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connectors.telegram.connector import Telegram
from connectors.telegram.factory import TelegramOptions, open_telegram
from connectors.telegram.listen import Polling
from tests.connectors.telegram.botapi import BotApi
from tests.connectors.telegram.doubles import MemoryFront, Naps
from tests.connectors.telegram.platform import TOKEN, Platform, running_platform


@pytest.fixture(scope="session")
def api() -> BotApi:
    """The specification."""
    return BotApi()


@pytest.fixture
async def platform(api: BotApi) -> AsyncIterator[Platform]:
    """Telegram's side; fails the test if anything was called against the specification."""
    async with running_platform(api) as platform:
        yield platform


@pytest.fixture
def naps() -> Naps:
    """Sleeps that take no time and are written down."""
    return Naps()


@pytest.fixture
def front() -> MemoryFront:
    return MemoryFront()


@pytest.fixture
def stored_files() -> dict[str, bytes]:
    """What goes out with messages, by id."""
    return {}


@pytest.fixture
async def telegram(
    platform: Platform, naps: Naps, stored_files: dict[str, bytes]
) -> AsyncIterator[Telegram]:
    """The connector, opened by its factory."""

    async def load(file_id: str) -> bytes | None:
        return stored_files.get(file_id)

    opened = open_telegram(
        TelegramOptions(TOKEN, api=platform.url),
        load=load,
        pace=naps.pace(),
        polling=Polling(sleep=naps.sleep, monotonic=naps.monotonic),
    )
    yield opened
    await opened.close()
