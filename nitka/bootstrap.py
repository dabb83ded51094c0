"""The only composition root: settings in, a running process out.

Everything that must be closed is opened on one `AsyncExitStack` and closed in reverse order.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import structlog
import uvicorn
from fastapi import FastAPI
from prometheus_client import start_http_server

from connectors.webchat.identity import Identities
from connectors.webchat.routes import PREFIX, WebChatApi
from connectors.webchat.token import Tokens
from nitka.api.app import Parts, create_app
from nitka.api.assets import Assets
from nitka.api.desk.files import PATH as DESK_FILES
from nitka.api.v1.gate import Gate, Scope, digest_of
from nitka.api.v1.routes import ServerApi
from nitka.channels import Channels, open_channels
from nitka.desk import DeskParts, base_url, compose_desk, demo_link, invite, open_passwords
from nitka.domain.plan import Plan
from nitka.domain.staff import Role
from nitka.engine.business import ActionServer
from nitka.engine.rasa import RasaEngine
from nitka.engine.states import RasaStates
from nitka.errors import ConfigError
from nitka.metered import MeteredConnector, MeteredEngine, MeteredFront
from nitka.metrics import Metrics
from nitka.plan import load_plan
from nitka.ports import Engine, Fanout, Front, Job, Store, Tally
from nitka.queue.connection import open_redis
from nitka.queue.fanout import RedisFanout
from nitka.queue.live import RedisLive
from nitka.queue.work import RedisQueue
from nitka.service.amend import Amend
from nitka.service.answer import Answer
from nitka.service.ask import Ask, Patience
from nitka.service.commands import Commands
from nitka.service.confirm import Confirm
from nitka.service.deliver import Deliver
from nitka.service.fetch import Fetch
from nitka.service.follow_up import FollowUps
from nitka.service.front import ThreadFront
from nitka.service.link import Codes
from nitka.service.listen import listen_alone
from nitka.service.mover import Mover
from nitka.service.people import People
from nitka.service.privacy import Privacy
from nitka.service.rate import Rate
from nitka.service.recognise import Recognise
from nitka.service.route import Route
from nitka.service.show import Show
from nitka.service.speak import Speak
from nitka.service.sweep import Sweep
from nitka.service.tell_desk import DeskFanout
from nitka.service.uploads import KeptUploads
from nitka.service.work import Worker
from nitka.settings import ROOT, Settings
from nitka.store.files import DiskFiles
from nitka.store.unit_of_work import open_store

log = structlog.get_logger(__name__)
_BEAT_EVERY = timedelta(seconds=2)


class SystemClock:
    """`ports.Clock` by the machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _House:
    """The opened parts that web and worker share."""

    codes: Codes
    recognise: Recognise
    privacy: Privacy
    sweep: Sweep
    mover: Mover
    dialogues: RasaStates
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


@asynccontextmanager
async def _open_house(settings: Settings, *, connections: int) -> AsyncIterator[_House]:
    plan = load_plan(settings.plan)
    async with AsyncExitStack() as stack:
        store = open_store(_needed(settings, "database_url"), connections=connections)
        stack.push_async_callback(store.close)
        redis = open_redis(_needed(settings, "redis_url"))
        stack.push_async_callback(redis.aclose)
        sockets = RedisFanout(redis)
        stack.push_async_callback(sockets.close)
        fanout = DeskFanout(sockets)
        metrics = Metrics()
        engine = RasaEngine(settings.engine_urls, timeout=settings.turn_timeout)
        stack.push_async_callback(engine.close)
        queue, live = RedisQueue(redis), RedisLive(redis)
        front = MeteredFront(ThreadFront(store, queue=queue, fanout=fanout), metrics)
        files = DiskFiles(settings.uploads)
        channels = await open_channels(
            settings, store=store, fanout=fanout, files=files, front=front
        )
        stack.push_async_callback(channels.close)
        dialogues = RasaStates()
        mover = Mover(queue, live=live, fanout=fanout)
        codes = Codes(
            store,
            dialogues=dialogues,
            key=settings.key(),
            life=timedelta(minutes=settings.link_minutes),
            clock=SystemClock(),
            ways=channels.ways,
            mover=mover,
        )
        sweep = Sweep(store, files=files, clock=SystemClock())
        recognise = Recognise(store, dialogues=dialogues, mover=mover, clock=SystemClock())
        yield _House(
            codes=codes,
            recognise=recognise,
            privacy=Privacy(
                store,
                files=files,
                live=live,
                mover=mover,
                business=ActionServer(settings.actions_url),
                sweep=sweep,
                clock=SystemClock(),
            ),
            sweep=sweep,
            mover=mover,
            dialogues=dialogues,
            store=store,
            queue=queue,
            live=live,
            fanout=fanout,
            engine=MeteredEngine(engine, metrics),
            files=files,
            channels=channels,
            front=front,
            metrics=metrics,
            plan=plan,
        )


async def run_web(settings: Settings) -> None:
    """Serve HTTP and WebSockets until SIGTERM or SIGINT."""
    async with _open_house(settings, connections=20) as house:
        app = compose_web(settings, house)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            ws="websockets-sansio",
            ws_max_size=32 * 1024 * 1024,  # larger than what we take, so that we can say so
            ws_ping_interval=20,
            ws_ping_timeout=20,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=settings.public_url is not None,
            forwarded_allow_ips=settings.proxies,
            timeout_graceful_shutdown=5,
        )
        await uvicorn.Server(config).serve()


def compose_web(settings: Settings, house: _House) -> FastAPI:
    """Put the web process's app together."""
    uploads = KeptUploads(house.store, house.files, limit=settings.file_bytes)
    webchat = WebChatApi(
        house.front,
        uploads,
        Tokens(settings.key()),
        Identities(_site_key(settings)),
        house.codes,
        house.recognise,
    )
    house.metrics.sockets.set_function(lambda: webchat.sockets)
    people = People(
        house.store,
        plan=house.plan,
        queue=house.queue,
        fanout=house.fanout,
        dialogues=house.dialogues,
        clock=SystemClock(),
    )
    confirm = Confirm(house.store, dialogues=house.dialogues, mover=house.mover)
    desk = compose_desk(
        DeskParts(
            store=house.store,
            people=people,
            clock=SystemClock(),
            passwords=open_passwords(settings),
            fanout=house.fanout,
            confirm=confirm,
            privacy=house.privacy,
            uploads=uploads,
            connectors=house.channels.connectors,
            amend=Amend(
                house.store,
                queue=house.queue,
                fanout=house.fanout,
                channels=house.channels.amending,
            ),
            plan=house.plan,
            shopfront=ActionServer(settings.actions_url),
            base_url=base_url(settings),
        )
    )
    parts = Parts(
        server_api=_server_api(house, people, confirm),
        assets=Assets(ROOT / "web" / "dist", demo=settings.demo),
        metrics=house.metrics,
        checks={
            "database": house.store.ready,
            "redis": house.queue.ready,
            "engine": house.engine.ready,
            "actions": lambda: _answers(settings.actions_url),
            "worker": lambda: house.queue.alive("worker"),
            **house.channels.checks,
        },
        routers=[webchat.router(), desk, *house.channels.routers],
        open_prefixes=(PREFIX, "/widget.js"),
        body_limits={
            **dict.fromkeys((f"{PREFIX}/files", DESK_FILES), settings.file_bytes + 64 * 1024),
            **house.channels.body_limits,
        },
    )
    return create_app(parts)


def _server_api(house: _House, people: People, confirm: Confirm) -> ServerApi:
    speak = Speak(
        house.store,
        front=house.front,
        queue=house.queue,
        fanout=house.fanout,
        accounts=house.channels.accounts,
    )
    return ServerApi(
        Gate(house.store),
        show=Show(house.store),
        speak=speak,
        people=people,
        privacy=house.privacy,
        confirm=confirm,
    )


async def run_worker(settings: Settings) -> None:
    """Answer and deliver until SIGTERM or SIGINT; what is unfinished then is picked up later."""
    async with _open_house(settings, connections=16) as house:
        connectors = {
            channel: MeteredConnector(connector, house.metrics)
            for channel, connector in house.channels.connectors.items()
        }
        patience = Patience(
            notice=timedelta(seconds=settings.notice_seconds),
            limit=timedelta(seconds=settings.engine_patience_seconds),
        )
        answer = Answer(
            house.store,
            live=house.live,
            queue=house.queue,
            fanout=house.fanout,
            ask=Ask(house.engine, patience=patience),
            commands=Commands(
                house.store,
                privacy=house.privacy,
                rate=Rate(house.store, clock=SystemClock()),
                dialogues=house.dialogues,
                codes=house.codes,
                recognise=house.recognise,
                mover=house.mover,
            ),
            connectors=connectors,
        )
        deliver = Deliver(
            house.store,
            queue=house.queue,
            connectors=connectors,
            clock=SystemClock(),
        )
        fetch = Fetch(
            house.store,
            files=house.files,
            queue=house.queue,
            fanout=house.fanout,
            connectors=connectors,
            clock=SystemClock(),
        )
        worker = Worker(
            house.store,
            queue=house.queue,
            jobs={Job.TURN: answer, Job.DELIVERY: deliver, Job.FETCH: fetch},
        )
        if settings.worker_metrics_port is not None:
            start_http_server(
                settings.worker_metrics_port, settings.host, registry=house.metrics.registry
            )
        log.info("worker.ready")
        listeners = (
            listen_alone(house.queue, listener, house.front, channel=channel)
            for channel, listener in house.channels.listeners.items()
        )
        route = Route(
            house.store,
            plan=house.plan,
            queue=house.queue,
            fanout=house.fanout,
            clock=SystemClock(),
        )
        follow_ups = FollowUps(
            house.store,
            plan=house.plan,
            dialogues=house.dialogues,
            queue=house.queue,
            fanout=house.fanout,
            clock=SystemClock(),
        )
        await _until_signalled(
            worker.run(),
            route.run(),
            follow_ups.run(),
            house.sweep.always(),
            _beat(house.queue),
            *listeners,
        )


async def accounting(settings: Settings) -> Tally:
    """Count how every inbound ended."""
    store = open_store(_needed(settings, "database_url"), connections=1)
    try:
        async with store.begin() as uow:
            return await uow.ledger.tally()
    finally:
        await store.close()


async def add_token(settings: Settings, *, name: str, scopes: frozenset[str]) -> str:
    """Make an access token and give it; only its digest is kept.

    Raises `ConfigError` for an unknown scope or a name that is taken.
    """
    unknown = scopes - set(Scope)
    if unknown or not scopes:
        raise ConfigError(f"--scope: must be one of {', '.join(Scope)}, not {', '.join(unknown)}")
    token = f"nitka_{secrets.token_urlsafe(32)}"
    store = open_store(_needed(settings, "database_url"), connections=1)
    try:
        async with store.begin() as uow:
            if not await uow.ledger.add_token(name, digest_of(token), scopes):
                raise ConfigError(f"--name: there is a token named {name!r} already")
    finally:
        await store.close()
    return token


async def add_staff(settings: Settings, *, email: str, name: str, role: str) -> str:
    """Make a staff member's account and give the link by which he sets his password.

    Raises `ConfigError` for an unknown role and for an account that is in use.
    """
    if role not in set(Role):
        raise ConfigError(f"--role: must be one of {', '.join(Role)}, not {role}")
    store = open_store(_needed(settings, "database_url"), connections=1)
    try:
        return await invite(store, settings, email=email, name=name, role=Role(role))
    finally:
        await store.close()


async def demo_desk(settings: Settings) -> str:
    """Give a one-time link to the desk for the demo's admin.

    Raises `ConfigError` where the demo is off or others could reach this Nitka.
    """
    if not settings.demo or settings.public_url is not None:
        raise ConfigError("NITKA_DEMO: must be 1, and NITKA_PUBLIC_URL not set, for a demo's admin")
    store = open_store(_needed(settings, "database_url"), connections=1)
    try:
        return await demo_link(store, settings)
    finally:
        await store.close()


async def _answers(url: str | None) -> bool:
    """Say whether the action server answers; without an address there is nothing to ask."""
    if url is None:
        return True
    try:
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as http:
            return (await http.get(f"{url}/health")).status_code == 200
    except httpx.HTTPError:
        return False


async def _beat(queue: RedisQueue) -> None:
    while True:
        await queue.beat("worker", life=_BEAT_EVERY * 4)
        await asyncio.sleep(_BEAT_EVERY.total_seconds())


async def _until_signalled(*jobs: Coroutine[object, object, None]) -> None:
    """Run until SIGTERM or SIGINT, or until a job breaks, which is then raised."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = [asyncio.ensure_future(job) for job in jobs]
    stopping = asyncio.ensure_future(stop.wait())
    try:
        done, _ = await asyncio.wait([stopping, *running], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (stopping, *running):
            task.cancel()
        await asyncio.wait([stopping, *running], timeout=5)
    for task in done - {stopping}:
        with contextlib.suppress(asyncio.CancelledError):
            task.result()


def _site_key(settings: Settings) -> str | None:
    return settings.site_key.get_secret_value() if settings.site_key else None


def _needed(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    if value is None:
        raise ConfigError(
            f"NITKA_{name.upper()}: must be set here; only `nitka up` starts servers of its own"
        )
    return str(value.get_secret_value())
