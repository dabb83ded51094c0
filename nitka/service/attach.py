"""Files that staff attach: kept for a day, given to the customer with a reply, or swept.

Until it is sent a file is its author's alone; from then on it belongs to the customer's address,
is erased with him, and who looks at it looks at him.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from nitka.domain.address import Address, Channel
from nitka.domain.customer import KnownAddress
from nitka.domain.message import Attachment
from nitka.domain.staff import Staff
from nitka.errors import Refused
from nitka.ports import Clock, Store, StoredFile, UnitOfWork, Uploads

_UNSENT_FOR = timedelta(hours=24)
_SWEPT_WITHIN = timedelta(minutes=5)  # machines' clocks differ: what is about to go is gone
_STAFF = "staff:"


class Attach:
    """What staff do with files at the desk."""

    def __init__(self, store: Store, uploads: Uploads, clock: Clock) -> None:
        self._store = store
        self._uploads = uploads
        self._clock = clock

    @property
    def limit(self) -> int:
        """The bytes that a file may have."""
        return self._uploads.limit

    @property
    def types(self) -> tuple[str, ...]:
        """The media types that are taken."""
        return self._uploads.types

    async def keep(self, content: bytes, *, name: str, staff: Staff) -> StoredFile:
        """Keep a file that is to be sent. Raises `Refused` as `Uploads.keep` does."""
        until = self._clock.now() + _UNSENT_FOR
        return await self._uploads.keep(content, name=name, owner=_owner(staff), until=until)

    async def drop(self, file_id: str, staff: Staff) -> None:
        """Have one's own unsent file swept. Raises `Refused` 404 `unknown_file`."""
        async with self._store.begin() as uow:
            file = await uow.ledger.file(_storable(file_id))
            mine = file is not None and file.owner == _owner(staff)
            if not mine or not await uow.leftovers.keep(file_id, after=self._clock.now()):
                raise _unknown()
            await uow.leftovers.export(file_id, expires_at=self._clock.now())

    async def load(self, file_id: str, staff: Staff) -> tuple[StoredFile, bytes, UUID | None]:
        """Give a file, its bytes, and the customer whose it is: None for one's own unsent file.

        Raises `Refused` 404 `unknown_file`, also for what others have not sent yet.
        """
        found = await self._uploads.load(_storable(file_id))
        if found is None:
            raise _unknown()
        file, content = found
        if file.owner == _owner(staff):
            return file, content, None
        async with self._store.begin() as uow:
            customer_id = await _customer_of(uow, file.owner)
        if customer_id is None:
            raise _unknown()
        return file, content, customer_id


async def claim(
    uow: UnitOfWork, file_ids: Sequence[str], staff: Staff, address: KnownAddress, *, at: datetime
) -> tuple[Attachment, ...]:
    """Make files the customer's, in the transaction that sends them.

    Raises `Refused` 409 `file_gone` for one that is not there any more, or not `staff`'s to send.
    """
    claimed = []
    for file_id in dict.fromkeys(file_ids):
        file = await uow.ledger.file(_storable(file_id))
        if file is None or file.owner != _owner(staff):
            raise _gone()
        if not await uow.leftovers.keep(file_id, after=at + _SWEPT_WITHIN):
            raise _gone()
        await uow.ledger.give_file(file_id, owner=str(address.id))
        claimed.append(file.attachment)
    return tuple(claimed)


async def _customer_of(uow: UnitOfWork, owner: str) -> UUID | None:
    """Find whose address owns a file: by the address's id, or as it is written."""
    try:
        found = await uow.customers.with_address(UUID(owner))
        return found[0].id if found else None
    except ValueError:
        channel, _, rest = owner.partition(":")
        account, _, native_id = rest.partition(":")
    if channel not in set(Channel):
        return None
    known = await uow.customers.find(Address(Channel(channel), account, native_id))
    return known[0].id if known else None


def _owner(staff: Staff) -> str:
    return f"{_STAFF}{staff.key}"


def _storable(file_id: str) -> str:
    if "\x00" in file_id:
        raise _unknown()
    return file_id


def _unknown() -> Refused:
    return Refused("unknown_file", "There is no such file.", status=404)


def _gone() -> Refused:
    sentence = "A file is not kept any more: attach it once again."
    return Refused("file_gone", sentence, status=409)
