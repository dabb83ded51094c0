"""Who is at the desk: by a session cookie and its CSRF token, or by a personal access token."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request, Response

from nitka.api.v1.gate import digest_of
from nitka.domain.staff import Account, Right, Session
from nitka.errors import Refused
from nitka.ports import Store
from nitka.service.sign_in import SESSION_LIFE, Entered, SignIn, Visitor

COOKIE = "nitka_desk"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at the desk; `session` is None for a personal token."""

    account: Account
    session: Session | None


class DeskGate:
    """Lets staff in by what they may do."""

    def __init__(self, store: Store, sign_in: SignIn, *, secure: bool) -> None:
        """`secure`: the desk is reached over https, and the cookie goes over nothing else."""
        self._store = store
        self._sign_in = sign_in
        self._secure = secure

    def needs(self, right: Right) -> Callable[[Request], Awaitable[None]]:
        """Give a dependency that lets in who may do this, before anything else is looked at.

        It raises `Refused`: 401 `signed_out`, 403 `csrf`, 403 `not_allowed`.
        """

        async def enter(request: Request) -> None:
            caller = await self._by_token(request) or await self._by_cookie(request)
            if caller is None:
                raise Refused("signed_out", "Sign in first.", status=401)
            if not caller.account.may(right):
                sentence = f"Your role ({caller.account.role}) may not do this."
                raise Refused("not_allowed", sentence, status=403)
            request.state.desk = caller

        return enter

    async def _by_token(self, request: Request) -> Caller | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None
        async with self._store.begin() as uow:
            account = await uow.sessions.by_token(digest_of(token.strip()))
        if account is None or not account.active:
            raise Refused("unauthorized", "This access token is not valid here.", status=401)
        return Caller(account, None)

    async def _by_cookie(self, request: Request) -> Caller | None:
        token = request.cookies.get(COOKIE)
        found = await self._sign_in.who(token) if token else None
        if found is None or token is None:
            return None
        if request.method not in _SAFE:
            given = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(given.encode(), csrf_of(token).encode()):
                raise Refused("csrf", "The page is out of date: load it anew.", status=403)
        return Caller(*found)

    def let_in(self, response: Response, entered: Entered) -> None:
        """Give the browser its cookie."""
        response.set_cookie(
            COOKIE,
            entered.token,
            max_age=int(SESSION_LIFE.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )

    def let_out(self, response: Response) -> None:
        response.delete_cookie(
            COOKIE, path="/", secure=self._secure, httponly=True, samesite="strict"
        )


def caller_of(request: Request) -> Caller:
    """Give who is at the desk."""
    caller: Caller = request.state.desk
    return caller


def csrf_of(token: str) -> str:
    """Give what a page must send along with the cookie: who can read it has the cookie's page."""
    return hashlib.sha256(f"csrf:{token}".encode()).hexdigest()


def same_origin(request: Request) -> None:
    """Refuse what a page of another origin sends before anybody is signed in (403 `csrf`)."""
    origin = request.headers.get("origin")
    if origin and origin.partition("://")[2] != request.headers.get("host"):
        raise Refused("csrf", "Sign in at the desk's own page.", status=403)


def visitor_of(request: Request) -> Visitor:
    net = request.client.host if request.client else "unknown"
    return Visitor(net, request.headers.get("user-agent", ""))
