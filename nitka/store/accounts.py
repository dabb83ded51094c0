"""Accounts of staff, their sessions, one-time links, recovery codes and wrong tries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from nitka.domain.customer import Language
from nitka.domain.staff import Account, NewAccount, OneTimeLink, Purpose, Role, Session
from nitka.domain.thread import Team
from nitka.store.tables.ledger import tokens
from nitka.store.tables.staff import (
    staff,
    staff_failures,
    staff_links,
    staff_recovery_codes,
    staff_sessions,
)


class SqlAccounts:
    """`ports.Accounts` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, new: NewAccount) -> Account | None:
        made = await self._connection.execute(
            upsert(staff)
            .values(
                email=new.email.lower(),
                name=new.name,
                role=new.role,
                teams=list(new.teams),
                languages=list(new.languages),
            )
            .on_conflict_do_nothing()
            .returning(staff)
        )
        row = made.one_or_none()
        return _account(row) if row else None

    async def get(self, account_id: UUID, *, lock: bool = False) -> Account | None:
        query = select(staff).where(staff.c.id == account_id)
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        return _account(row) if row else None

    async def find(self, email: str, *, lock: bool = False) -> Account | None:
        query = select(staff).where(staff.c.email == email.lower())
        if lock:
            query = query.with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        return _account(row) if row else None

    async def all(self, *, lock: bool = False) -> Sequence[Account]:
        query = select(staff).order_by(staff.c.name, staff.c.id)
        if lock:
            await self._connection.execute(select(staff.c.id).order_by("id").with_for_update())
        return [_account(row) for row in await self._connection.execute(query)]

    async def change(self, account: Account) -> None:
        await self._connection.execute(
            update(staff)
            .where(staff.c.id == account.id)
            .values(
                name=account.name,
                role=account.role,
                teams=list(account.teams),
                languages=list(account.languages),
                password=account.password,
                totp=account.totp,
                totp_used=account.totp_used,
                active=account.active,
                available=account.available,
                capacity=account.capacity,
            )
        )

    async def seen(self, account_id: UUID, *, at: datetime | None) -> None:
        await self._connection.execute(
            update(staff).where(staff.c.id == account_id).values(seen_at=at)
        )


class SqlSessions:
    """`ports.Sessions` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, session: Session) -> None:
        await self._connection.execute(
            insert(staff_sessions).values(
                id=session.id,
                account_id=session.account_id,
                digest=session.digest,
                created_at=session.created_at,
                seen_at=session.seen_at,
                expires_at=session.expires_at,
                browser=session.browser,
            )
        )

    async def find(self, digest: str, *, now: datetime) -> Session | None:
        query = select(staff_sessions).where(
            staff_sessions.c.digest == digest, staff_sessions.c.expires_at > now
        )
        row = (await self._connection.execute(query)).one_or_none()
        return _session(row) if row else None

    async def touch(self, session_id: UUID, *, at: datetime) -> None:
        await self._connection.execute(
            update(staff_sessions).where(staff_sessions.c.id == session_id).values(seen_at=at)
        )

    async def of(self, account_id: UUID, *, now: datetime) -> Sequence[Session]:
        rows = await self._connection.execute(
            select(staff_sessions)
            .where(staff_sessions.c.account_id == account_id, staff_sessions.c.expires_at > now)
            .order_by(staff_sessions.c.seen_at.desc())
        )
        return [_session(row) for row in rows]

    async def by_token(self, digest: str) -> Account | None:
        query = (
            select(staff)
            .join(tokens, tokens.c.account_id == staff.c.id)
            .where(tokens.c.digest == digest, tokens.c.revoked_at.is_(None))
        )
        row = (await self._connection.execute(query)).one_or_none()
        return _account(row) if row else None

    async def end(
        self, account_id: UUID, session_id: UUID | None = None, *, but: UUID | None = None
    ) -> int:
        query = delete(staff_sessions).where(staff_sessions.c.account_id == account_id)
        if session_id is not None:
            query = query.where(staff_sessions.c.id == session_id)
        if but is not None:
            query = query.where(staff_sessions.c.id != but)
        return int((await self._connection.execute(query)).rowcount)


class SqlDoorway:
    """`ports.Doorway` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_link(self, link: OneTimeLink) -> None:
        await self._connection.execute(
            delete(staff_links).where(
                staff_links.c.account_id == link.account_id, staff_links.c.purpose == link.purpose
            )
        )
        await self._connection.execute(
            insert(staff_links).values(
                digest=link.digest,
                account_id=link.account_id,
                purpose=link.purpose,
                expires_at=link.expires_at,
            )
        )

    async def link(self, digest: str, *, now: datetime) -> OneTimeLink | None:
        query = select(staff_links).where(
            staff_links.c.digest == digest, staff_links.c.expires_at > now
        )
        row = (await self._connection.execute(query.with_for_update())).one_or_none()
        if row is None:
            return None
        return OneTimeLink(row.digest, row.account_id, Purpose(row.purpose), row.expires_at)

    async def use_link(self, digest: str) -> None:
        await self._connection.execute(delete(staff_links).where(staff_links.c.digest == digest))

    async def failed(self, what: str, *, at: datetime) -> None:
        await self._connection.execute(insert(staff_failures).values(what=what, at=at))

    async def failures(self, what: str, *, since: datetime) -> int:
        query = select(func.count()).where(
            staff_failures.c.what == what, staff_failures.c.at > since
        )
        return int((await self._connection.execute(query)).scalar_one())

    async def forgive(self, what: str) -> None:
        await self._connection.execute(delete(staff_failures).where(staff_failures.c.what == what))


class SqlRecoveryCodes:
    """`ports.RecoveryCodes` in PostgreSQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def renew(self, account_id: UUID, digests: Sequence[str]) -> None:
        kept = staff_recovery_codes
        await self._connection.execute(delete(kept).where(kept.c.account_id == account_id))
        for digest in digests:
            await self._connection.execute(
                insert(kept).values(account_id=account_id, digest=digest)
            )

    async def use(self, account_id: UUID, digest: str) -> bool:
        kept = staff_recovery_codes
        used = await self._connection.execute(
            delete(kept).where(kept.c.account_id == account_id, kept.c.digest == digest)
        )
        return used.rowcount == 1

    async def left(self, account_id: UUID) -> int:
        kept = staff_recovery_codes
        query = select(func.count()).where(kept.c.account_id == account_id)
        return int((await self._connection.execute(query)).scalar_one())


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        teams=tuple(Team(team) for team in row.teams),
        languages=tuple(Language(language) for language in row.languages),
        created_at=row.created_at,
        password=row.password,
        totp=row.totp,
        totp_used=row.totp_used,
        active=row.active,
        available=row.available,
        seen_at=row.seen_at,
        capacity=row.capacity,
    )


def _session(row: Row[Any]) -> Session:
    return Session(
        row.id,
        row.account_id,
        row.digest,
        row.created_at,
        row.seen_at,
        row.expires_at,
        row.browser,
    )
