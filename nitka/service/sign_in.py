"""Lets staff in: by password and one-time password, by one-time links; and out again."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from nitka.domain.code import spelt
from nitka.domain.staff import Account, OneTimeLink, Purpose, Session
from nitka.errors import Refused
from nitka.ports import Clock, Passwords, Store, UnitOfWork

SESSION_LIFE = timedelta(hours=12)
LINK_LIFE = {
    Purpose.INVITE: timedelta(days=3),
    Purpose.RESET: timedelta(hours=2),
    Purpose.SIGN_IN: timedelta(hours=12),
}
_WINDOW = timedelta(minutes=15)
_MOST_FAILURES = {"account": 5, "net": 30}  # wrong tries within the window
_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where somebody comes from: his address of the net, and what his browser calls itself."""

    net: str
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is in. `token` is for his cookie and is kept nowhere."""

    account: Account
    session: Session
    token: str


class SignIn:
    """The door of the desk. Wrong tries are counted by account and by address of the net."""

    def __init__(self, store: Store, passwords: Passwords, clock: Clock) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock

    async def with_password(
        self, email: str, password: str, code: str | None, visitor: Visitor
    ) -> Entered:
        """Let somebody in. Raises `Refused`: 401 `wrong_credentials`, 401 `code_needed`,
        429 `too_many_requests`; which of account and password was wrong is not said."""
        counted = [f"account:{email.lower()}", f"net:{visitor.net}"]
        async with self._store.begin() as uow:
            await self._not_too_often(uow, counted)
            found = await uow.accounts.find(email)
        hashed = found.password if found and found.active else None
        right = await asyncio.to_thread(self._passwords.fits, password, hashed)
        if found is None or not right:
            await self._count(counted)
            raise Refused("wrong_credentials", "E-mail address or password is wrong.", status=401)
        if found.totp is not None and not code:
            raise Refused("code_needed", "Enter the code of your app.", status=401)
        async with self._store.begin() as uow:
            account = await uow.accounts.find(email, lock=True)
            same = account and account.active and account.password == found.password
            account = await self._second(uow, account, code) if account and same else None
            if account is not None:
                await uow.doorway.forgive(counted[0])
                return await self._enter(uow, account, visitor, how="password")
        await self._count(counted)
        raise Refused("wrong_credentials", "The code is wrong or was used already.", status=401)

    async def confirm(
        self, account: Account, visitor: Visitor, *, password: str | None, code: str | None
    ) -> None:
        """Make sure that it is he who is signed in, by his password or else by his app's code.

        Wrong tries count as at the door. Raises `Refused`: 403 `wrong_password` or `wrong_code`,
        429 `too_many_requests`.
        """
        counted = [f"account:{account.email}", f"net:{visitor.net}"]
        async with self._store.begin() as uow:
            await self._not_too_often(uow, counted)
        if password is not None:
            if await asyncio.to_thread(self._passwords.fits, password, account.password):
                return
            await self._count(counted)
            raise Refused("wrong_password", "This is not your password.", status=403)
        async with self._store.begin() as uow:
            now = await uow.accounts.find(account.email, lock=True)
            used = self._by_app(now, code or "") if now else None
            if used is not None:
                await uow.accounts.change(used)
                return
        await self._count(counted)
        raise Refused("wrong_code", "The code is wrong or was used already.", status=403)

    async def _second(self, uow: UnitOfWork, account: Account, code: str | None) -> Account | None:
        """Check the app's code or a recovery code, if one is needed; each is good once."""
        if account.totp is None:
            return account
        recovery = spelt(code or "")
        if recovery is None:
            return self._by_app(account, code or "")
        if not await uow.recovery_codes.use(account.id, self._passwords.digest(recovery)):
            return None
        facts = {"left": await uow.recovery_codes.left(account.id)}
        await uow.ledger.audit(
            "recovery_code_used", actor=account.email, customer_id=None, facts=facts
        )
        return account

    def _by_app(self, account: Account, code: str) -> Account | None:
        """Give the account with the app's code used up; None if it is wrong or was used."""
        if account.totp is None:
            return None
        step = self._passwords.totp_step(account.totp, code, at=self._clock.now())
        if step is None or step <= account.totp_used:
            return None
        return replace(account, totp_used=step)

    async def link_for(self, token: str) -> tuple[Account, Purpose]:
        """Say whose link it is and what for. Raises `Refused` 404 `link_gone`."""
        async with self._store.begin() as uow:
            link, account = await self._good_link(uow, token)
        return account, link.purpose

    async def with_link(self, token: str, password: str | None, visitor: Visitor) -> Entered:
        """Use a link once: set the password that it is for, end all older sessions, let in.

        Raises `Refused`: 404 `link_gone`, 422 `weak_password`. With two-factor sign-in on, the
        link only sets the password: 401 `code_needed`.
        """
        account, purpose = await self.link_for(token)
        hashed: str | None = None
        if purpose is not Purpose.SIGN_IN:
            await self.check(password or "", account)
            hashed = await asyncio.to_thread(self._passwords.hash, password or "")
        async with self._store.begin() as uow:
            link, account = await self._good_link(uow, token)
            await uow.doorway.use_link(link.digest)
            if hashed is not None:
                account = replace(account, password=hashed)
                await uow.accounts.change(account)
                await uow.sessions.end(account.id)
            if account.totp is None:
                return await self._enter(uow, account, visitor, how=link.purpose)
        raise Refused("code_needed", "The password is set. Sign in with your code.", status=401)

    async def check(self, password: str, account: Account) -> None:
        """Refuse a password that is too easy to guess: 422 `weak_password`."""
        known = [account.email, account.name, "nitka"]
        weakness = await asyncio.to_thread(self._passwords.weakness, password, known=known)
        if weakness:
            raise Refused("weak_password", weakness, status=422)

    async def who(self, token: str) -> tuple[Account, Session] | None:
        """Give who has this cookie, if his session is good and his account in use."""
        now = self._clock.now()
        async with self._store.begin() as uow:
            session = await uow.sessions.find(digest_of(token), now=now)
            account = await uow.accounts.get(session.account_id) if session else None
            if session is None or account is None or not account.active:
                return None
            if now - session.seen_at > _TOUCH_EVERY:
                await uow.sessions.touch(session.id, at=now)
        return account, session

    async def out(self, account: Account, session_id: UUID | None = None) -> int:
        """End one of somebody's sessions, or all of them; how many there were."""
        async with self._store.begin() as uow:
            await uow.accounts.seen(account.id, at=None)
            ended = await uow.sessions.end(account.id, session_id)
            await uow.ledger.audit(
                "sign_out", actor=account.email, customer_id=None, facts={"sessions": ended}
            )
        return ended

    async def _good_link(self, uow: UnitOfWork, token: str) -> tuple[OneTimeLink, Account]:
        link = await uow.doorway.link(digest_of(token), now=self._clock.now())
        account = await uow.accounts.get(link.account_id, lock=True) if link else None
        if link is None or account is None or not account.active:
            sentence = "This link was used already or is too old. Ask for a new one."
            raise Refused("link_gone", sentence, status=404)
        return link, account

    async def _enter(
        self, uow: UnitOfWork, account: Account, visitor: Visitor, *, how: str
    ) -> Entered:
        now = self._clock.now()
        token = secrets.token_urlsafe(32)
        session = Session(
            id=uuid4(),
            account_id=account.id,
            digest=digest_of(token),
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LIFE,
            browser=visitor.browser[:200],
        )
        await uow.accounts.change(account)
        await uow.sessions.add(session)
        await uow.ledger.audit(
            "sign_in",
            actor=account.email,
            customer_id=None,
            facts={"how": how, "net": visitor.net, "session": str(session.id)},
        )
        return Entered(account, session, token)

    async def _not_too_often(self, uow: UnitOfWork, counted: list[str]) -> None:
        since = self._clock.now() - _WINDOW
        for what in counted:
            most = _MOST_FAILURES[what.partition(":")[0]]
            if await uow.doorway.failures(what, since=since) >= most:
                sentence = "Too many wrong tries; try again in a quarter of an hour."
                raise Refused("too_many_requests", sentence, status=429)

    async def _count(self, counted: list[str]) -> None:
        async with self._store.begin() as uow:
            for what in counted:
                await uow.doorway.failed(what, at=self._clock.now())


async def make_link(
    uow: UnitOfWork, account: Account, purpose: Purpose, *, at: datetime, actor: str
) -> str:
    """Make a link's token, which is kept nowhere; an older one of its purpose is good no more."""
    token = secrets.token_urlsafe(24)
    link = OneTimeLink(digest_of(token), account.id, purpose, at + LINK_LIFE[purpose])
    await uow.doorway.add_link(link)
    facts = {"account": account.email, "purpose": purpose}
    await uow.ledger.audit("one_time_link", actor=actor, customer_id=None, facts=facts)
    return token


def digest_of(token: str) -> str:
    """Give what is kept of a cookie or a link: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()
