"""Conversations over a real socket."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from connectors.webchat.connector import WebChat
from connectors.webchat.socket import Manners
from connectors.webchat.token import Visitor, new_visitor
from nitka.domain.customer import Profile
from nitka.domain.thread import Owner, Team
from nitka.ports import topic_of
from tests.connectors.harness import Case, table
from tests.connectors.webchat.conftest import Client, Site, eventually, start_site


async def test_a_new_visitor_is_welcomed_and_answered(site: Site, visitor: Visitor) -> None:
    """Welcome, who owns the thread, ack, own line, answer; each line with the next seq."""
    async with site.visit(visitor) as client:
        assert client.frames == [{"type": "welcome", "seq": 0}]
        assert await client.next() == {"type": "state", "owner": "bot"}
        await client.send(type="message", id="m1", text="Hi")
        assert await client.until("ack") == {"type": "ack", "id": "m1", "seq": 1}
        own = await client.until("message")
        assert (own["id"], own["seq"], own["author"]) == ("m1", 1, "customer")
        await site.front.say(visitor.address, "Hello!")
        answer = await client.until("message")
        assert (answer["text"], answer["seq"], answer["author"]) == ("Hello!", 2, "bot")


async def test_what_the_session_knows_comes_with_the_message(site: Site, visitor: Visitor) -> None:
    """The inbound carries the profile, the client's id, and an id that is the visitor's alone."""
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="", reply="/affirm")
        await client.until("ack")
    inbound = site.front.inbounds[0]
    assert inbound.profile.name == "Ola"
    assert (inbound.payload, inbound.message_id) == ("/affirm", "m1")
    assert inbound.native_id == f"{visitor.id}:m1"


async def test_a_client_that_returns_gets_what_it_missed(site: Site, visitor: Visitor) -> None:
    """Every line after N, none twice, in order; more than a page of them."""
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="0")
        await client.until("ack")
    customer_id = site.front.customers[visitor.address]
    for number in range(1, 500):
        site.front.add(customer_id, str(number))
    async with site.visit(visitor, after=3) as client:
        assert client.frames[0]["seq"] == 500
        await client.until("message", seq=500)
        assert client.shown() == [str(n) for n in range(3, 500)]


async def test_twenty_at_once_keep_their_order(site: Site, visitor: Visitor) -> None:
    """Messages sent without waiting are stored, acknowledged and shown in order."""
    async with site.visit(visitor) as client:
        for number in range(20):
            await client.send(type="message", id=f"m{number}", text=str(number))
        for number in range(20):
            assert (await client.until("ack"))["id"] == f"m{number}"
        await eventually(lambda: len(site.front.inbounds) == 20)
    async with site.visit(visitor) as client:
        await client.until("message", seq=20)
        assert client.shown() == [str(n) for n in range(20)]


async def test_the_same_message_from_two_sockets_is_one(site: Site, visitor: Visitor) -> None:
    """Five times the same id, from two sockets at once: one message, the same ack."""
    async with site.visit(visitor) as one, site.visit(visitor) as two:
        for client in (one, two, one, two, one):
            await client.send(type="message", id="m1", text="Hi")
        acks = [await client.until("ack") for client in (one, two, one, two, one)]
        assert acks == [{"type": "ack", "id": "m1", "seq": 1}] * 5
    assert len(site.front.inbounds) == 1


async def test_visitors_may_choose_the_same_id(site: Site, visitor: Visitor) -> None:
    """Ids of one visitor never meet those of another."""
    other = new_visitor(Profile())
    for one in (visitor, other):
        async with site.visit(one) as client:
            await client.send(type="message", id="1", text=one.id)
            await client.until("ack")
    assert [inbound.text for inbound in site.front.inbounds] == [visitor.id, other.id]


async def test_a_second_tab_sees_the_first_message_of_the_first(
    site: Site, visitor: Visitor
) -> None:
    """A socket opened before there was a customer is attached when there is one."""
    async with site.visit(visitor) as silent, site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Hi")
        assert (await silent.until("message"))["text"] == "Hi"


@table(
    Case("binary rubbish", b"\x00\xff\xfe", "not_text"),
    Case("1 MB", "x" * 1_048_576, "frame_too_large"),
    Case("5 MB", "x" * 5_242_880, "frame_too_large"),
    Case("1 MB of a good frame", json.dumps({"type": "ping", "x": "y" * 2**20}), "frame_too_large"),
    Case("wrong JSON", '{"type":', "not_json"),
    Case("unknown type", '{"type":"dance"}', "unknown_type"),
    Case("bent frame", '{"type":"message","text":"x"}', "bad_frame"),
    Case("empty message", '{"type":"message","id":"x","text":""}', "empty_message"),
    Case("a file of nobody", '{"type":"upload","id":"x","file":"nope"}', "unknown_file"),
)
async def test_a_broken_frame_gets_an_error_and_the_talk_goes_on(
    site: Site, visitor: Visitor, given: str | bytes, expected: str
) -> None:
    """The stated error; the socket stays open and nothing is lost."""
    async with site.visit(visitor) as client:
        await client.connection.send(given)
        assert (await client.until("error"))["code"] == expected
        await client.send(type="message", id="m1", text="Hi")
        assert (await client.until("ack"))["seq"] == 1


@pytest.mark.parametrize("token", ["", "nonsense", "nv1.e30.AAAA", None, 5, ["x"]])
async def test_an_unknown_token_closes_with_4401(site: Site, token: object) -> None:
    """An unknown, empty, bent or missing token is nobody's."""
    async with site.open() as client:
        await client.send(type="hello", token=token, after=0)
        assert await client.closed() == 4401


async def test_hello_comes_first(site: Site, visitor: Visitor) -> None:
    """What is said before hello is refused by its id, and hello is still taken."""
    async with site.open() as client:
        await client.send(type="message", id="m1", text="Hi")
        refused = await client.next()
        assert (refused["code"], refused["id"]) == ("hello_first", "m1")
        await client.send(type="ping")
        assert await client.next() == {"type": "pong"}
        await client.send(type="hello", token=site.tokens.issue(visitor), after=0)
        await client.until("welcome")
    assert site.front.inbounds == []


async def test_who_says_no_hello_is_closed() -> None:
    """A socket that nobody speaks on does not stay."""
    async with start_site(Manners(hello_within=0.05)) as site, site.open() as client:
        assert await client.closed() == 4400


async def test_after_in_the_future_is_an_error_and_the_talk_goes_on(
    site: Site, visitor: Visitor
) -> None:
    """The stated error; then as if `after` had been the last seq; nothing new is lost."""
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Hi")
        await client.until("ack")
    async with site.visit(visitor, after=99) as client:
        assert [f["type"] for f in client.frames] == ["error", "welcome"]
        assert (client.frames[0]["code"], client.frames[1]["seq"]) == ("after_in_future", 1)
        await site.front.say(visitor.address, "Hello!")
        assert (await client.until("message"))["seq"] == 2
        assert client.shown() == ["Hello!"]


async def test_a_second_hello_begins_anew(site: Site, visitor: Visitor) -> None:
    """A client that lost what it had asks for all of it on the same socket."""
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Hi")
        await client.until("message")
        await client.send(type="hello", token=site.tokens.issue(visitor), after=0)
        assert (await client.until("welcome"))["seq"] == 1
        assert (await client.until("message"))["seq"] == 1


async def test_a_socket_stays_its_visitors(site: Site, visitor: Visitor) -> None:
    """Another visitor's hello on the same socket is refused, a bent one closes it."""
    async with site.visit(visitor) as client:
        other = site.tokens.issue(new_visitor(Profile()))
        await client.send(type="hello", token=other, after=0)
        assert (await client.until("error"))["code"] == "other_visitor"
        await client.send(type="hello", token="bent", after=0)
        assert await client.closed() == 4401


async def test_the_owner_is_told_when_it_changes(site: Site, visitor: Visitor) -> None:
    """`state` after the welcome, and whenever the thread has another owner."""
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Human!")
        await client.until("message")
        customer_id = site.front.customers[visitor.address]
        site.front.owners[customer_id] = (Owner.NOBODY, Team.SALES)
        await site.front.topics.publish(topic_of(customer_id), {"kind": "state"})
        expected = {"type": "state", "owner": "nobody", "team": "sales"}
        assert await client.until("state", owner="nobody") == expected
    async with site.visit(visitor, after=1) as client:
        assert await client.next() == expected


async def test_a_line_that_was_changed_is_shown_anew(site: Site, visitor: Visitor) -> None:
    """At once, and to who comes back; under its own number, and none that he has yet to see."""
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Hi")
        await client.until("ack")
        line = await site.front.say(visitor.address, "Helo!")
        await client.until("message", seq=2)
        thread = site.front.threads[line.customer_id]
        thread[1] = replace(line, text="Hello!", changed=7)
        await site.front.topics.publish(
            topic_of(line.customer_id), {"kind": "changed", "line": str(line.id)}
        )
        shown = await client.until("message", seq=2)
        assert (shown["text"], shown["edited"]) == ("Hello!", True)
    thread[1] = replace(line, text="", changed=9, deleted=True)
    site.front.add(line.customer_id, "later", changed=8)
    async with site.visit(visitor, after=2) as client:
        await client.until("message", seq=3)
        gone = await client.until("message", seq=2)
        assert (gone["text"], gone["deleted"], gone.get("edited")) == ("", True, None)


async def test_typing_goes_both_ways(site: Site, visitor: Visitor) -> None:
    """The bot's typing is shown, the customer's is passed on but not shown to himself."""
    connector = WebChat(site.front.topics)
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Hi")
        await client.until("message")
        customer_id = site.front.customers[visitor.address]
        mine = {"kind": "typing", "author": "customer"}
        await site.front.topics.publish(topic_of(customer_id), mine)
        await connector.typing(visitor.address)
        assert await client.until("typing") == {"type": "typing", "author": "bot"}
        for _ in range(5):
            await client.send(type="typing")
        await client.send(type="ping")
        await client.until("pong")
    assert site.front.typed == [visitor.address]


async def test_sending_wakes_the_sockets(site: Site, visitor: Visitor) -> None:
    """The connector's `send` is a word to look at the thread, where the line already is."""
    connector = WebChat(site.front.topics)
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Hi")
        await client.until("message")
        line = site.front.add(site.front.customers[visitor.address], "Hello!")
        (part,) = connector.render(line)
        await connector.send(visitor.address, part, doubtful=False)
        await connector.send(visitor.address, part, doubtful=True)
        await client.until("message", text="Hello!")
        await client.send(type="ping")
        await client.until("pong")
        assert client.shown() == ["Hi", "Hello!"]


async def test_what_was_seen_is_noted(site: Site, visitor: Visitor) -> None:
    """`read` reaches the thread."""
    async with site.visit(visitor) as client:
        await client.send(type="read", seq=3)
        await client.send(type="ping")
        await client.until("pong")
    assert site.front.seen == [(visitor.address, 3)]


async def test_too_many_messages_are_refused_by_id_and_none_is_lost(visitor: Visitor) -> None:
    """Over the limit a message gets `rate_limited`, its id, and when to send it again."""
    async with start_site(Manners(messages=(2, 20))) as site, site.visit(visitor) as client:
        for number in range(3):
            await client.send(type="message", id=f"m{number}", text=str(number))
        refused = await client.until("error")
        assert (refused["code"], refused["id"]) == ("rate_limited", "m2")
        wait = refused["retry_after"]
        assert isinstance(wait, float)
        await asyncio.sleep(wait)
        await client.send(type="message", id="m2", text="2")
        await client.until("ack", id="m2")
        assert [i.text for i in site.front.inbounds] == ["0", "1", "2"]


async def test_a_flood_is_read_slowly_and_wholly(visitor: Visitor) -> None:
    """A client faster than it may be is slowed down; every frame still has its answer."""
    async with start_site(Manners(frames=(5, 200))) as site, site.visit(visitor) as client:
        for _ in range(30):
            await client.send(type="ping")
        for _ in range(30):
            await client.until("pong")


async def test_one_uploads_and_sends_a_file(site: Site, visitor: Visitor) -> None:
    """A file of one's own becomes a message with an attachment; another's is unknown."""
    file = await site.uploads.keep(b"\x89PNG...", name="a.png", owner=str(visitor.address))
    async with site.visit(visitor) as client:
        await client.send(type="upload", id="u1", file=file.id)
        await client.until("ack", id="u1")
        shown = await client.until("message")
        attachments = shown["attachments"]
        assert isinstance(attachments, list)
        assert attachments[0]["url"] == f"/api/webchat/files/{file.id}"
    async with site.visit(new_visitor(Profile())) as stranger:
        await stranger.send(type="upload", id="u1", file=file.id)
        assert (await stranger.until("error"))["code"] == "unknown_file"


async def test_another_subprotocol_is_refused(site: Site) -> None:
    """A client of another version learns it by the close code."""
    url = site.base.replace("http", "ws", 1) + "/api/webchat/socket"
    later = [Subprotocol("nitka.v9")]
    async with connect(url, proxy=None) as plain:
        assert plain.subprotocol is None
    with pytest.raises(Exception, match=r"4406|subprotocol"):
        async with connect(url, subprotocols=later, proxy=None) as connection:
            await connection.recv()


async def test_an_unforeseen_error_shows_nothing(
    site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw closes the socket with 1011 and is logged, not shown."""

    async def broken(_: object) -> None:
        raise RuntimeError("a secret thing")

    async with site.visit(visitor) as client:
        monkeypatch.setattr(site.front, "receive", broken)
        await client.send(type="message", id="m1", text="Hi")
        with pytest.raises(ConnectionClosed) as closed:
            await _drain(client)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1011, "internal error")


async def _drain(client: Client) -> None:
    while True:
        await client.next()


async def test_sockets_are_counted(site: Site, visitor: Visitor) -> None:
    """The number of open sockets goes up and down again."""
    async with site.visit(visitor), site.visit(visitor):
        assert site.api.sockets == 2
    await eventually(lambda: site.api.sockets == 0)
