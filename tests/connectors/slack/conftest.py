"""Slack as it is opened for real, against a small Slack of our own; every call is checked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from connectors.slack.connector import Slack
from connectors.slack.factory import SlackOptions, open_slack
from connectors.slack.pace import Pace
from nitka.api.problems import add_problems
from nitka.domain.inbound import Inbound, Incoming
from nitka.domain.message import Author, Message, MessageState
from nitka.errors import Unavailable
from nitka.ports import Received
from tests.connectors.slack.payloads import SIGNING_SECRET
from tests.connectors.slack.platform import APP_TOKEN, BOT_TOKEN, FakeSlack

MESSAGE_ID = UUID("0123456789abcdef0123456789abcdef")


def message(text: str = "", **more: object) -> Message:
    """Give a line that is to go out."""
    line = Message(
        id=MESSAGE_ID,
        customer_id=uuid4(),
        seq=1,
        author=Author.BOT,
        text=text,
        state=MessageState.PENDING,
        created_at=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
    )
    return replace(line, **more)  # type: ignore[arg-type]  # fields of a message


@dataclass
class Ledger:
    """`ports.Front`, as far as connectors of messengers use it. `down`: for so many calls."""

    down: int = 0
    stored: dict[str, Incoming] = field(default_factory=dict)
    calls: int = 0

    async def receive(self, incoming: Incoming) -> Received | None:
        self.calls += 1
        if self.down:
            self.down -= 1
            raise Unavailable("PostgreSQL is away")
        native_id = incoming.native_id
        duplicate = native_id in self.stored
        self.stored.setdefault(native_id, incoming)
        if not isinstance(incoming, Inbound):
            return None
        return Received(uuid4(), message(incoming.text), duplicate=duplicate)

    @property
    def inbounds(self) -> list[Inbound]:
        return [incoming for incoming in self.stored.values() if isinstance(incoming, Inbound)]


class Moment:
    """A clock that only moves when somebody sleeps by it."""

    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    """A Slack of our own; whatever was against its specifications fails the test."""
    async with FakeSlack().running() as running:
        yield running
    assert not running.violations


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def files() -> dict[str, bytes]:
    return {}


@pytest.fixture
def options(slack: FakeSlack) -> SlackOptions:
    return SlackOptions(
        bot_token=BOT_TOKEN, signing_secret=SIGNING_SECRET, app_token=APP_TOKEN, api=slack.api
    )


@pytest.fixture
async def connector(
    options: SlackOptions, files: dict[str, bytes], moment: Moment
) -> AsyncIterator[Slack]:
    async def load(file_id: str) -> bytes | None:
        return files.get(file_id)

    pace = Pace(now=moment.now, sleep=moment.sleep, patience=timedelta(seconds=3))
    opened = await open_slack(options, load=load, pace=pace)
    yield opened
    await opened.close()


@pytest.fixture
def front() -> Ledger:
    return Ledger()


def http_of(router: APIRouter) -> httpx.AsyncClient:
    """Give a client of some routes, with the service's errors."""
    app = FastAPI()
    add_problems(app)
    app.include_router(router)
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="https://nitka.test")


def routes(connector: Slack, front: Ledger) -> APIRouter:
    return connector.routes(front)  # type: ignore[arg-type]  # the part in use


@pytest.fixture
async def http(connector: Slack, front: Ledger) -> AsyncIterator[httpx.AsyncClient]:
    async with http_of(routes(connector, front)) as client:
        yield client
