"""Opens what web and worker both stand on, and closes it in reverse order. Part of composition."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nitka.channels import Channels, open_channels
from nitka.domain.plan import Plan
from nitka.engine.business import ActionServer
from nitka.engine.rasa import RasaEngine
from nitka.engine.states import RasaStates
from nitka.errors import ConfigError
from nitka.metered import MeteredEngine, MeteredFront
from nitka.metrics import Metrics
from nitka.plan import load_plan
from nitka.ports import Engine, Fanout, Front, Store
from nitka.queue.connection import open_redis
from nitka.queue.fanout import RedisFanout
from nitka.queue.live import RedisLive
from nitka.queue.work import RedisQueue
from nitka.service.front import ThreadFront
from nitka.service.link import Codes
from nitka.service.mover import Mover
from nitka.service.privacy import Privacy
from nitka.service.recognise import Recognise
from nitka.service.sweep import Sweep
from nitka.service.tell_desk import DeskFanout
from nitka.settings import Settings
from nitka.store.files import DiskFiles
from nitka.store.unit_of_work import SqlStore, open_store


class SystemClock:
    """`ports.Clock` by the machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """The opened parts of one process."""

    store: Store
    queue: RedisQueue
    live: RedisLive
    fanout: Fanout
    engine: Engine
    files: DiskFiles
    channels: Channels
    front: Front
    metrics: Metrics
    plan: Plan
    dialogues: RasaStates
    clock: SystemClock


@asynccontextmanager
async def open_house(settings: Settings, *, connections: int) -> AsyncIterator[House]:
    """Open all parts for the length of the block, with so many connections to the database."""
    plan = load_plan(settings.plan)
    async with AsyncExitStack() as stack:
        store = open_database(settings, connections=connections)
        stack.push_async_callback(store.close)
        redis = open_redis(_needed(settings, "redis_url"))
        stack.push_async_callback(redis.aclose)
        sockets = RedisFanout(redis)
        stack.push_async_callback(sockets.close)
        engine = RasaEngine(settings.engine_urls, timeout=settings.turn_timeout)
        stack.push_async_callback(engine.close)
        queue, fanout = RedisQueue(redis), DeskFanout(sockets)
        files, metrics = DiskFiles(settings.uploads), Metrics()
        front = MeteredFront(ThreadFront(store, queue=queue, fanout=fanout), metrics)
        channels = await open_channels(
            settings, store=store, fanout=fanout, files=files, front=front
        )
        stack.push_async_callback(channels.close)
        yield House(
            store=store,
            queue=queue,
            live=RedisLive(redis),
            fanout=fanout,
            engine=MeteredEngine(engine, metrics),
            files=files,
            channels=channels,
            front=front,
            metrics=metrics,
            plan=plan,
            dialogues=RasaStates(),
            clock=SystemClock(),
        )


@dataclass(frozen=True, slots=True)
class Shared:
    """The use cases that web and worker share."""

    mover: Mover
    codes: Codes
    recognise: Recognise
    sweep: Sweep
    privacy: Privacy


def compose_shared(settings: Settings, house: House) -> Shared:
    mover = Mover(house.queue, live=house.live, fanout=house.fanout)
    sweep = Sweep(house.store, files=house.files, clock=house.clock)
    return Shared(
        mover=mover,
        codes=Codes(
            house.store,
            dialogues=house.dialogues,
            key=settings.key(),
            life=timedelta(minutes=settings.link_minutes),
            clock=house.clock,
            ways=house.channels.ways,
            mover=mover,
        ),
        recognise=Recognise(house.store, dialogues=house.dialogues, mover=mover, clock=house.clock),
        sweep=sweep,
        privacy=Privacy(
            house.store,
            files=house.files,
            live=house.live,
            mover=mover,
            business=ActionServer(settings.actions_url),
            sweep=sweep,
            clock=house.clock,
        ),
    )


def open_database(settings: Settings, *, connections: int) -> SqlStore:
    """Open the store alone, which is to be closed. Raises `ConfigError` if it has no address."""
    return open_store(_needed(settings, "database_url"), connections=connections)


def _needed(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    if value is None:
        raise ConfigError(
            f"NITKA_{name.upper()}: must be set here; only `nitka up` starts servers of its own"
        )
    return str(value.get_secret_value())
