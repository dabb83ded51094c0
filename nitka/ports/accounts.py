"""Accounts of staff, and the secrets by which they are known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from nitka.domain.staff import Account, NewAccount, OneTimeLink, Session


class Accounts(Protocol):
    async def add(self, new: NewAccount) -> Account | None:
        """Make an account; None if the e-mail address has one."""
        ...

    async def get(self, account_id: UUID, *, lock: bool = False) -> Account | None: ...

    async def find(self, email: str, *, lock: bool = False) -> Account | None:
        """Give the account of an e-mail address, letter case aside."""
        ...

    async def all(self, *, lock: bool = False) -> Sequence[Account]:
        """Give all accounts; with `lock` nobody else changes them meanwhile."""
        ...

    async def change(self, account: Account) -> None:
        """Write everything of an account but its id, its e-mail address and `seen_at`."""
        ...

    async def seen(self, account_id: UUID, *, at: datetime | None) -> None:
        """Note that somebody's desk is open; None: that it was closed."""
        ...


class Sessions(Protocol):
    async def add(self, session: Session) -> None: ...

    async def find(self, digest: str, *, now: datetime) -> Session | None:
        """Give the session of a cookie, if it is still good."""
        ...

    async def touch(self, session_id: UUID, *, at: datetime) -> None: ...

    async def of(self, account_id: UUID, *, now: datetime) -> Sequence[Session]:
        """Give somebody's sessions that are still good, the one used last first."""
        ...

    async def by_token(self, digest: str) -> Account | None:
        """Give whose personal access token this is."""
        ...

    async def end(
        self, account_id: UUID, session_id: UUID | None = None, *, but: UUID | None = None
    ) -> int:
        """End one of somebody's sessions, or all `but` one; how many there were."""
        ...


class Doorway(Protocol):
    """One-time links, and wrong tries, which are counted before a right one is looked at."""

    async def add_link(self, link: OneTimeLink) -> None:
        """Keep a link; the account's older ones of the same purpose are good no more."""
        ...

    async def link(self, digest: str, *, now: datetime) -> OneTimeLink | None:
        """Give a link that is still good, locked until the transaction ends."""
        ...

    async def use_link(self, digest: str) -> None: ...

    async def failed(self, what: str, *, at: datetime) -> None:
        """Note a wrong try at something: an account, an address of the net."""
        ...

    async def failures(self, what: str, *, since: datetime) -> int: ...

    async def forgive(self, what: str) -> None: ...


class RecoveryCodes(Protocol):
    """Codes that stand in for one-time passwords, each once; only digests are kept."""

    async def renew(self, account_id: UUID, digests: Sequence[str]) -> None:
        """Keep these in place of all older ones; none: there are none then."""
        ...

    async def use(self, account_id: UUID, digest: str) -> bool:
        """Use a code up; False if it is not one of the account's."""
        ...

    async def left(self, account_id: UUID) -> int: ...


class Passwords(Protocol):
    """Hashes passwords and judges them; one-time passwords (RFC 6238) and recovery codes."""

    def hash(self, password: str) -> str: ...

    def fits(self, password: str, hashed: str | None) -> bool:
        """Say whether a password is right; takes as long for None, where there is none."""
        ...

    def weakness(self, password: str, *, known: Sequence[str]) -> str | None:
        """Say why a password is too easy to guess, or None. `known`: words that others know."""
        ...

    def new_totp(self, *, account: str) -> tuple[bytes, str]:
        """Make a sealed secret, and the `otpauth:` address by which an app takes it."""
        ...

    def totp_step(self, sealed: bytes, code: str, *, at: datetime) -> int | None:
        """Give the time step that a one-time password is of, or None if it is wrong."""
        ...

    def digest(self, code: str) -> str:
        """Give what is kept of a recovery code: only who has the key can make it of a code."""
        ...
