"""Lines in other words, or taken back: by whom, where, and what is kept of what they were."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from nitka.domain.address import Address, Channel
from nitka.domain.inbound import Deleted, Edited, Inbound
from nitka.domain.message import Message
from nitka.domain.staff import Role
from nitka.errors import SendError, SendFault
from nitka.ports import Job, Part, topic_of
from tests.scenario.conftest import RecordingConnector
from tests.scenario.desk.conftest import Browser, Desk
from tests.scenario.desk.test_api import handed_over
from tests.scenario.desk.test_attach import kept, taken

TOO_OLD = SendError(SendFault.REJECTED, "message can't be deleted for everyone", retryable=False)
DOWN = SendError(SendFault.PLATFORM_DOWN, "503", retryable=True)


@dataclass
class Messenger(RecordingConnector):
    """A messenger whose messages can be changed, unless `refusal` is raised."""

    channel: Channel = Channel.TELEGRAM
    refusal: SendError | None = None
    shown: dict[str, str] = field(default_factory=dict)

    def render(self, message: Message) -> list[Part]:
        self.rendered[str(message.id)] = message
        pieces = [message.text[at : at + 10] for at in range(0, len(message.text), 10)]
        return [Part(str(message.id), {"text": piece}) for piece in pieces]

    def same_kind(self, one: Part, other: Part) -> bool:
        return True

    async def change(self, address: Address, part: Part, native_id: str) -> None:
        if self.refusal:
            raise self.refusal
        self.shown[native_id] = str(part.body["text"])

    async def withdraw(self, address: Address, part: Part, native_id: str) -> None:
        if self.refusal:
            raise self.refusal
        self.shown[native_id] = ""


@pytest.fixture
def messenger(desk: Desk) -> Messenger:
    made = Messenger()
    desk.house.connectors[Channel.TELEGRAM] = made
    desk.amending[Channel.TELEGRAM] = made
    return made


async def by_telegram(desk: Desk, browser: Browser, text: str) -> tuple[UUID, str]:
    """Give a customer on Telegram and the id of the line that `browser` says to him."""
    at = Address(Channel.TELEGRAM, "site", "77")
    received = await desk.house.front.receive(Inbound(at, "n1", "hello", message_id="n1"))
    assert received is not None
    taken_over = await browser.post(f"/customers/{received.customer_id}/take-over", {})
    said = await browser.post(
        f"/handoffs/{taken_over.json()['id']}/messages", {"text": text, "seen": 9}
    )
    assert said.status_code == 201, said.text
    return received.customer_id, said.json()["id"]


async def changed_frame(published: AsyncIterator[Mapping[str, object]]) -> Mapping[str, object]:
    """Wait for word of a change; that there are new lines may still come before it."""
    async with asyncio.timeout(5):
        return await anext(frame async for frame in published if frame["kind"] == "changed")


async def lines(desk: Desk, customer: UUID) -> Sequence[Message]:
    return await desk.house.front.lines(customer, after=0)


async def test_the_web_shows_the_new_words_and_staff_the_old(desk: Desk) -> None:
    """One's own lines; a supervisor everybody's and the bot's; nobody the customer's."""
    olga, piotr = await desk.at_work("olga"), await desk.at_work("piotr")
    boss = await desk.at_work("boss", Role.SUPERVISOR)
    customer, handoff, seen = await taken(desk, olga)
    file = await kept(olga)
    said = await olga.post(
        f"/handoffs/{handoff}/messages", {"text": "helo", "seen": seen, "files": [file]}
    )
    path = f"/messages/{said.json()['id']}"
    async with desk.house.fanout.listen(topic_of(customer)) as published:
        edited = await olga.post(path, {"text": "hello"}, method="PATCH")
        frame = await changed_frame(published)
    assert frame == {"kind": "changed", "line": said.json()["id"]}
    assert (edited.json()["text"], edited.json()["edited"]) == ("hello", True)
    refused = await piotr.post(path, {"text": "mine"}, method="PATCH")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_line")
    assert (await boss.post(path, method="DELETE")).json()["deleted"] is True
    assert (await boss.post(path, method="DELETE")).status_code == 200
    gone = await olga.post(path, {"text": "again"}, method="PATCH")
    assert (gone.status_code, gone.json()["code"]) == (409, "deleted")
    theirs, bots, mine = await lines(desk, customer)
    assert (mine.text, mine.attachments, mine.deleted) == ("", (), True)
    (changed,) = await desk.house.front.changes(customer, after=0)
    assert changed == mine
    assert await desk.house.front.changes(customer, after=mine.changed or 0) == []
    was = (await piotr.get(f"{path}/history")).json()["revisions"]
    assert [(one["by"], one["text"]) for one in was] == [
        ("olga@nitka.test", "helo"),
        ("boss@nitka.test", "hello"),
    ]
    assert [one["name"] for one in was[1]["attachments"]] == ["cup.png"]
    stored = await desk.house.files.load(file)
    assert stored is not None
    async with desk.house.store.begin() as uow:
        described = await uow.ledger.file(file)
        trail = await uow.ledger.trail(customer)
    assert described is not None
    assert described.withdrawn
    assert [entry.action for entry in trail if entry.action in ("edit", "take_back")] == [
        "edit",
        "take_back",
    ]
    for line, whom, status in ((bots, olga, 403), (bots, boss, 200), (theirs, boss, 403)):
        answer = await whom.post(f"/messages/{line.id}", {"text": "other"}, method="PATCH")
        assert answer.status_code == status
    unknown = await boss.post(f"/messages/{handoff}", {"text": "x"}, method="PATCH")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_message")
    await desk.house.privacy.erase(customer, staff="boss")
    async with desk.house.store.begin() as uow:
        assert await uow.messages.history(mine.id) == []


async def test_what_is_not_out_yet_is_changed_before_it_goes(
    desk: Desk, messenger: Messenger
) -> None:
    """Or never goes; while something is being sent, nothing is changed under its hands."""
    olga = await desk.at_work("olga")
    customer, line = await by_telegram(desk, olga, "first")
    await olga.post(f"/messages/{line}", {"text": "second"}, method="PATCH")
    lease = await desk.house.queue.try_lease(Job.DELIVERY, customer)
    assert lease is not None
    changing = asyncio.create_task(olga.post(f"/messages/{line}", {"text": "3rd"}, method="PATCH"))
    await asyncio.wait([changing], timeout=0.5)
    assert not changing.done()
    await desk.house.queue.release(Job.DELIVERY, customer, lease)
    assert (await changing).json()["text"] == "3rd"
    await desk.house.deliver(customer)
    assert [message.text for message in messenger.sent] == ["3rd"]
    (handoff,) = (await olga.get("/inbox")).json()["threads"]
    more = {"text": "never", "seen": 9}
    said = await olga.post(f"/handoffs/{handoff['handoff']['id']}/messages", more)
    await olga.post(f"/messages/{said.json()['id']}", method="DELETE")
    await desk.house.deliver(customer)
    assert [message.text for message in messenger.sent] == ["3rd"]


async def test_a_messenger_is_asked_first(desk: Desk, messenger: Messenger) -> None:
    """What it refuses stays as it was, with a sentence; each part is changed where it stands."""
    olga = await desk.at_work("olga")
    customer, line = await by_telegram(desk, olga, "0123456789abc")
    await desk.house.deliver(customer)
    path = f"/messages/{line}"
    for refusal, status, code in ((TOO_OLD, 409, "channel_refuses"), (DOWN, 503, "channel_busy")):
        messenger.refusal = refusal
        refused = await olga.post(path, method="DELETE")
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert (await lines(desk, customer))[-1].text == "0123456789abc"
    messenger.refusal = None
    longer = await olga.post(path, {"text": "x" * 30}, method="PATCH")
    assert (longer.status_code, longer.json()["code"]) == (409, "not_editable")
    native = (await lines(desk, customer))[-1].native_id
    assert native is not None
    assert (await olga.post(path, {"text": "0123456789xyz"}, method="PATCH")).status_code == 200
    assert messenger.shown == {native: "xyz"}  # its last part: the double names both alike
    assert (await olga.post(path, method="DELETE")).status_code == 200
    assert messenger.shown == {native: ""}


async def test_what_a_customer_changes_is_told_and_his_old_words_are_not_kept(desk: Desk) -> None:
    """Edits and deletions from a messenger; the history says that and when."""
    olga = await desk.at_work("olga")
    at = Address(Channel.TELEGRAM, "site", "77")
    received = await desk.house.front.receive(Inbound(at, "n1", "secret", message_id="n1"))
    assert received is not None
    customer, path = received.customer_id, f"/messages/{received.message.id}"
    async with desk.house.fanout.listen(topic_of(customer)) as published:
        await desk.house.front.receive(Edited(at, "e1", "n1", "other"))
        assert (await changed_frame(published))["line"] == str(received.message.id)
    await desk.house.front.receive(Deleted(at, "d1", "n1"))
    (line,) = await desk.house.front.changes(customer, after=0)
    assert (line.text, line.deleted) == ("", True)
    was = (await olga.get(f"{path}/history")).json()["revisions"]
    assert [(one["by"], one.get("text")) for one in was] == [("customer", None)] * 2


async def test_a_note_is_changed_like_any_line(desk: Desk) -> None:
    """It goes nowhere, so nothing but the thread changes; no socket of the customer's sees it."""
    olga = await desk.at_work("olga")
    customer, handoff = await handed_over(desk)
    note = await olga.post(f"/handoffs/{handoff}/notes", {"text": "a nota"})
    path = f"/messages/{note.json()['id']}"
    assert (await olga.post(path, {"text": "a note"}, method="PATCH")).json()["text"] == "a note"
    assert await desk.house.front.changes(customer, after=0) == []


async def test_a_messenger_shows_that_the_owner_is_writing(
    desk: Desk, messenger: Messenger
) -> None:
    """At most once in five seconds, and for nobody else's typing."""
    olga, piotr = await desk.at_work("olga"), await desk.at_work("piotr")
    customer, _ = await by_telegram(desk, olga, "hello")
    for browser in (piotr, olga, olga):
        answer = await browser.post(f"/customers/{customer}/looking", {"what": "typing"})
        assert answer.status_code == 204
    assert messenger.typed == 1


async def test_what_was_changed_is_asked_for_by_number(desk: Desk) -> None:
    """In the order of the changes, each line as it is now, notes too; a page says from where."""
    olga = await desk.at_work("olga")
    customer, handoff = await handed_over(desk)
    await olga.post(f"/handoffs/{handoff}/take")
    ids = []
    for kind, words in (("messages", "one"), ("notes", "two"), ("messages", "three")):
        given = {"text": words, "seen": 9}
        ids.append((await olga.post(f"/handoffs/{handoff}/{kind}", given)).json()["id"])
    thread = f"/customers/{customer}"
    begun = (await olga.get(f"{thread}/messages")).json()["changed"]
    assert begun == 0
    for number in (2, 0, 2):
        body = {"text": f"in other words {number}"}
        await olga.post(f"/messages/{ids[number]}", body, method="PATCH")
    await olga.post(f"/messages/{ids[1]}", method="DELETE")
    page = (await olga.get(f"{thread}/changes", after=begun, limit=2)).json()
    assert [line["text"] for line in page["messages"]] == ["in other words 0", "in other words 2"]
    rest = (await olga.get(f"{thread}/changes", after=page["changed"])).json()
    assert [(line["id"], line["deleted"]) for line in rest["messages"]] == [(ids[1], True)]
    assert (await olga.get(f"{thread}/messages")).json()["changed"] == rest["changed"]
    none = (await olga.get(f"{thread}/changes", after=rest["changed"])).json()
    assert (none["messages"], none["changed"]) == ([], rest["changed"])
    unknown = await olga.get(f"/customers/{UUID(int=7)}/changes", after=0)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_customer")
