"""Signing in and out, and everybody's own account: `/api/desk/session`, `/links`, `/me`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from nitka.api.desk import account_shapes as shapes
from nitka.api.desk.gate import COOKIE, DeskGate, caller_of, csrf_of, same_origin, visitor_of
from nitka.api.v1.gate import Scope, digest_of, new_token
from nitka.domain.staff import Account, Right
from nitka.errors import Refused
from nitka.ports import Store
from nitka.service.accounts import ManageAccounts
from nitka.service.sign_in import SignIn


class DoorApi:
    """The way in, and what everybody does with his own account."""

    def __init__(
        self, gate: DeskGate, *, sign_in: SignIn, accounts: ManageAccounts, store: Store
    ) -> None:
        self._gate = gate
        self._sign_in = sign_in
        self._accounts = accounts
        self._store = store

    def router(self) -> APIRouter:
        """Give the routes, below `/api/desk`."""
        router = APIRouter()
        own = [Depends(same_origin)]
        router.add_api_route("/session", self.enter, methods=["POST"], dependencies=own)
        router.add_api_route("/links/whose", self.whose, methods=["POST"], dependencies=own)
        router.add_api_route("/links/use", self.use, methods=["POST"], dependencies=own)
        me = APIRouter(dependencies=[Depends(self._gate.needs(Right.READ))])
        me.add_api_route("/session", self.leave, methods=["DELETE"], status_code=204)
        me.add_api_route("/me", self.me, methods=["GET"])
        me.add_api_route("/me/password", self.password, methods=["POST"], status_code=204)
        me.add_api_route("/me/totp", self.new_totp, methods=["POST"])
        me.add_api_route("/me/totp/on", self.totp_on, methods=["POST"])
        me.add_api_route("/me/totp/off", self.totp_off, methods=["POST"], status_code=204)
        me.add_api_route("/me/recovery-codes", self.codes_left, methods=["GET"])
        me.add_api_route("/me/recovery-codes", self.new_codes, methods=["POST"])
        me.add_api_route("/me/available", self.available, methods=["POST"], status_code=204)
        me.add_api_route("/me/sessions", self.sessions, methods=["GET"])
        me.add_api_route("/me/sessions", self.end_all, methods=["DELETE"], status_code=204)
        me.add_api_route(
            "/me/sessions/{session_id}", self.end_one, methods=["DELETE"], status_code=204
        )
        me.add_api_route("/me/tokens", self.new_token, methods=["POST"], status_code=201)
        router.include_router(me)
        return router

    async def enter(
        self, request: Request, response: Response, credentials: shapes.Credentials
    ) -> shapes.Me:
        """Sign in; the answer sets the session's cookie."""
        entered = await self._sign_in.with_password(
            credentials.email, credentials.password, credentials.code, visitor_of(request)
        )
        self._gate.let_in(response, entered)
        return _me(entered.account, entered.token)

    async def whose(self, link: shapes.LinkToken) -> shapes.LinkShape:
        """Say whose one-time link this is, and what for."""
        account, purpose = await self._sign_in.link_for(link.token)
        return shapes.LinkShape(email=account.email, name=account.name, purpose=purpose)

    async def use(self, request: Request, response: Response, link: shapes.LinkUse) -> shapes.Me:
        """Use a one-time link: set the password that it is for, and sign in."""
        entered = await self._sign_in.with_link(link.token, link.password, visitor_of(request))
        self._gate.let_in(response, entered)
        return _me(entered.account, entered.token)

    async def leave(self, request: Request, response: Response) -> None:
        """Sign out."""
        caller = caller_of(request)
        if caller.session is not None:
            await self._sign_in.out(caller.account, caller.session.id)
        self._gate.let_out(response)

    async def me(self, request: Request) -> shapes.Me:
        """Say who is signed in, what he may do, and the CSRF token of his session."""
        return _me(caller_of(request).account, request.cookies.get(COOKIE))

    async def password(self, request: Request, change: shapes.PasswordChange) -> None:
        """Change one's password; every other session ends. 403 `wrong_password`, 422
        `weak_password` with the reason."""
        caller = caller_of(request)
        await self._accounts.new_password(
            caller.account, change.old, change.new, session=caller.session
        )

    async def new_totp(self, request: Request) -> shapes.NewTotp:
        """Make a secret for an app that shows one-time passwords."""
        sealed, uri = self._accounts.begin_totp(caller_of(request).account)
        return shapes.NewTotp(uri=uri, sealed=sealed.decode())

    async def totp_on(
        self, request: Request, given: shapes.TotpConfirmation
    ) -> shapes.RecoveryCodes:
        """Turn two-factor sign-in on, with the app's first code; gives the recovery codes."""
        account = caller_of(request).account
        codes = await self._accounts.confirm_totp(account, given.sealed.encode(), given.code)
        return shapes.RecoveryCodes(codes=list(codes))

    async def codes_left(self, request: Request) -> shapes.RecoveryCodesLeft:
        """Say how many of one's recovery codes are left."""
        left = await self._accounts.recovery_codes(caller_of(request).account)
        return shapes.RecoveryCodesLeft(left=left)

    async def new_codes(self, request: Request, given: shapes.Confirmation) -> shapes.RecoveryCodes:
        """Make recovery codes anew; the older ones are good no more. 403 `wrong_password`,
        `wrong_code`, 409 `no_two_factor`, 429 after too many wrong tries."""
        codes = await self._accounts.new_recovery_codes(
            caller_of(request).account,
            visitor_of(request),
            password=given.password,
            code=given.code,
        )
        return shapes.RecoveryCodes(codes=list(codes))

    async def totp_off(self, request: Request, given: shapes.PasswordOnly) -> None:
        """Turn two-factor sign-in off."""
        await self._accounts.drop_totp(caller_of(request).account, given.password)

    async def available(self, request: Request, given: shapes.Availability) -> None:
        """Say whether one takes new hand-offs."""
        account = caller_of(request).account
        await self._accounts.be_available(account, available=given.available)

    async def sessions(self, request: Request) -> shapes.Sessions:
        """List one's sessions."""
        caller = caller_of(request)
        current = caller.session.id if caller.session else None
        found = await self._accounts.sessions(caller.account)
        return shapes.Sessions(sessions=[shapes.session_shape(s, current=current) for s in found])

    async def end_all(self, request: Request) -> None:
        """End all of one's sessions, this one too."""
        await self._sign_in.out(caller_of(request).account)

    async def end_one(self, request: Request, session_id: UUID) -> None:
        """End one of one's own sessions."""
        if not await self._sign_in.out(caller_of(request).account, session_id):
            raise Refused("unknown_session", "There is no such session.", status=404)

    async def new_token(self, request: Request, given: shapes.TokenName) -> shapes.NewToken:
        """Make a personal access token, for this API and for `/api/v1`."""
        account = caller_of(request).account
        token = new_token()
        scopes = {Scope.STAFF} if account.may(Right.ANSWER) else {Scope.READ}
        async with self._store.begin() as uow:
            made = await uow.ledger.add_token(
                f"{account.email}: {given.name}",
                digest_of(token),
                frozenset(scopes),
                account_id=account.id,
            )
            await uow.ledger.audit(
                "token_made", actor=account.email, customer_id=None, facts={"name": given.name}
            )
        if not made:
            raise Refused("token_exists", "You have a token of this name.", status=409)
        return shapes.NewToken(token=token)


def _me(account: Account, cookie: str | None) -> shapes.Me:
    return shapes.Me(
        account=shapes.account_shape(account, present=True),
        rights=[right for right in Right if account.may(right)],
        csrf=csrf_of(cookie) if cookie else None,
    )
