"""Who may call: access tokens and what each scope opens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from enum import StrEnum

from fastapi import Request

from nitka.domain.staff import Account, Right, Staff
from nitka.errors import Refused
from nitka.ports import Store


class Scope(StrEnum):
    """What a token is for: `write` may read too, and so may `staff`."""

    READ = "read"
    WRITE = "write"
    STAFF = "staff"


_OPENS = {
    Scope.READ: {Scope.READ},
    Scope.WRITE: {Scope.READ, Scope.WRITE},
    Scope.STAFF: {Scope.READ, Scope.STAFF},
}


def new_token() -> str:
    """Make an access token; only its digest is ever kept."""
    return f"nitka_{secrets.token_urlsafe(32)}"


def digest_of(token: str) -> str:
    """Give what is stored of an access token: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


class Gate:
    """Lets in who carries a token with the scope that is needed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def needs(
        self, scope: Scope, right: Right | None = None
    ) -> Callable[[Request], Awaitable[None]]:
        """Give a dependency that lets in by this scope, before anything else is looked at.

        A personal token's owner must have the `right` as well. It raises `Refused`: 401
        `unauthorized`, 403 `scope_missing`, 403 `not_allowed`; `caller_of` names who came in.
        """

        async def enter(request: Request) -> None:
            name, scopes, owner = await self._enter(request, scope)
            if right is not None and owner is not None and not owner.may(right):
                sentence = f"Your role ({owner.role}) may not do this."
                raise Refused("not_allowed", sentence, status=403)
            request.state.caller, request.state.scopes = name, scopes
            request.state.staff = owner.staff if owner else Staff(name, name)

        return enter

    async def _enter(
        self, request: Request, scope: Scope
    ) -> tuple[str, frozenset[str], Account | None]:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused("unauthorized", "Send an access token as bearer token.", status=401)
        async with self._store.begin() as uow:
            found = await uow.ledger.token(digest_of(token.strip()))
            owner = await uow.sessions.by_token(digest_of(token.strip())) if found else None
        if found is None or (owner is not None and not owner.active):
            raise Refused("unauthorized", "This access token is not valid.", status=401)
        name, scopes = found
        if not any(scope in _OPENS[own] for own in Scope if own in scopes):
            raise Refused("scope_missing", f"This takes a token of scope {scope}.", status=403)
        return name, scopes, owner


def caller_of(request: Request) -> str:
    """Give the name of the token that a request came in with."""
    return str(request.state.caller)


def staff_of(request: Request) -> Staff:
    """Give the staff member who called: the token's owner, or else its name."""
    staff: Staff = request.state.staff
    return staff


def is_staff(request: Request) -> bool:
    """Say whether a request came in with a staff member's token."""
    return Scope.STAFF in request.state.scopes
