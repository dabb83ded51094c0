"""The desk's API over the real store, and browsers of staff who use it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from nitka.api.app import Parts, create_app
from nitka.api.assets import Assets
from nitka.desk import DeskParts, compose_desk
from nitka.domain.address import Channel
from nitka.domain.customer import Language
from nitka.domain.portrait import Bought, Buyer
from nitka.domain.staff import Account, NewAccount, Role
from nitka.errors import Unavailable
from nitka.locks.passwords import ArgonPasswords
from nitka.metrics import Metrics
from nitka.ports import Amending
from nitka.service.amend import Amend
from nitka.service.people import People
from nitka.service.uploads import KeptUploads
from tests.scenario.conftest import PLAN, House

BASE = "http://nitka.test"
FILE_BYTES = 64 * 1024
PASSWORD = "orbit walnut seven lamp"
_PASSWORDS = ArgonPasswords("a secret of the tests, long enough")
_HASHED = _PASSWORDS.hash(PASSWORD)


@dataclass
class MovedClock:
    """The machine's clock, and more if a test says so."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Browser:
    """Somebody's browser with the desk in it."""

    http: httpx.AsyncClient
    csrf: str = ""

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(f"/api/desk{path}", params=query)

    async def post(self, path: str, body: object = None, *, method: str = "POST") -> httpx.Response:
        return await self.http.request(
            method, f"/api/desk{path}", json=body, headers={"X-CSRF-Token": self.csrf}
        )

    async def sign_in(
        self, email: str, password: str = PASSWORD, code: str | None = None
    ) -> httpx.Response:
        body = {"email": email, "password": password, "code": code}
        answer = await self.post("/session", body)
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer


@dataclass
class Desk:
    """A house whose staff have browsers."""

    house: House
    app: FastAPI
    clock: MovedClock
    passwords: ArgonPasswords
    amending: dict[Channel, Amending]
    opened: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self) -> Browser:
        transport = httpx.ASGITransport(self.app)
        http = httpx.AsyncClient(transport=transport, base_url=BASE)
        self.opened.append(http)
        return Browser(http)

    async def hire(self, name: str, role: Role = Role.AGENT, **changes: Any) -> Account:
        """Make an account with the tests' password."""
        async with self.house.store.begin() as uow:
            account = await uow.accounts.add(NewAccount(f"{name}@nitka.test", name.title(), role))
            assert account is not None
            account = replace(account, password=_HASHED, **changes)
            await uow.accounts.change(account)
        return account

    async def at_work(self, name: str, role: Role = Role.AGENT, **changes: Any) -> Browser:
        """Hire somebody and sign him in."""
        await self.hire(name, role, **changes)
        browser = self.browser()
        assert (await browser.sign_in(f"{name}@nitka.test")).status_code == 200
        return browser


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve an app on a real socket for the length of the block; its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        served = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await served


@dataclass
class Shopfront:
    """`ports.Shopfront` of a test: what it is asked, and what it answers."""

    answer: Bought | None = None
    away: bool = False
    asked: list[Buyer] = field(default_factory=list)

    async def bought(self, buyer: Buyer, language: Language) -> Bought | None:
        self.asked.append(buyer)
        if self.away:
            raise Unavailable("the shop")
        return self.answer


@pytest.fixture
def shopfront() -> Shopfront:
    return Shopfront()


@pytest.fixture
async def desk(house: House, shopfront: Shopfront, tmp_path: Path) -> AsyncIterator[Desk]:
    clock = MovedClock()
    amending: dict[Channel, Amending] = {}
    people = People(
        house.store,
        plan=PLAN,
        queue=house.queue,
        fanout=house.fanout,
        dialogues=house.dialogues,
        clock=clock,
    )
    router = compose_desk(
        DeskParts(
            store=house.store,
            people=people,
            clock=clock,
            passwords=_PASSWORDS,
            fanout=house.fanout,
            confirm=house.confirm,
            privacy=house.privacy,
            uploads=KeptUploads(house.store, house.files, limit=FILE_BYTES),
            connectors=house.connectors,
            amend=Amend(house.store, queue=house.queue, fanout=house.fanout, channels=amending),
            plan=PLAN,
            shopfront=shopfront,
            base_url=BASE,
        )
    )
    app = create_app(
        Parts(
            house.server_api(people), Assets(tmp_path, demo=False), Metrics(), {}, routers=[router]
        )
    )
    house.follow_ups._clock = clock
    made = Desk(house, app, clock, _PASSWORDS, amending)
    yield made
    for http in made.opened:
        await http.aclose()
