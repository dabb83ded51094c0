"""`/privacy`: what is kept is said, given in a file, and erased without a trace."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile

import pytest
from redis.asyncio import Redis

from nitka.domain.address import Channel
from nitka.domain.customer import Profile
from nitka.domain.thread import Team
from nitka.errors import Unavailable
from nitka.service.hand_over import hand_over
from nitka.service.uploads import KeptUploads
from nitka.up.postgres import program
from tests.scenario.conftest import House, RecordingConnector, working
from tests.scenario.test_identity import customers, last_words, settled, signed, web
from tests.support.until import until

PLANTED = (
    "zebra-word",
    "quokka@example.com",
    "+48555123987",
    "Marmaduke",
    "okapi-file",
    "NT-77331",
)


async def plant(house: House) -> None:
    """Give one customer something in every place, on two channels."""
    profile = Profile(name="Marmaduke")
    word = signed("marmaduke-42", email="quokka@example.com", phone="+48555123987")
    await house.recognise.recognise(web("ann"), profile, word, seen_with=None)
    await house.say("zebra-word, order NT-77331", visitor="ann", profile=profile)
    code = (await house.codes.invite(web("ann"), Profile())).code
    await settled(house)
    await house.say(f"/link {code}", visitor="phone")
    await settled(house)
    uploads = KeptUploads(house.store, house.files, limit=10_000)
    name = "../../okapi-file.txt"  # as messengers pass names on
    file = await uploads.keep(b"okapi-file inside", name=name, owner=str(web("ann")))
    [root] = set(await customers(house, web("ann"), web("phone")))
    async with house.store.begin() as uow:
        facts = {"text": "zebra-word"}
        await hand_over(uow, root, team=Team.SALES, reason="x", facts=facts, actor="bot")
        await uow.threads.own(root, (await uow.threads.get(root)).owner.BOT, None)
        message = (await uow.messages.after(root, 0))[0]
        from dataclasses import replace

        await uow.messages.change(replace(message, attachments=(file.attachment,)))
        await uow.handoffs.draft(root, message.id, ["zebra-word draft"])


def dump(url: str) -> str:
    """Give all of a database as text, as a backup would."""
    address = url.replace("postgresql+psycopg:", "postgresql:", 1)
    told = subprocess.run(
        [program("pg_dump"), "--inserts", address], capture_output=True, text=True, check=True
    )
    return told.stdout


async def everything(house: House, url: str, redis: Redis) -> str:
    """Give everything that is stored anywhere: PostgreSQL, Valkey, files with their names."""
    parts = [dump(url)]
    async for key in redis.scan_iter():
        parts.append(str(key))
        if await redis.type(key) == "string":
            parts.append(str(await redis.get(key)))
    for path in house.files._folder.rglob("*"):
        parts += [path.name, path.read_bytes().decode("utf-8", "replace")]
    return "\n".join(parts)


async def test_erasing_leaves_no_trace_and_nobody_else_is_touched(
    house: House, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Asked twice, on the address itself; the receipt comes, and goes as well."""
    redis = house.queue._redis
    async with working(house.worker()):
        await house.say("I stay, wombat-word", visitor="eve")
        await plant(house)
        before = await everything(house, database_url, redis)
        assert all(value in before for value in PLANTED)
        await house.say("/privacy erase yes", visitor="ann")  # not asked for: nothing happens
        await settled(house)
        assert (await last_words(house, "ann")).startswith("That question is too old")
        await house.say("/privacy", visitor="ann")
        await settled(house)
        assert "2 requests" not in await last_words(house, "ann")
        assert "quokka@example.com" in await last_words(house, "ann")
        await house.say("Erase everything", visitor="ann")
        await settled(house)
        assert "cannot be undone" in await last_words(house, "ann")
        await house.say("1", visitor="ann")
        await settled(house)
        receipt = await last_words(house, "ann")
        assert receipt.startswith("Erased, receipt")
        assert "2 channels" in receipt
        assert await customers(house, web("phone")) == []

        async def gone() -> bool:  # files go right after the rows
            stored = await everything(house, database_url, redis)
            return not any(value in stored for value in PLANTED)

        await until(gone, seconds=30)
    after = await everything(house, database_url, redis)
    assert [value for value in PLANTED if value in caplog.text] == []
    assert "wombat-word" in after
    assert await house.texts((await customers(house, web("eve")))[0]) == [
        "customer: I stay, wombat-word",
        "bot: 1: I stay, wombat-word",
    ]
    assert await house.unexplained() == 0


async def test_no_is_no(house: House) -> None:
    """And a yes on another channel is none."""
    async with working(house.worker()):
        await plant(house)
        await house.say("/privacy erase", visitor="ann")
        await settled(house)
        await house.say("1", visitor="phone")  # the question was asked elsewhere
        await settled(house)
        assert (await last_words(house, "phone")).startswith("That question is too old")
        await house.say("/privacy erase", visitor="ann")
        await settled(house)
        await house.say("No, leave it", visitor="ann")
        await settled(house)
        assert (await last_words(house, "ann")).startswith("All right")
        assert "customer: zebra-word, order NT-77331" in await house.texts(
            (await customers(house, web("ann")))[0]
        )


async def test_the_export_is_complete_and_readable(house: House) -> None:
    """Data, a page and the files, as an attachment that is removed in time; notes stay inside."""
    async with working(house.worker()):
        await plant(house)
        await house.say("/privacy export", visitor="ann")
        await settled(house)
        await house.say("Yes, send it here", visitor="ann")
        await settled(house)
    [root] = set(await customers(house, web("ann")))
    line = (await house.front.lines(root, after=0))[-1]
    [attachment] = line.attachments
    content = await house.files.load(attachment.file_id)
    assert content is not None
    packed = zipfile.ZipFile(io.BytesIO(content))
    names = packed.namelist()
    assert {"data.json", "index.html"} < set(names)
    (own,) = (name for name in names if name.endswith("okapi-file.txt"))
    assert packed.read(own) == b"okapi-file inside"
    assert own.count("/") == 1, "it stays in the folder that it is unpacked into"
    data = packed.read("data.json").decode()
    told = json.loads(data)
    assert {m["text"] for m in told["messages"]} >= {"zebra-word, order NT-77331"}
    assert {one["channel"] for one in told["addresses"]} == {"web"}
    for value in PLANTED:
        assert value in data
    page = packed.read("index.html").decode()
    assert "<h1>Everything we keep of you</h1>" in page
    assert "zebra-word" in page
    async with house.store.begin() as uow:
        await uow.leftovers.export(attachment.file_id, expires_at=line.created_at)
    await house.sweep()
    assert await house.files.load(attachment.file_id) is None


async def test_the_receipt_goes_once_a_messenger_has_it(house: House, database_url: str) -> None:
    """Not even the bare address stays; who writes again is a new customer."""
    from nitka.domain.address import Address

    messenger = RecordingConnector(Channel.TELEGRAM)
    house.connectors[Channel.TELEGRAM] = messenger
    async with working(house.worker()):
        await house.say("zebra-word", visitor="4711", channel=Channel.TELEGRAM)
        await house.say("/privacy erase", visitor="4711", channel=Channel.TELEGRAM, id="2")
        await settled(house)
        await house.say("1", visitor="4711", channel=Channel.TELEGRAM, id="3")
        telegram = Address(Channel.TELEGRAM, "site", "4711")

        async def gone() -> bool:
            await house.sweep()
            return await customers(house, telegram) == []

        await until(gone, seconds=30)
    assert messenger.sent[-1].text.startswith("Erased, receipt")
    assert "4711" not in dump(database_url)


async def test_an_erasure_waits_for_the_business(house: House) -> None:
    """If what the bot wrote there cannot be removed now, nothing is erased yet."""

    class Away:
        async def forget(self, customer_ids: object) -> int:
            raise Unavailable("the action server is away")

    async with working(house.worker()):
        await plant(house)
    house.privacy._business = Away()
    [root] = set(await customers(house, web("ann")))
    with pytest.raises(Unavailable):
        await house.privacy.erase(root, staff="olga")
    assert len(await house.texts(root)) > 3
