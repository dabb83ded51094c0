"""`ports.Messages`: numbers without gaps, visible in order; states that only move up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import product
from uuid import uuid4

import pytest

from nitka.domain.address import Channel
from nitka.domain.message import Attachment, AttachmentKind, Author, Button, Message, MessageState
from nitka.ports import Line
from nitka.store.unit_of_work import SqlStore, open_store
from tests.contract.store.conftest import Person, Sql, person, reply, say, texts


async def test_a_line_comes_back_whole(store: SqlStore) -> None:
    """Everything that was said about a line is kept."""
    async with store.begin() as uow:
        ann = await person(uow)
        first = await say(uow, ann, "hello")
        line = Line(
            Author.AGENT,
            "Zażółć\n🧵",
            MessageState.PENDING,
            ann.address,
            buttons=(Button("Да", '/yes{"n": "1"}'), Button("Нет", "/no")),
            attachments=(Attachment("f1", AttachmentKind.IMAGE, "cat.png", "image/png", 2**40),),
            payload="/affirm",
            native_id="native",
            reply_to=first.id,
            author_name="Anna",
        )
        wanted = uuid4()
        made = await uow.messages.add(ann.id, line, id=wanted)
    assert made is not None
    assert made == Message(
        id=wanted,
        customer_id=ann.id,
        seq=2,
        author=Author.AGENT,
        text="Zażółć\n🧵",
        state=MessageState.PENDING,
        created_at=made.created_at,
        channel=Channel.WEB,
        address_id=ann.address.id,
        author_name="Anna",
        payload="/affirm",
        buttons=line.buttons,
        attachments=line.attachments,
        native_id="native",
        reply_to=first.id,
    )
    async with store.begin() as uow:
        assert await uow.messages.get(wanted) == made
        assert await uow.messages.get(uuid4()) is None
        nowhere = await uow.messages.add(ann.id, replace(line, address=None, reply_to=None))
    assert nowhere is not None
    assert (nowhere.channel, nowhere.address_id) == (None, None)


async def test_lines_come_in_order_from_where_one_is(store: SqlStore) -> None:
    """`after` gives what follows a number, at most so many, of this customer only."""
    async with store.begin() as uow:
        ann, bob = await person(uow, "ann"), await person(uow, "bob")
        for number in range(5):
            await say(uow, ann, f"a{number}")
            await say(uow, bob, f"b{number}")
        assert texts(await uow.messages.after(ann.id, 0)) == ["a0", "a1", "a2", "a3", "a4"]
        assert texts(await uow.messages.after(ann.id, 2, limit=2)) == ["a2", "a3"]
        assert not await uow.messages.after(ann.id, 5)
        assert [m.seq for m in await uow.messages.after(bob.id, 0)] == [1, 2, 3, 4, 5]


async def test_a_reader_never_misses_a_line_of_eight_writers(database_url: str) -> None:
    """Numbers become visible in their order, without gaps, though some writers roll back."""
    store = open_store(database_url, connections=10)
    async with store.begin() as uow:
        ann = await person(uow)
    writers, each = 8, 12

    async def write(writer: int) -> None:
        for number in range(each):
            if number % 4 == 3:
                with pytest.raises(LookupError):
                    await _add(store, ann, f"{writer}: given up", fail=True)
            await _add(store, ann, f"{writer}:{number}", fail=False)

    seen: list[Message] = []

    async def read() -> None:
        while len(seen) < writers * each:
            async with store.begin() as uow:
                seen.extend(await uow.messages.after(ann.id, seen[-1].seq if seen else 0, limit=7))

    async with asyncio.timeout(40), asyncio.TaskGroup() as group:
        group.create_task(read())
        for writer in range(writers):
            group.create_task(write(writer))
    await store.close()
    assert [message.seq for message in seen] == list(range(1, writers * each + 1))
    for writer in range(writers):
        mine = [m.text for m in seen if m.text.startswith(f"{writer}:")]
        assert mine == [f"{writer}:{number}" for number in range(each)]


async def _add(store: SqlStore, who: Person, text: str, *, fail: bool) -> None:
    async with store.begin() as uow:
        await say(uow, who, text)
        await say_nothing(store)  # lets others run while this transaction is open
        if fail:
            raise LookupError


async def say_nothing(store: SqlStore) -> None:
    await asyncio.sleep(0)


async def test_a_key_adds_its_line_once(store: SqlStore, sql: Sql) -> None:
    """The same key again adds nothing and takes no number."""
    async with store.begin() as uow:
        ann = await person(uow)
        line = Line(Author.SYSTEM, "one moment", MessageState.PENDING, ann.address, key="notice:1")
        assert await uow.messages.add(ann.id, line) is not None
        assert await uow.messages.add(ann.id, line) is None
        other = await uow.messages.add(ann.id, replace(line, key="notice:2"))
        assert other is not None
        assert other.seq == 2
    assert sql.one("SELECT seq FROM threads") == 2


@pytest.mark.parametrize("threads", [1, 4])
async def test_a_key_used_at_once_adds_one_line(store: SqlStore, threads: int) -> None:
    """Eight transactions with one key, in one thread or several: one adds it, none fails."""
    async with store.begin() as uow:
        people = [await person(uow, f"v{number}") for number in range(threads)]

    async def add(number: int) -> Message | None:
        who = people[number % threads]
        async with store.begin() as uow:
            line = Line(Author.BOT, f"{number}", MessageState.PENDING, who.address, key="same")
            added = await uow.messages.add(who.id, line)
            await say(uow, who, "and so on")
            return added

    added = await asyncio.gather(*(add(number) for number in range(8)))
    assert len([message for message in added if message is not None]) == 1
    async with store.begin() as uow:
        for who in people:
            numbers = [message.seq for message in await uow.messages.after(who.id, 0)]
            assert numbers == list(range(1, len(numbers) + 1))


async def test_a_button_counts_as_offered_only_in_its_own_thread(store: SqlStore) -> None:
    """`was_offered` knows exact payloads of this customer's buttons, and nothing else."""
    payload = '/choose{"order": "A\'17%"}'
    async with store.begin() as uow:
        ann, bob = await person(uow, "ann"), await person(uow, "bob")
        buttons = (Button("One", payload), Button("/title", "/two"))
        line = Line(Author.BOT, "which?", MessageState.PENDING, ann.address, buttons=buttons)
        await uow.messages.add(ann.id, line)
        assert await uow.messages.was_offered(ann.id, payload)
        assert await uow.messages.was_offered(ann.id, "/two")
        assert not await uow.messages.was_offered(bob.id, payload)
        for wrong in ("/title", "One", "/tw", "/TWO", "", payload + " "):
            assert not await uow.messages.was_offered(ann.id, wrong)


async def test_a_state_only_moves_up(store: SqlStore) -> None:
    """`raise_state` agrees with `rises_to` for every pair, and says what it did."""
    async with store.begin() as uow:
        ann = await person(uow)
        for old, new in product(MessageState, MessageState):
            line = Line(Author.BOT, "x", old, ann.address, native_id="first")
            message = await uow.messages.add(ann.id, line)
            assert message is not None
            rises = old.rises_to(new)
            assert await uow.messages.raise_state(message.id, new, native_id="second") is rises
            kept = await uow.messages.get(message.id)
            assert kept is not None
            assert kept.state is (new if rises else old)
            assert kept.native_id == ("second" if rises else "first")


async def test_a_native_id_stays_when_none_is_given(store: SqlStore) -> None:
    """A receipt without an id leaves the id that the platform gave before."""
    async with store.begin() as uow:
        ann = await person(uow)
        message = await reply(uow, ann, "x")
        await uow.messages.raise_state(message.id, MessageState.SENT, native_id="t-5")
        assert await uow.messages.raise_state(message.id, MessageState.DELIVERED)
        kept = await uow.messages.get(message.id)
    assert kept is not None
    assert kept.native_id == "t-5"


async def test_states_reported_at_once_end_with_the_highest(store: SqlStore) -> None:
    """Receipts overtake each other; the last word is the furthest one."""
    async with store.begin() as uow:
        message = await reply(uow, await person(uow), "x")

    async def report(state: MessageState) -> None:
        async with store.begin() as uow:
            await uow.messages.raise_state(message.id, state)

    states = [MessageState.READ, MessageState.SENT, MessageState.DELIVERED, MessageState.FAILED]
    await asyncio.gather(*(report(state) for state in states * 2))
    async with store.begin() as uow:
        kept = await uow.messages.get(message.id)
    assert kept is not None
    assert kept.state is MessageState.READ


async def test_what_was_seen_is_read(store: SqlStore) -> None:
    """`read_up_to` marks what went to the address up to the number: not what came from it, not
    what lies behind, not what went elsewhere."""
    async with store.begin() as uow:
        ann = await person(uow)
        asked = await say(uow, ann, "question")
        lines = [
            await reply(
                uow, ann, state, line=Line(Author.BOT, state, MessageState(state), ann.address)
            )
            for state in ("sent", "delivered", "pending", "sent")
        ]
        elsewhere = await reply(uow, await person(uow, "bob"), "to bob")
        await uow.messages.raise_state(elsewhere.id, MessageState.SENT)
        await uow.messages.read_up_to(ann.address.id, lines[2].seq)
        states = [m.state for m in await uow.messages.after(ann.id, 0)]
        read, sent = MessageState.READ, MessageState.SENT
        assert states == [asked.state, read, read, read, sent]
        assert [m.state for m in await uow.messages.after(elsewhere.customer_id, 0)] == [sent]


async def test_a_line_is_changed_and_found_by_its_ids(store: SqlStore) -> None:
    """`change` writes words, attachments and `deleted`; `native` gives the newest of its address,
    `with_key` the one of that key."""
    async with store.begin() as uow:
        ann, bob = await person(uow, "ann"), await person(uow, "bob")
        lines = []
        for who, key in ((ann, "k1"), (ann, "k2"), (bob, "k3")):
            line = Line(
                Author.CUSTOMER, "x", MessageState.RECEIVED, who.address, native_id="7", key=key
            )
            lines.append(await uow.messages.add(who.id, replace(line, place="C1:1.5")))
        assert await uow.messages.native(ann.address.id, "7") == lines[1]
        assert await uow.messages.native(ann.address.id, "8") is None
        assert [await uow.messages.with_key(f"k{n}") for n in (1, 2, 3)] == lines
        assert await uow.messages.with_key("k4") is None
        assert lines[0] is not None
        assert (lines[0].place, lines[0].deleted) == ("C1:1.5", False)
        photo = Attachment("", AttachmentKind.IMAGE, "a.png", "image/png", 5, source="tg:1")
        changed = replace(lines[0], text="", attachments=(photo,), deleted=True)
        await uow.messages.change(changed)
        assert await uow.messages.get(changed.id) == changed
