"""The only composition root: settings in, a running process out; and what the commands do.

The parts are opened in `house`; `web` and `worker` compose the two processes out of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine

import structlog
import uvicorn
from prometheus_client import start_http_server

from nitka.api.v1.gate import Scope, digest_of, new_token
from nitka.desk import demo_link, invite
from nitka.domain.staff import Role
from nitka.errors import ConfigError
from nitka.house import open_database, open_house
from nitka.ports import Tally
from nitka.settings import Settings
from nitka.web import compose_web
from nitka.worker import compose_worker

log = structlog.get_logger(__name__)


async def run_web(settings: Settings) -> None:
    """Serve HTTP and WebSockets until SIGTERM or SIGINT."""
    async with open_house(settings, connections=20) as house:
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


async def run_worker(settings: Settings) -> None:
    """Answer and deliver until SIGTERM or SIGINT; what is unfinished then is picked up later."""
    async with open_house(settings, connections=16) as house:
        if settings.worker_metrics_port is not None:
            start_http_server(
                settings.worker_metrics_port, settings.host, registry=house.metrics.registry
            )
        jobs = compose_worker(settings, house)
        log.info("worker.ready")
        await _until_signalled(*jobs)


async def accounting(settings: Settings) -> Tally:
    """Count how every inbound ended."""
    store = open_database(settings, connections=1)
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
    token = new_token()
    store = open_database(settings, connections=1)
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
    store = open_database(settings, connections=1)
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
    store = open_database(settings, connections=1)
    try:
        return await demo_link(store, settings)
    finally:
        await store.close()


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
