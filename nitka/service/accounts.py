"""Manages accounts of staff: invites, changes, resets; and everybody's own security."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from nitka.domain.code import new_code
from nitka.domain.staff import RECOVERY_CODES, Account, NewAccount, Purpose, Right, Role, Session
from nitka.errors import Refused
from nitka.ports import Clock, Passwords, Store, UnitOfWork
from nitka.service.sign_in import SignIn, Visitor, make_link


class ManageAccounts:
    """What admins do with accounts, and everybody with his own."""

    def __init__(
        self, store: Store, passwords: Passwords, clock: Clock, *, sign_in: SignIn
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock
        self._sign_in = sign_in

    # ── others' ────────────────────────────────────────────────────────────────────────────

    async def all(self) -> Sequence[Account]:
        async with self._store.begin() as uow:
            return await uow.accounts.all()

    async def invite(self, new: NewAccount, *, actor: str) -> tuple[Account, str]:
        """Make an account and its invitation's token. Raises `Refused` 409 `account_exists`."""
        async with self._store.begin() as uow:
            account = await uow.accounts.add(new)
            if account is None:
                raise Refused("account_exists", "This address has an account.", status=409)
            facts = {"account": account.email, "role": account.role}
            await uow.ledger.audit("account_made", actor=actor, customer_id=None, facts=facts)
            token = await make_link(uow, account, Purpose.INVITE, at=self._clock.now(), actor=actor)
        return account, token

    async def reset(self, account_id: UUID, *, actor: str) -> str:
        """Make a token by which somebody sets a new password; his sessions end when he does."""
        async with self._store.begin() as uow:
            account = await _known(uow, account_id)
            purpose = Purpose.RESET if account.password else Purpose.INVITE
            return await make_link(uow, account, purpose, at=self._clock.now(), actor=actor)

    async def change(
        self, account_id: UUID, changes: Mapping[str, object], *, actor: str
    ) -> Account:
        """Change an account as it stands now; one that is in use no more is signed out everywhere.

        Raises `Refused`: 404 `unknown_account`, 409 `last_admin`: somebody must be left to manage
        accounts, whoever is changed at the same moment.
        """
        async with self._store.begin() as uow:
            known = await uow.accounts.all(lock=True)
            account = replace(await _known(uow, account_id), **changes)  # type: ignore[arg-type]
            left = [one for one in known if one.id != account.id]
            if not any(one.may(Right.MANAGE) for one in (*left, account)):
                raise Refused("last_admin", "This is the last account of an admin.", status=409)
            await uow.accounts.change(account)
            if not account.active:
                await uow.sessions.end(account.id)
                await uow.accounts.seen(account.id, at=None)
            facts = {"account": account.email, "role": account.role, "active": account.active}
            await uow.ledger.audit("account_changed", actor=actor, customer_id=None, facts=facts)
        return account

    async def lift_totp(self, account_id: UUID, *, actor: str) -> None:
        """Turn off the two-factor sign-in of somebody who has lost his app; he is signed out.

        Raises `Refused` 404 `unknown_account`.
        """
        async with self._store.begin() as uow:
            known = await _known(uow, account_id)
            account = await uow.accounts.find(known.email, lock=True) or known
            await uow.accounts.change(replace(account, totp=None))
            await uow.recovery_codes.renew(account.id, ())
            await uow.sessions.end(account.id)
            facts = {"account": account.email}
            await uow.ledger.audit("totp_lifted", actor=actor, customer_id=None, facts=facts)

    # ── one's own ──────────────────────────────────────────────────────────────────────────

    async def sessions(self, account: Account) -> Sequence[Session]:
        async with self._store.begin() as uow:
            return await uow.sessions.of(account.id, now=self._clock.now())

    async def new_password(
        self, account: Account, old: str, new: str, *, session: Session | None
    ) -> None:
        """Change one's password; every session ends but the one that it is done in.

        Raises `Refused`: 403 `wrong_password`, 422 `weak_password`.
        """
        await self._confirm(account, old)
        await self._sign_in.check(new, account)
        hashed = await asyncio.to_thread(self._passwords.hash, new)
        await self._write(account, "password_changed", password=hashed)
        async with self._store.begin() as uow:
            await uow.sessions.end(account.id, but=session.id if session else None)

    def begin_totp(self, account: Account) -> tuple[bytes, str]:
        """Make a secret for one-time passwords; it counts once its first code was shown."""
        return self._passwords.new_totp(account=account.email)

    async def confirm_totp(self, account: Account, sealed: bytes, code: str) -> Sequence[str]:
        """Turn two-factor sign-in on, and give recovery codes, which are shown this time only.

        Raises `Refused` 422 `wrong_code`.
        """
        step = self._passwords.totp_step(sealed, code, at=self._clock.now())
        if step is None:
            raise Refused("wrong_code", "This code is not of the new secret.", status=422)
        codes = [new_code() for _ in range(RECOVERY_CODES)]
        await self._write(account, "totp_on", codes=codes, totp=sealed, totp_used=step)
        return codes

    async def drop_totp(self, account: Account, password: str) -> None:
        """Turn two-factor sign-in off. Raises `Refused` 403 `wrong_password`."""
        await self._confirm(account, password)
        await self._write(account, "totp_off", codes=(), totp=None)

    async def recovery_codes(self, account: Account) -> int:
        """Count the recovery codes that are left."""
        async with self._store.begin() as uow:
            return await uow.recovery_codes.left(account.id)

    async def new_recovery_codes(
        self, account: Account, visitor: Visitor, *, password: str | None, code: str | None
    ) -> Sequence[str]:
        """Give new recovery codes in place of all older ones, to who proves who he is.

        Raises `Refused` as `SignIn.confirm`, and 409 `no_two_factor` where none are needed.
        """
        await self._sign_in.confirm(account, visitor, password=password, code=code)
        codes = [new_code() for _ in range(RECOVERY_CODES)]
        async with self._store.begin() as uow:
            now = await uow.accounts.find(account.email, lock=True)
            if now is None or now.totp is None:
                sentence = "Two-factor sign-in is off: there is nothing to recover."
                raise Refused("no_two_factor", sentence, status=409)
            await self._keep(uow, account, codes)
            await uow.ledger.audit(
                "recovery_codes_made", actor=account.email, customer_id=None, facts={}
            )
        return codes

    async def be_available(self, account: Account, *, available: bool) -> None:
        """Say whether one takes new hand-offs."""
        await self._write(account, "available" if available else "away", available=available)

    async def _confirm(self, account: Account, password: str) -> None:
        if not await asyncio.to_thread(self._passwords.fits, password, account.password):
            raise Refused("wrong_password", "This is not your password.", status=403)

    async def _write(
        self,
        account: Account,
        action: str,
        *,
        codes: Sequence[str] | None = None,
        **changes: object,
    ) -> None:
        """Change one's account, and its recovery codes if some are given, in one step."""
        async with self._store.begin() as uow:
            now = await uow.accounts.find(account.email, lock=True)
            if now is not None:
                await uow.accounts.change(replace(now, **changes))  # type: ignore[arg-type]
            if codes is not None:
                await self._keep(uow, account, codes)
            await uow.ledger.audit(action, actor=account.email, customer_id=None, facts={})

    async def _keep(self, uow: UnitOfWork, account: Account, codes: Sequence[str]) -> None:
        digests = [self._passwords.digest(code) for code in codes]
        await uow.recovery_codes.renew(account.id, digests)


async def first_admin(uow: UnitOfWork, email: str, name: str) -> Account:
    """Give the admin's account of an address, made if it is new."""
    found = await uow.accounts.find(email)
    if found is None:
        found = await uow.accounts.add(NewAccount(email, name, Role.ADMIN))
    assert found is not None  # noqa: S101  # made a line above, in this transaction
    return found


async def _known(uow: UnitOfWork, account_id: UUID) -> Account:
    account = await uow.accounts.get(account_id)
    if account is None:
        raise Refused("unknown_account", "There is no such account.", status=404)
    return account
