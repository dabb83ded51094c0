"""What customers may ask of what is kept of them: to see it, and to have it erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from nitka.domain.customer import Language
from nitka.domain.portrait import Bought, Buyer
from nitka.domain.privacy import Erased, Kept, Receipt


class Personal(Protocol):
    """Everything that is kept of a customer. Runs in its unit of work's transaction."""

    async def kept(self, root: UUID) -> Kept: ...

    async def everything(
        self, root: UUID, homes: frozenset[UUID]
    ) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """Give all rows of a customer by subject, as JSON values; internal notes left out."""
        ...

    async def erase(self, root: UUID, homes: frozenset[UUID]) -> Erased:
        """Delete all rows of a customer, whose thread is locked."""
        ...

    async def receipt(self, erased: Erased) -> Receipt:
        """Write down that something was erased, without a word of whom."""
        ...

    async def tell(self, receipt: UUID, customer_id: UUID, *, until: datetime) -> None:
        """Note the bare customer who is told of an erasure: he goes when he knows, or then."""
        ...


class Leftovers(Protocol):
    """What is to be removed a little later."""

    async def export(self, file_id: str, *, expires_at: datetime) -> None:
        """Have a file removed at that time."""
        ...

    async def keep(self, file_id: str, *, after: datetime) -> bool:
        """Have a file stay after all; False if it was to go by then, or never was."""
        ...

    async def exports(self, *, before: datetime) -> Sequence[str]:
        """Give files that have run out."""
        ...

    async def forget_files(self, file_ids: Sequence[str]) -> None:
        """Forget files whose bytes are gone, as exports and in receipts."""
        ...

    async def receipts(self) -> Sequence[Receipt]:
        """Give receipts with something still to be removed, at most 100."""
        ...

    async def told(self, receipt: UUID) -> bool:
        """Say whether the customer who is told of it has been: nothing is on its way to him."""
        ...

    async def close(self, receipt: UUID) -> None:
        """Note that nobody is told any more."""
        ...


class Business(Protocol):
    """The business's own systems, as far as the bot has written into them."""

    async def forget(self, customer_ids: Sequence[UUID]) -> int:
        """Remove what was written for customers, and count it. Raises `Unavailable`."""
        ...


class Shopfront(Protocol):
    """The business's own systems, as far as staff look into them."""

    async def bought(self, buyer: Buyer, language: Language) -> Bought | None:
        """Give what a buyer has bought and what goes with it; None where no shop is connected.

        Answers within two seconds or raises `Unavailable`.
        """
        ...
