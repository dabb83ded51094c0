"""Sockets whose thread was joined to another, or whose storage or fan-out was away for a while."""

from __future__ import annotations

from connectors.webchat.pump import Pace
from connectors.webchat.socket import Manners
from connectors.webchat.token import Visitor
from nitka.domain.address import Channel
from nitka.ports import topic_of
from tests.connectors.webchat.conftest import Site, start_site


async def test_after_a_join_the_client_begins_anew(site: Site, visitor: Visitor) -> None:
    """`reset`, then nothing until the client says hello; then the whole other thread."""
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Hi")
        await client.until("message")
        old = site.front.customers[visitor.address]
        joined = site.front.customers[visitor.address] = new = site.front.add(
            old, "never shown here"
        ).id
        site.front.add(joined, "from Telegram")
        site.front.add(joined, "Hi")
        await site.front.topics.publish(topic_of(old), {"kind": "reset"})
        assert await client.until("reset") == {"type": "reset", "seq": 2}
        await client.send(type="hello", token=site.tokens.issue(visitor), after=0)
        assert (await client.until("welcome"))["seq"] == 2
        await client.until("message", seq=2)
        assert client.shown()[-2:] == ["from Telegram", "Hi"]
        site.front.add(new, "later")
        await site.front.topics.publish(topic_of(new), {"kind": "thread"})
        assert (await client.until("message"))["text"] == "later"


async def test_a_join_that_nobody_told_shows_by_itself(visitor: Visitor) -> None:
    """If the word of a join is lost, the client still begins anew."""
    manners = Manners(pace=Pace(look_every=0.02, look_soon=0.02))
    async with start_site(manners) as site, site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Hi")
        await client.until("message")
        other = site.front.add(site.front.customers[visitor.address], "old").id
        site.front.customers[visitor.address] = other
        site.front.add(other, "another thread")
        assert await client.until("reset") == {"type": "reset", "seq": 1}


async def test_lines_come_although_nothing_is_published(visitor: Visitor) -> None:
    """Without Redis the socket looks by itself: no line is missing, none comes twice."""
    manners = Manners(pace=Pace(look_every=60, look_soon=0.02, listen_again=0.01))
    async with start_site(manners) as site:
        site.front.topics.deaf = True
        async with site.visit(visitor) as client:
            await client.send(type="message", id="m1", text="Hi")
            await client.until("message")
            await site.front.say(visitor.address, "Hello!")
            await client.until("message")
            site.front.topics.deaf = False
            await site.front.say(visitor.address, "Again")
            await client.until("message")
            assert client.shown() == ["Hi", "Hello!", "Again"]


async def test_storage_down_sends_the_client_away_to_come_back(
    site: Site, visitor: Visitor
) -> None:
    """1013 and no ack: the client sends again, and then it is stored once."""
    async with site.visit(visitor) as client:
        site.front.down = True
        await client.send(type="message", id="m1", text="Hi")
        assert await client.closed() == 1013
        assert all(frame["type"] != "ack" for frame in client.frames)
    async with site.open() as client:
        await client.send(type="hello", token=site.tokens.issue(visitor), after=0)
        assert await client.closed() == 1013
    site.front.down = False
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Hi")
        assert (await client.until("ack"))["seq"] == 1


async def test_a_reader_outlives_a_short_failure_of_the_storage(visitor: Visitor) -> None:
    """A socket that only reads waits until the storage is back, and misses nothing."""
    manners = Manners(pace=Pace(look_every=0.02, look_soon=0.02, listen_again=0.01))
    async with start_site(manners) as site, site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Hi")
        await client.until("message")
        site.front.down = True
        site.front.add(site.front.customers[visitor.address], "Hello!")
        await client.send(type="ping")
        await client.until("pong")
        site.front.down = False
        assert (await client.until("message"))["text"] == "Hello!"


async def test_a_client_that_slept_through_a_join_begins_anew(site: Site, visitor: Visitor) -> None:
    """Its numbers are old: `reset` comes at once, and after that what is new, numbered anew."""
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="hi")
        await client.until("ack")
    customer_id = site.front.customers[visitor.address]
    site.front.epochs[customer_id] += 1
    site.front.add(customer_id, "said elsewhere", channel=Channel.TELEGRAM)
    async with site.visit(visitor, after=1) as client:
        assert await client.until("reset") == {"type": "reset", "seq": 2}
        await client.send(type="hello", token=site.tokens.issue(visitor), after=0)
        told = await client.until("message", text="said elsewhere")
        assert told["channel"] == "telegram"
    async with site.visit(visitor, after=1) as client:  # it knows the new numbers by now
        assert (await client.until("message"))["seq"] == 2


async def test_a_join_amid_the_showing_begins_anew(site: Site, visitor: Visitor) -> None:
    """Lines of new numbers are never shown under old ones, though nobody said `reset`."""
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="hi")
        await client.until("message", id="m1")
        customer_id = site.front.customers[visitor.address]
        site.front.epochs[customer_id] += 1
        await site.front.say(visitor.address, "under a new number")
        assert (await client.until("reset"))["seq"] == 2
        assert "under a new number" not in str(client.frames)
