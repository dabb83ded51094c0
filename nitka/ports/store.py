"""The books, and the transaction that holds everything together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from nitka.domain.address import Channel
from nitka.domain.customer import Customer
from nitka.ports.accounts import Accounts, Doorway, RecoveryCodes, Sessions
from nitka.ports.channels import StoredFile
from nitka.ports.desk import Inboxes, Mentions, Shelf
from nitka.ports.flow import Fetches, Handoffs, Inbox, Outbox
from nitka.ports.identity import Claims, Codes, Dismissals, Links, States
from nitka.ports.people import Cases, FollowUps, Loads
from nitka.ports.privacy import Leftovers, Personal
from nitka.ports.thread import Customers, Messages, Threads


@dataclass(frozen=True, slots=True)
class Tally:
    """How many inbounds ended how. `unexplained` must be 0."""

    received: int
    waiting: int
    outcomes: Mapping[str, int]
    unexplained: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the audit: who did what, when; `facts` tell the rest."""

    at: datetime
    actor: str
    action: str
    facts: Mapping[str, object]


class Ledger(Protocol):
    """Audit, accounting, access tokens, files' descriptions and answers kept under a key."""

    async def audit(
        self, action: str, *, actor: str, customer_id: UUID | None, facts: Mapping[str, object]
    ) -> None:
        """Write down a step; of a customer who has been erased meanwhile, nothing."""
        ...

    async def trail(self, customer_id: UUID) -> Sequence[Entry]:
        """Give what was done with a customer's thread, in order."""
        ...

    async def tally(self) -> Tally: ...

    async def token(self, digest: str) -> tuple[str, frozenset[str]] | None:
        """Give the name and scopes of the access token with this digest, if it is valid."""
        ...

    async def add_token(
        self,
        name: str,
        digest: str,
        scopes: frozenset[str],
        *,
        account_id: UUID | None = None,
    ) -> bool:
        """Keep an access token's digest; False if there is a token of that name.

        With an `account_id` it is somebody's own, and he acts by it.
        """
        ...

    async def file(self, file_id: str) -> StoredFile | None: ...

    async def add_file(self, file: StoredFile) -> None: ...

    async def give_file(self, file_id: str, *, owner: str) -> None: ...

    async def withdraw_file(self, file_id: str) -> None:
        """Have a file shown to staff only."""
        ...


class Directory(Protocol):
    """Finds customers by what other systems know of them; reads only."""

    async def with_address(self, channel: Channel, native_id: str) -> Sequence[Customer]:
        """Give the customers with this native id on a channel, whatever our account there."""
        ...

    async def with_email(self, email: str) -> Sequence[Customer]:
        """Give the customers with this e-mail address, letter case aside, at most 50."""
        ...

    async def with_ids(self, ids: Collection[UUID]) -> Sequence[Customer]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request under an idempotency key was answered. `digest`: of the request's body."""

    digest: str
    status: int
    body: Mapping[str, object]


class Answers(Protocol):
    """Answers kept under idempotency keys."""

    async def get(self, key: str) -> Answer | None: ...

    async def keep(self, key: str, answer: Answer) -> bool:
        """Keep an answer; False, and nothing stored, if the key has one.

        A transaction that is just storing one under the same key is waited for.
        """
        ...


class Secrets(Protocol):
    """Values that connectors have sealed themselves, by name."""

    async def get(self, name: str) -> bytes | None: ...

    async def put(self, name: str, sealed: bytes) -> None: ...

    async def remove(self, name: str) -> None: ...


class UnitOfWork(Protocol):
    """One transaction: everything or nothing. Only it commits."""

    customers: Customers
    threads: Threads
    messages: Messages
    inbox: Inbox
    outbox: Outbox
    fetches: Fetches
    handoffs: Handoffs
    ledger: Ledger
    directory: Directory
    answers: Answers
    cases: Cases
    loads: Loads
    follow_ups: FollowUps
    accounts: Accounts
    inboxes: Inboxes
    shelf: Shelf
    mentions: Mentions
    sessions: Sessions
    doorway: Doorway
    recovery_codes: RecoveryCodes
    secrets: Secrets
    links: Links
    states: States
    claims: Claims
    dismissals: Dismissals
    codes: Codes
    personal: Personal
    leftovers: Leftovers


class Store(Protocol):
    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction; leaving the block commits, an error rolls everything back."""
        ...

    async def ready(self) -> bool: ...

    async def close(self) -> None: ...


class Files(Protocol):
    """Keeps the bytes of uploads."""

    async def save(self, content: bytes) -> str:
        """Keep the bytes and give an unguessable id."""
        ...

    async def load(self, file_id: str) -> bytes | None: ...

    async def delete(self, file_id: str) -> None:
        """Remove the bytes; a file that is gone already is no error."""
        ...
