"""Accounts of others, for admins: `/api/desk/staff`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request

from nitka.api.desk import account_shapes as shapes
from nitka.api.desk.gate import DeskGate, caller_of
from nitka.domain.staff import Account, NewAccount, Right
from nitka.ports import Clock
from nitka.service.accounts import ManageAccounts


class StaffApi:
    """Everybody's accounts: who there is for all, changes for admins."""

    def __init__(
        self, gate: DeskGate, accounts: ManageAccounts, clock: Clock, *, base_url: str
    ) -> None:
        """`base_url` is where the desk is reached from outside, for links."""
        self._gate = gate
        self._accounts = accounts
        self._clock = clock
        self._base_url = base_url

    def router(self) -> APIRouter:
        """Give the routes, below `/api/desk`."""
        router = APIRouter(prefix="/staff")
        read = [Depends(self._gate.needs(Right.READ))]
        manage = [Depends(self._gate.needs(Right.MANAGE))]
        router.add_api_route("", self.all, methods=["GET"], dependencies=read)
        router.add_api_route(
            "", self.invite, methods=["POST"], dependencies=manage, status_code=201
        )
        router.add_api_route("/{account_id}", self.change, methods=["PATCH"], dependencies=manage)
        router.add_api_route(
            "/{account_id}/reset", self.reset, methods=["POST"], dependencies=manage
        )
        router.add_api_route(
            "/{account_id}/totp",
            self.lift_totp,
            methods=["DELETE"],
            dependencies=manage,
            status_code=204,
        )
        return router

    async def all(self) -> shapes.Staff:
        """List the accounts and who is present."""
        return shapes.Staff(staff=[self._shape(one) for one in await self._accounts.all()])

    async def invite(self, request: Request, new: shapes.NewStaff) -> shapes.Invited:
        """Make an account, and a link by which its owner sets his password."""
        account, token = await self._accounts.invite(
            NewAccount(new.email, new.name, new.role, tuple(new.teams), tuple(new.languages)),
            actor=_actor(request),
        )
        return shapes.Invited(account=self._shape(account), link=self._link(token))

    async def change(
        self, request: Request, account_id: UUID, change: shapes.StaffChange
    ) -> shapes.AccountShape:
        """Change an account; one that is not active is signed out everywhere at once."""
        given = change.model_dump(exclude_none=True)
        for several in ("teams", "languages"):
            if several in given:
                given[several] = tuple(given[several])
        changed = await self._accounts.change(account_id, given, actor=_actor(request))
        return self._shape(changed)

    async def reset(self, request: Request, account_id: UUID) -> shapes.NewLink:
        """Make a link by which somebody sets a new password."""
        token = await self._accounts.reset(account_id, actor=_actor(request))
        return shapes.NewLink(link=self._link(token))

    async def lift_totp(self, request: Request, account_id: UUID) -> None:
        """Turn off the two-factor sign-in of somebody who has lost his app; his sessions end."""
        await self._accounts.lift_totp(account_id, actor=_actor(request))

    def _link(self, token: str) -> str:
        return enter_link(self._base_url, token)

    def _shape(self, account: Account) -> shapes.AccountShape:
        return shapes.account_shape(account, present=account.is_present(self._clock.now()))


def enter_link(base_url: str, token: str) -> str:
    """Give where the desk takes a one-time link."""
    return f"{base_url}/desk/#/enter/{token}"


def _actor(request: Request) -> str:
    return caller_of(request).account.email
