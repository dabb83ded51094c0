"""Receiving and downloading over the store: lines that two sides change at once lose nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nitka.domain.address import Address, Channel
from nitka.domain.customer import Profile
from nitka.domain.inbound import Deleted, Edited, Inbound
from nitka.domain.message import Attachment, AttachmentKind, Message
from nitka.errors import SendError, SendFault
from nitka.ports import Capabilities, Part, Received, Sent
from nitka.service.fetch import Fetch
from nitka.service.receive import receive
from nitka.store.files import DiskFiles
from nitka.store.unit_of_work import SqlStore
from tests.contract.store.conftest import web
from tests.unit.service.doubles import Alone, Silent


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Platform:
    """A channel whose files are their names; `meanwhile` happens in mid-download."""

    channel: Channel = Channel.WEB
    account: str = "site"
    meanwhile: list[Inbound | Edited | Deleted] = field(default_factory=list)
    faults: list[SendError] = field(default_factory=list)
    store: SqlStore | None = None

    async def download(self, source: str) -> bytes:
        if self.faults:
            raise self.faults.pop(0)
        if self.meanwhile and self.store is not None:
            async with self.store.begin() as uow:
                await receive(uow, self.meanwhile.pop(0))
        return source.encode()

    def capabilities(self) -> Capabilities:
        return Capabilities(4000, True, True, True, True, False, True)

    def render(self, message: Message) -> Sequence[Part]:
        return [Part(str(message.id), {})]

    async def send(self, address: Address, part: Part, *, doubtful: bool) -> Sent:
        return Sent()

    async def typing(self, address: Address) -> None:
        return None

    async def close(self) -> None:
        return None


def _photo(number: int, *, group: str | None = "album") -> Inbound:
    photo = Attachment("", AttachmentKind.IMAGE, f"{number}.png", "image/png", 5, f"tg:{number}")
    return Inbound(
        web("ann"), f"n{number}", f"t{number}", f"m{number}", attachments=(photo,), group=group
    )


@pytest.fixture
def platform(store: SqlStore) -> Platform:
    return Platform(store=store)


@pytest.fixture
def fetch(store: SqlStore, platform: Platform, tmp_path: Path) -> Fetch:
    return Fetch(
        store,
        files=DiskFiles(tmp_path),
        queue=Alone(),
        fanout=Silent(),
        connectors={Channel.WEB: platform},
        clock=Clock(),
    )


async def _receive(store: SqlStore, incoming: Inbound | Edited | Deleted) -> Message | None:
    async with store.begin() as uow:
        received, _ = await receive(uow, incoming)
    return received.message if isinstance(received, Received) else None


async def _only_line(store: SqlStore) -> Message:
    async with store.begin() as uow:
        found = await uow.customers.find(web("ann"))
        assert found is not None
        (line,) = await uow.messages.after(found[0].id, 0)
    return line


def _files(line: Message) -> list[tuple[str, bool]]:
    return [(item.name, bool(item.file_id)) for item in line.attachments]


async def test_parts_of_an_album_are_one_line_with_all_files(store: SqlStore, fetch: Fetch) -> None:
    """Parts that come after the first ones were downloaded are downloaded too."""
    for number in (1, 2, 3):
        line = await _receive(store, _photo(number))
        assert line is not None
        await fetch(line.customer_id)
    line = await _only_line(store)
    assert _files(line) == [("1.png", True), ("2.png", True), ("3.png", True)]
    assert line.text == "t1\nt2\nt3"


async def test_a_part_that_comes_while_another_is_downloaded_is_not_forgotten(
    store: SqlStore, platform: Platform, fetch: Fetch
) -> None:
    """The download under way writes its own file only, and leaves the line to be done."""
    platform.meanwhile = [_photo(2)]
    line = await _receive(store, _photo(1))
    assert line is not None
    await fetch(line.customer_id)
    assert _files(await _only_line(store)) == [("1.png", True), ("2.png", False)]
    async with store.begin() as uow:
        assert await uow.fetches.due_customers(limit=9) == [line.customer_id]
    await fetch(line.customer_id)
    assert _files(await _only_line(store)) == [("1.png", True), ("2.png", True)]
    async with store.begin() as uow:
        assert await uow.fetches.due_customers(limit=9) == []


async def test_what_is_taken_back_while_it_is_downloaded_stays_away(
    store: SqlStore, platform: Platform, fetch: Fetch
) -> None:
    """Neither its words nor its files come back with the download's end."""
    platform.meanwhile = [Deleted(web("ann"), "d1", "m1")]
    line = await _receive(store, _photo(1))
    assert line is not None
    await fetch(line.customer_id)
    line = await _only_line(store)
    assert (line.text, line.attachments, line.deleted) == ("", (), True)


async def test_edits_and_parts_at_once_lose_nothing(store: SqlStore) -> None:
    """Whoever changes a line reads it under the thread's lock."""
    await _receive(store, _photo(0))
    parts = [_receive(store, _photo(number)) for number in range(1, 7)]
    edits = [_receive(store, Edited(web("ann"), f"e{n}", "m0", f"edited {n}")) for n in range(4)]
    await asyncio.gather(*parts, *edits)
    line = await _only_line(store)
    assert {item.name for item in line.attachments} == {f"{n}.png" for n in range(7)}
    async with store.begin() as uow:
        tally = await uow.ledger.tally()
    assert (dict(tally.outcomes), tally.waiting, tally.unexplained) == ({"closed": 10}, 1, 0)


async def test_a_download_that_fails_comes_back_or_is_given_up(
    store: SqlStore, platform: Platform, fetch: Fetch
) -> None:
    """A fault that passes is tried again later; one that does not ends it, the line staying."""
    line = await _receive(store, _photo(1))
    assert line is not None
    wait = timedelta(hours=1)
    platform.faults = [SendError(SendFault.RATE_LIMITED, "x", retryable=True, retry_after=wait)]
    await fetch(line.customer_id)
    async with store.begin() as uow:
        assert await uow.fetches.due_customers(limit=9) == []
        await uow.fetches.again(line.id, error="x", at=datetime.now(UTC))
    platform.faults = [SendError(SendFault.REJECTED, "gone", retryable=False)]
    await fetch(line.customer_id)
    async with store.begin() as uow:
        await uow.fetches.again(line.id, error="x", at=datetime.now(UTC))
    async with store.begin() as uow:
        assert await uow.fetches.due_customers(limit=9) == []
    assert _files(await _only_line(store)) == [("1.png", False)]


async def test_nothing_that_postgresql_cannot_keep_loses_a_message(store: SqlStore) -> None:
    """NUL and halves of surrogate pairs are left out wherever a platform may put them."""
    bad = "a\x00\ud800b"
    photo = Attachment("f", AttachmentKind.IMAGE, bad, "image/png", 5)
    profile = Profile(name=bad, email=bad, phone=bad, locale=bad, page=bad)
    inbound = Inbound(
        Address(Channel.WEB, "site", bad),
        bad,
        bad,
        bad,
        payload=bad,
        attachments=(photo,),
        profile=profile,
        place=bad,
        group=bad,
    )
    line = await _receive(store, inbound)
    assert line is not None
    assert (line.text, line.native_id, line.payload, line.place) == ("a?b", "a?b", "a?b", "a?b")
    assert line.attachments[0].name == "a?b"
    again = await _receive(store, inbound)
    assert again == line
