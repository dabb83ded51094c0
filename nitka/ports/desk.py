"""What the desk reads, and what staff keep beside the threads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from nitka.domain.desk import Canned, Hits, Mention, Place, Row, View
from nitka.domain.message import Message
from nitka.domain.staff import Account


class Inboxes(Protocol):
    """Reads for the desk. Each is a fixed number of queries, however much there is."""

    async def rows(
        self,
        account: Account,
        view: View,
        *,
        before: Place | None,
        limit: int,
        only: UUID | None = None,
    ) -> Sequence[Row]:
        """Give threads, the one with the newest line first; `before`: those after that place;
        `only`: this customer's, if the view has it."""
        ...

    async def page(self, customer_id: UUID, *, before: int | None, limit: int) -> Sequence[Message]:
        """Give the last lines before a `seq` in order, internal ones too."""
        ...

    async def notes(
        self, customer_id: UUID, *, before: int | None, limit: int
    ) -> Sequence[Message]:
        """Give the last internal lines before a `seq`, the newest first."""
        ...

    async def search(self, words: str, *, limit: int) -> Hits:
        """Find people and lines by the beginnings of words, the latest first."""
        ...

    async def read_up_to(self, staff: str, customer_id: UUID, seq: int) -> None:
        """Note what a staff member has seen of a thread."""
        ...

    async def looked(self, staff: str, customer_id: UUID, *, since: datetime) -> bool:
        """Say whether the audit knows of a look of his at this customer since then."""
        ...


class Shelf(Protocol):
    """Canned replies, tags and mentions."""

    async def canned(self, *, lock: bool = False) -> Sequence[Canned]:
        """Give all of them; with `lock` nobody else changes them meanwhile."""
        ...

    async def put_canned(self, canned: Canned) -> bool:
        """Keep a canned reply; False if another has its shortcut in its language."""
        ...

    async def change_canned(self, canned: Canned) -> None: ...

    async def drop_canned(self, canned_id: UUID) -> bool: ...

    async def tags(self, customer_id: UUID) -> Sequence[str]: ...

    async def tag(self, customer_id: UUID, tags: Sequence[str]) -> None:
        """Give a customer just these tags."""
        ...


class Mentions(Protocol):
    async def add(self, message_id: UUID, staff: Sequence[str]) -> None: ...

    async def of(self, staff: str, *, limit: int) -> Sequence[Mention]:
        """Give the notes that ask for somebody, the newest first."""
        ...

    async def unread(self, staff: str) -> int: ...

    async def read(self, staff: str, customer_id: UUID) -> None:
        """Note that somebody has read what asks for him in a thread."""
        ...
