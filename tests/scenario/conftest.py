"""Whole conversations over the real store and the real Valkey; the engine is the scripted one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from nitka.api.v1.gate import Gate
from nitka.api.v1.routes import ServerApi
from nitka.channels import Channels
from nitka.domain.address import Address, Channel
from nitka.domain.customer import Profile
from nitka.domain.inbound import Inbound
from nitka.domain.message import Message
from nitka.engine.scripted import ScriptedEngine
from nitka.engine.states import RasaStates
from nitka.errors import SendError
from nitka.house import House as Opened
from nitka.house import SystemClock, compose_shared
from nitka.metrics import Metrics
from nitka.plan import load_plan
from nitka.ports import Capabilities, Connector, Job, Part, Received, Sent
from nitka.queue.connection import open_redis
from nitka.queue.fanout import RedisFanout
from nitka.queue.live import RedisLive
from nitka.queue.work import RedisQueue
from nitka.service.answer import Answer
from nitka.service.confirm import Confirm
from nitka.service.deliver import Deliver
from nitka.service.follow_up import FollowUps
from nitka.service.front import ThreadFront
from nitka.service.link import Codes
from nitka.service.people import People
from nitka.service.privacy import Privacy
from nitka.service.recognise import Recognise
from nitka.service.show import Show
from nitka.service.speak import Speak
from nitka.service.sweep import Sweep
from nitka.service.work import Worker
from nitka.settings import ROOT, Settings
from nitka.store.files import DiskFiles
from nitka.store.unit_of_work import SqlStore, open_store
from nitka.web import compose_people
from nitka.worker import compose_answer, compose_follow_ups

PLAN = load_plan(ROOT / "plan.yml")


@dataclass
class RecordingConnector:
    """A channel that writes down what it was asked to send; `faults` are raised first."""

    channel: Channel = Channel.WEB
    account: str = "site"
    rendered: dict[str, Message] = field(default_factory=dict)
    sent: list[Message] = field(default_factory=list)
    faults: list[SendError] = field(default_factory=list)
    typed: int = 0

    def capabilities(self) -> Capabilities:
        return Capabilities(4000, True, True, True, True, False, True)

    def render(self, message: Message) -> list[Part]:
        self.rendered[str(message.id)] = message
        return [Part(str(message.id), {})]

    async def send(self, address: Address, part: Part, *, doubtful: bool) -> Sent:
        if self.faults:
            raise self.faults.pop(0)
        message = self.rendered[part.key]
        self.sent.append(message)
        return Sent(native_id=f"native-{message.seq}")

    async def download(self, source: str) -> bytes:
        return source.encode()

    async def typing(self, address: Address) -> None:
        self.typed += 1

    async def close(self) -> None:
        return None


@dataclass
class House:
    """The service without its processes: what a test talks to."""

    store: SqlStore
    queue: RedisQueue
    live: RedisLive
    fanout: RedisFanout
    engine: ScriptedEngine
    connector: RecordingConnector
    front: ThreadFront
    answer: Answer
    deliver: Deliver
    people: People
    codes: Codes
    recognise: Recognise
    confirm: Confirm
    privacy: Privacy
    sweep: Sweep
    follow_ups: FollowUps
    files: DiskFiles
    connectors: dict[Channel, Connector]
    dialogues: RasaStates

    def worker(self) -> Worker:
        jobs: dict[Job, Callable[[UUID], Awaitable[None]]] = {
            Job.TURN: self.answer,
            Job.DELIVERY: self.deliver,
        }
        return Worker(self.store, queue=self.queue, jobs=jobs, at_once=4)

    async def say(
        self,
        text: str,
        *,
        visitor: str = "ann",
        id: str | None = None,  # noqa: A002
        payload: str | None = None,
        profile: Profile | None = None,
        channel: Channel = Channel.WEB,
    ) -> Received:
        """A visitor says something on the web; a given `id` makes it the same message again."""
        address = Address(channel, "site", visitor)
        native = id or f"m{datetime.now(UTC).timestamp()}"
        inbound = Inbound(
            address,
            f"{visitor}:{native}",
            text,
            message_id=native,
            payload=payload,
            profile=profile or Profile(),
        )
        received = await self.front.receive(inbound)
        assert received is not None
        return received

    def server_api(self, people: People | None = None) -> ServerApi:
        """Give the server-to-server API over this house."""
        speak = Speak(
            self.store,
            front=self.front,
            queue=self.queue,
            fanout=self.fanout,
            accounts={Channel.WEB: "site"},
        )
        return ServerApi(
            Gate(self.store),
            show=Show(self.store),
            speak=speak,
            people=people or self.people,
            confirm=self.confirm,
            privacy=self.privacy,
        )

    async def texts(self, customer_id: UUID) -> list[str]:
        return [f"{m.author}: {m.text}" for m in await self.front.lines(customer_id, after=0)]

    async def unexplained(self) -> int:
        async with self.store.begin() as uow:
            return (await uow.ledger.tally()).unexplained


@contextlib.asynccontextmanager
async def working(*workers: Worker) -> AsyncIterator[None]:
    """Run workers within the block."""
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def build(
    store: SqlStore,
    redis: Redis,
    engine: ScriptedEngine,
    files: DiskFiles,
    *,
    patience: Sequence[float] = (5.0, 60.0),
) -> House:
    """Compose the service around a scripted engine and a connector that writes down.

    `patience`: seconds until a customer is told to wait, and until the engine is given up.
    """
    queue, fanout, connector = RedisQueue(redis), RedisFanout(redis), RecordingConnector()
    connectors: dict[Channel, Connector] = {Channel.WEB: connector}
    front = ThreadFront(store, queue=queue, fanout=fanout)
    opened = Opened(
        store=store,
        queue=queue,
        live=RedisLive(redis),
        fanout=fanout,
        engine=engine,
        files=files,
        channels=Channels(connectors=connectors),
        front=front,
        metrics=Metrics(),
        plan=PLAN,
        dialogues=RasaStates(),
        clock=SystemClock(),
    )
    settings = Settings(
        _env_file=None,
        actions_url=None,
        link_minutes=10,
        secret_key=SecretStr("the tests' own key, as long as it must be"),
        notice_seconds=patience[0],
        engine_patience_seconds=patience[1],
    )
    shared = compose_shared(settings, opened)
    return House(
        store=store,
        queue=queue,
        live=opened.live,
        fanout=fanout,
        engine=engine,
        connector=connector,
        front=front,
        answer=compose_answer(settings, opened, shared, connectors),
        deliver=Deliver(store, queue=queue, connectors=connectors, clock=opened.clock),
        people=compose_people(opened),
        codes=shared.codes,
        recognise=shared.recognise,
        confirm=Confirm(store, dialogues=opened.dialogues, mover=shared.mover),
        privacy=shared.privacy,
        sweep=shared.sweep,
        follow_ups=compose_follow_ups(opened),
        files=files,
        connectors=connectors,
        dialogues=opened.dialogues,
    )


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    store, redis = open_store(database_url), open_redis(redis_url)
    built = build(store, redis, ScriptedEngine(), DiskFiles(tmp_path / "files"))
    yield built
    await built.fanout.close()
    await redis.aclose()
    await store.close()
