"""The app over ports in memory, called without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from nitka.api.app import Parts, create_app
from nitka.api.assets import Assets
from nitka.api.v1.gate import Gate, Scope, digest_of
from nitka.api.v1.routes import ServerApi
from nitka.domain.address import Channel
from nitka.engine.states import RasaStates
from nitka.house import SystemClock
from nitka.metrics import Metrics
from nitka.plan import load_plan
from nitka.ports import Fanout, Live
from nitka.service.confirm import Confirm
from nitka.service.mover import Mover
from nitka.service.people import People
from nitka.service.privacy import Privacy
from nitka.service.show import Show
from nitka.service.speak import Speak
from nitka.settings import ROOT
from tests.unit.api.doubles import MemoryReceiver, MemoryStore, MemoryWakes

Check = Callable[[], Awaitable[bool]]


@dataclass
class House:
    """The app with all that it stands on."""

    app: FastAPI
    store: MemoryStore
    wakes: MemoryWakes
    receiver: MemoryReceiver
    metrics: Metrics
    checks: dict[str, Check]
    http: httpx.AsyncClient

    def token(self, *scopes: Scope) -> dict[str, str]:
        """Give headers with an access token of these scopes."""
        token = "t-" + "-".join(scopes)
        self.store.shelf.tokens[digest_of(token)] = (token, frozenset(scopes))
        return {"Authorization": f"Bearer {token}"}

    @property
    def reads(self) -> dict[str, str]:
        return self.token(Scope.READ)

    @property
    def writes(self) -> dict[str, str]:
        return self.token(Scope.WRITE)


def build(dist: Path, *, demo: bool = True, **more: Any) -> House:
    """Compose the app; `more` are parts of its own."""
    store, wakes, metrics = MemoryStore(), MemoryWakes(), Metrics()
    receiver = MemoryReceiver(store)
    speak = Speak(
        store.port,
        front=receiver.front,
        queue=wakes.queue,
        fanout=wakes,  # type: ignore[arg-type]  # it only publishes here
        accounts={Channel.WEB: "site"},
    )
    checks: dict[str, Check] = {}
    parts = Parts(
        server_api=ServerApi(
            Gate(store.port),
            show=Show(store.port),
            speak=speak,
            people=_nobody(store, wakes),
            confirm=_never(store, wakes),
            privacy=cast(Privacy, None),  # tested over the real store (tests/scenario)
        ),
        assets=Assets(dist, demo=demo),
        metrics=metrics,
        checks=checks,
        **more,
    )
    app = create_app(parts)
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://nitka.test")
    return House(app, store, wakes, receiver, metrics, checks, http)


def _never(store: MemoryStore, wakes: MemoryWakes) -> Confirm:
    """Joins and splits, which are tested over the real store (tests/scenario)."""
    mover = Mover(wakes.queue, live=cast(Live, None), fanout=cast(Fanout, wakes))
    return Confirm(store.port, dialogues=RasaStates(), mover=mover)


def _nobody(store: MemoryStore, wakes: MemoryWakes) -> People:
    """The steps of staff, which are tested over the real store (tests/scenario)."""
    return People(
        store.port,
        plan=load_plan(ROOT / "plan.yml"),
        queue=wakes.queue,
        fanout=wakes,  # type: ignore[arg-type]  # it only publishes here
        dialogues=RasaStates(),
        clock=SystemClock(),
    )


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """Built browser files."""
    (tmp_path / "demo" / "assets").mkdir(parents=True)
    (tmp_path / "widget.js").write_text("/* the widget */")
    (tmp_path / "demo" / "index.html").write_text("<!doctype html><title>Shop</title>")
    (tmp_path / "demo" / "assets" / "main-AbC123.css").write_text("body{}")
    return tmp_path


@pytest.fixture
async def house(dist: Path) -> AsyncIterator[House]:
    built = build(dist)
    async with built.http:
        yield built
