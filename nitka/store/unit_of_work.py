"""The only place that commits: one block, one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from nitka.errors import Unavailable
from nitka.ports import (
    Accounts,
    Answers,
    Cases,
    Claims,
    Codes,
    Customers,
    Directory,
    Dismissals,
    Doorway,
    Fetches,
    FollowUps,
    Handoffs,
    Inbox,
    Inboxes,
    Ledger,
    Leftovers,
    Links,
    Loads,
    Mentions,
    Messages,
    Outbox,
    Personal,
    RecoveryCodes,
    Secrets,
    Sessions,
    Shelf,
    States,
    Threads,
)
from nitka.store.accounts import SqlAccounts, SqlDoorway, SqlRecoveryCodes, SqlSessions
from nitka.store.cases import SqlCases, SqlLoads
from nitka.store.claims import SqlClaims, SqlCodes
from nitka.store.customers import SqlCustomers
from nitka.store.directory import SqlAnswers, SqlDirectory
from nitka.store.dismissals import SqlDismissals
from nitka.store.fetches import SqlFetches
from nitka.store.follow_ups import SqlFollowUps
from nitka.store.handoffs import SqlHandoffs
from nitka.store.inbox import SqlInbox
from nitka.store.inboxes import SqlInboxes
from nitka.store.ledger import SqlLedger
from nitka.store.links import SqlLinks
from nitka.store.messages import SqlMessages
from nitka.store.outbox import SqlOutbox
from nitka.store.personal import SqlLeftovers, SqlPersonal
from nitka.store.secrets import SqlSecrets
from nitka.store.shelf import SqlMentions, SqlShelf
from nitka.store.states import SqlStates
from nitka.store.threads import SqlThreads


class SqlUnitOfWork:
    """`ports.UnitOfWork` on one connection with an open transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.customers: Customers = SqlCustomers(connection)
        self.secrets: Secrets = SqlSecrets(connection)
        self.threads: Threads = SqlThreads(connection)
        self.messages: Messages = SqlMessages(connection)
        self.inbox: Inbox = SqlInbox(connection)
        self.outbox: Outbox = SqlOutbox(connection)
        self.fetches: Fetches = SqlFetches(connection)
        self.handoffs: Handoffs = SqlHandoffs(connection)
        self.ledger: Ledger = SqlLedger(connection)
        self.directory: Directory = SqlDirectory(connection)
        self.inboxes: Inboxes = SqlInboxes(connection)
        self.shelf: Shelf = SqlShelf(connection)
        self.mentions: Mentions = SqlMentions(connection)
        self.accounts: Accounts = SqlAccounts(connection)
        self.sessions: Sessions = SqlSessions(connection)
        self.doorway: Doorway = SqlDoorway(connection)
        self.recovery_codes: RecoveryCodes = SqlRecoveryCodes(connection)
        self.loads: Loads = SqlLoads(connection)
        self.cases: Cases = SqlCases(connection)
        self.follow_ups: FollowUps = SqlFollowUps(connection)
        self.answers: Answers = SqlAnswers(connection)
        self.links: Links = SqlLinks(connection)
        self.states: States = SqlStates(connection)
        self.claims: Claims = SqlClaims(connection)
        self.dismissals: Dismissals = SqlDismissals(connection)
        self.codes: Codes = SqlCodes(connection)
        self.personal: Personal = SqlPersonal(connection)
        self.leftovers: Leftovers = SqlLeftovers(connection)


class SqlStore:
    """`ports.Store` in PostgreSQL. Open it with `open_store`, close it when done."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlUnitOfWork]:
        try:
            async with self._engine.begin() as connection:
                yield SqlUnitOfWork(connection)
        except DBAPIError as error:
            if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
                raise Unavailable(f"PostgreSQL: {_first_line(error)}") from error
            raise
        except PoolTimeout as error:  # an OSError would be the block's own: psycopg translates its
            raise Unavailable(f"PostgreSQL: {_first_line(error)}") from error

    async def ready(self) -> bool:
        try:
            async with self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (DBAPIError, PoolTimeout, OSError):
            return False
        return True

    async def close(self) -> None:
        await self._engine.dispose()


def open_store(url: str, *, connections: int = 10) -> SqlStore:
    """Open a pool of at most `connections`; connects when first used."""
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            "options": "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000",
        },
    )
    return SqlStore(engine)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
