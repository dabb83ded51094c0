"""Composes the desk: its services and its API, out of opened parts. Part of composition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter

from nitka.api.desk.canned import CannedApi
from nitka.api.desk.cases import CasesApi
from nitka.api.desk.door import DoorApi
from nitka.api.desk.events import EventsApi
from nitka.api.desk.files import FilesApi
from nitka.api.desk.gate import DeskGate
from nitka.api.desk.identity import IdentityApi
from nitka.api.desk.lines import LinesApi
from nitka.api.desk.notes import NotesApi
from nitka.api.desk.portrait import PortraitApi
from nitka.api.desk.routes import desk_router
from nitka.api.desk.shelf import ShelfApi
from nitka.api.desk.staff import StaffApi, enter_link
from nitka.api.desk.threads import ThreadsApi
from nitka.domain.address import Channel
from nitka.domain.plan import Plan
from nitka.domain.staff import NewAccount, Purpose, Role
from nitka.errors import ConfigError
from nitka.locks.passwords import ArgonPasswords
from nitka.ports import Clock, Connector, Fanout, Passwords, Shopfront, Store, Uploads
from nitka.service.accounts import ManageAccounts, first_admin
from nitka.service.amend import Amend
from nitka.service.attach import Attach
from nitka.service.confirm import Confirm
from nitka.service.dismiss import Dismiss
from nitka.service.examine import Examine
from nitka.service.look import Look
from nitka.service.people import People
from nitka.service.portray import Portray
from nitka.service.privacy import Privacy
from nitka.service.show import Show
from nitka.service.show_typing import ShowTyping
from nitka.service.sign_in import SignIn, make_link
from nitka.settings import Settings

DEMO_ADMIN = "demo@nitka.local"


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What the desk stands on."""

    store: Store
    people: People
    clock: Clock
    passwords: Passwords
    fanout: Fanout
    confirm: Confirm
    privacy: Privacy
    uploads: Uploads
    amend: Amend
    connectors: Mapping[Channel, Connector]
    plan: Plan
    shopfront: Shopfront
    base_url: str


def base_url(settings: Settings) -> str:
    """Give the address at which browsers reach this Nitka."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    return settings.public_url or f"http://{host}:{settings.port}"


def open_passwords(settings: Settings) -> Passwords:
    return ArgonPasswords(settings.key())


def compose_desk(parts: DeskParts) -> APIRouter:
    """Give the routes of `/api/desk`."""
    sign_in = SignIn(parts.store, parts.passwords, parts.clock)
    accounts = ManageAccounts(parts.store, parts.passwords, parts.clock, sign_in=sign_in)
    look = Look(parts.store, show=Show(parts.store), clock=parts.clock)
    gate = DeskGate(parts.store, sign_in, secure=parts.base_url.startswith("https:"))
    examine = Examine(parts.store, confirm=parts.confirm, clock=parts.clock)
    return desk_router(
        [
            DoorApi(gate, sign_in=sign_in, accounts=accounts, store=parts.store),
            StaffApi(gate, accounts, parts.clock, base_url=parts.base_url),
            ThreadsApi(gate, look),
            PortraitApi(
                gate,
                Portray(parts.store, parts.shopfront, plan=parts.plan, clock=parts.clock),
            ),
            FilesApi(gate, Attach(parts.store, parts.uploads, parts.clock), look),
            CasesApi(
                gate,
                parts.people,
                store=parts.store,
                fanout=parts.fanout,
                show_typing=ShowTyping(
                    parts.store, fanout=parts.fanout, connectors=parts.connectors
                ),
            ),
            LinesApi(gate, parts.amend, look),
            CannedApi(gate, parts.store),
            ShelfApi(gate, parts.store),
            IdentityApi(
                gate,
                examine=examine,
                confirm=parts.confirm,
                dismiss=Dismiss(parts.store, fanout=parts.fanout),
                privacy=parts.privacy,
            ),
            NotesApi(
                gate,
                examine=examine,
                people=parts.people,
                store=parts.store,
                fanout=parts.fanout,
            ),
            EventsApi(
                gate,
                sign_in=sign_in,
                store=parts.store,
                fanout=parts.fanout,
                clock=parts.clock,
            ),
        ]
    )


async def invite(store: Store, settings: Settings, *, email: str, name: str, role: Role) -> str:
    """Make an account and give the link by which its owner sets his password; for one who has not
    done so yet, a new link. Raises `ConfigError` if the address has an account in use."""
    now = datetime.now(UTC)
    async with store.begin() as uow:
        account = await uow.accounts.find(email)
        if account is not None and account.password is not None:
            raise ConfigError(f"--email: {email} has an account already; reset it at the desk")
        account = account or await uow.accounts.add(NewAccount(email, name, role))
        assert account is not None  # noqa: S101  # nobody had this address a line above
        token = await make_link(uow, account, Purpose.INVITE, at=now, actor="nitka staff add")
    return enter_link(base_url(settings), token)


async def demo_link(store: Store, settings: Settings) -> str:
    """Give a one-time link that signs in the demo's admin, who is made if he is new."""
    async with store.begin() as uow:
        account = await first_admin(uow, DEMO_ADMIN, "Demo")
        token = await make_link(
            uow, account, Purpose.SIGN_IN, at=datetime.now(UTC), actor="nitka up"
        )
    return enter_link(base_url(settings), token)
