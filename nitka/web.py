"""Composes the web process's app: web chat, APIs, pages, health. Part of composition."""

from __future__ import annotations

import httpx
from fastapi import APIRouter, FastAPI

from connectors.webchat.identity import Identities
from connectors.webchat.routes import PREFIX, WebChatApi
from connectors.webchat.token import Tokens
from nitka.api.app import Parts, create_app
from nitka.api.assets import Assets
from nitka.api.desk.files import PATH as DESK_FILES
from nitka.api.health import Check
from nitka.api.v1.gate import Gate
from nitka.api.v1.routes import ServerApi
from nitka.desk import DeskParts, base_url, compose_desk, open_passwords
from nitka.engine.business import ActionServer
from nitka.house import House, Shared, compose_shared
from nitka.ports import Uploads
from nitka.service.amend import Amend
from nitka.service.confirm import Confirm
from nitka.service.people import People
from nitka.service.show import Show
from nitka.service.speak import Speak
from nitka.service.uploads import KeptUploads
from nitka.settings import ROOT, Settings


def compose_web(settings: Settings, house: House) -> FastAPI:
    """Put the app together."""
    shared = compose_shared(settings, house)
    uploads = KeptUploads(house.store, house.files, limit=settings.file_bytes)
    webchat = _webchat(settings, house, shared, uploads)
    house.metrics.sockets.set_function(lambda: webchat.sockets)
    people = compose_people(house)
    confirm = Confirm(house.store, dialogues=house.dialogues, mover=shared.mover)
    desk = _desk(settings, house, shared, uploads=uploads, people=people, confirm=confirm)
    own_files = (f"{PREFIX}/files", DESK_FILES)
    parts = Parts(
        server_api=_server_api(house, shared, people, confirm),
        assets=Assets(ROOT / "web" / "dist", demo=settings.demo),
        metrics=house.metrics,
        checks=_checks(settings, house),
        routers=[webchat.router(), desk, *house.channels.routers],
        open_prefixes=(PREFIX, "/widget.js"),
        body_limits={
            **dict.fromkeys(own_files, settings.file_bytes + 64 * 1024),
            **house.channels.body_limits,
        },
    )
    return create_app(parts)


def compose_people(house: House) -> People:
    return People(
        house.store,
        plan=house.plan,
        queue=house.queue,
        fanout=house.fanout,
        dialogues=house.dialogues,
        clock=house.clock,
    )


def _webchat(settings: Settings, house: House, shared: Shared, uploads: Uploads) -> WebChatApi:
    site_key = settings.site_key.get_secret_value() if settings.site_key else None
    return WebChatApi(
        house.front,
        uploads,
        Tokens(settings.key()),
        Identities(site_key),
        shared.codes,
        shared.recognise,
    )


def _desk(
    settings: Settings,
    house: House,
    shared: Shared,
    *,
    uploads: Uploads,
    people: People,
    confirm: Confirm,
) -> APIRouter:
    amend = Amend(
        house.store, queue=house.queue, fanout=house.fanout, channels=house.channels.amending
    )
    parts = DeskParts(
        store=house.store,
        people=people,
        clock=house.clock,
        passwords=open_passwords(settings),
        fanout=house.fanout,
        confirm=confirm,
        privacy=shared.privacy,
        uploads=uploads,
        connectors=house.channels.connectors,
        amend=amend,
        plan=house.plan,
        shopfront=ActionServer(settings.actions_url),
        base_url=base_url(settings),
    )
    return compose_desk(parts)


def _server_api(house: House, shared: Shared, people: People, confirm: Confirm) -> ServerApi:
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
        privacy=shared.privacy,
        confirm=confirm,
    )


def _checks(settings: Settings, house: House) -> dict[str, Check]:
    """Give what `/readyz` asks."""
    return {
        "database": house.store.ready,
        "redis": house.queue.ready,
        "engine": house.engine.ready,
        "actions": lambda: _answers(settings.actions_url),
        "worker": lambda: house.queue.alive("worker"),
        **house.channels.checks,
    }


async def _answers(url: str | None) -> bool:
    """Say whether the action server answers; without an address there is nothing to ask."""
    if url is None:
        return True
    try:
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as http:
            return (await http.get(f"{url}/health")).status_code == 200
    except httpx.HTTPError:
        return False
