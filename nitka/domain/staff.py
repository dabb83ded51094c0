"""The people behind the desk: who they are and what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from nitka.domain.customer import Language
from nitka.domain.thread import Team


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who answers customers. `key` names him for ever (in the audit, as the owner of a
    thread); `name` is what customers and colleagues read."""

    key: str
    name: str


class Role(StrEnum):
    """What somebody may do; each may do what those before may, but for the designer."""

    DESIGNER = "designer"  # reads; writes what the bot learns from
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Right(StrEnum):
    READ = "read"
    ANSWER = "answer"
    DIRECT = "direct"  # pass on what others have, see every team
    MANAGE = "manage"  # accounts


RECOVERY_CODES = 10  # that are made at once
_PRESENT_FOR = timedelta(seconds=45)  # since a desk was last heard of
_RIGHTS = {
    Role.DESIGNER: {Right.READ},
    Role.AGENT: {Right.READ, Right.ANSWER},
    Role.SUPERVISOR: {Right.READ, Right.ANSWER, Right.DIRECT},
    Role.ADMIN: set(Right),
}


@dataclass(frozen=True, slots=True)
class Account:
    """A staff member's account. `password` is a hash, `totp` a sealed secret; None: not set.

    `available` is his own switch; `seen_at` is when his desk was last open. `totp_used` is the
    time step of the last one-time password, which is good once.
    """

    id: UUID
    email: str
    name: str
    role: Role
    teams: tuple[Team, ...]
    languages: tuple[Language, ...]
    created_at: datetime
    password: str | None = None
    totp: bytes | None = None
    totp_used: int = 0
    active: bool = True
    available: bool = True
    seen_at: datetime | None = None
    capacity: int = 5

    @property
    def staff(self) -> Staff:
        return Staff(self.email, self.name)

    def is_present(self, now: datetime) -> bool:
        """Say whether his desk is open: it was heard of lately."""
        return self.active and self.seen_at is not None and now - self.seen_at < _PRESENT_FOR

    def may(self, right: Right) -> bool:
        return self.active and right in _RIGHTS[self.role]


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that somebody has signed in with. `digest` is of its cookie."""

    id: UUID
    account_id: UUID
    digest: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    browser: str = ""


class Purpose(StrEnum):
    INVITE = "invite"
    RESET = "reset"
    SIGN_IN = "sign_in"  # the demo's: signs in without a password, on this machine only


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """A link that is good once. `digest` is of the token in it."""

    digest: str
    account_id: UUID
    purpose: Purpose
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made; its password comes by a link."""

    email: str
    name: str
    role: Role
    teams: tuple[Team, ...] = field(default=tuple(Team))
    languages: tuple[Language, ...] = field(default=tuple(Language))
