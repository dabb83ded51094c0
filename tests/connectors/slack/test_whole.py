"""The connector with the platform server of our own: both doors, both directions, all troubles."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from uuid import uuid4

import pytest
import uvicorn
from fastapi import FastAPI

from connectors.slack.connector import Slack
from connectors.slack.factory import SlackOptions, open_slack
from connectors.slack.pace import Pace
from nitka.api.problems import add_problems
from nitka.domain.address import Address, Channel
from nitka.domain.inbound import Deleted, Edited, Inbound, Incoming
from nitka.domain.message import Attachment, AttachmentKind, Button
from nitka.errors import SendError
from nitka.ports import Received
from tests.connectors.slack.conftest import Ledger, message, routes
from tests.platforms.bent import bent
from tests.platforms.faults import Kind
from tests.platforms.slack.examples import of_every_kind
from tests.platforms.slack.server import (
    APP_TOKEN,
    BOT_TOKEN,
    SIGNING_SECRET,
    SlackServer,
    slack_server,
)

PHOTO = Attachment("f1", AttachmentKind.IMAGE, "photo.png", "image/png", 3)


class Echo(Ledger):
    """A thread that says everything back, with two buttons, where it was said."""

    def __init__(self) -> None:
        super().__init__()
        self.slack: Slack | None = None
        self.tries = 0
        self._said: asyncio.Queue[Inbound] = asyncio.Queue()

    async def receive(self, incoming: Incoming) -> Received | None:
        received = await super().receive(incoming)
        if isinstance(incoming, Inbound) and received and not received.duplicate:
            self._said.put_nowait(incoming)
        return received

    async def answer(self) -> None:
        """Send the answers one by one, each until it has arrived, as `deliver` does."""
        while True:
            said = await self._said.get()
            assert self.slack is not None
            choices = (Button("Yes", "/affirm"), Button("No", "/deny"))
            line = message(f"{said.text}!", id=uuid4(), place=said.place, buttons=choices)
            parts = self.slack.render(line)
            for part in parts:
                await self._send(said, part)

    async def _send(self, said: Inbound, part: object) -> None:
        assert self.slack is not None
        doubtful = False
        while True:
            self.tries += 1
            with suppress(SendError):
                await self.slack.send(said.address, part, doubtful=doubtful)  # type: ignore[arg-type]  # a Part
                return
            doubtful = True


@asynccontextmanager
async def served(slack: Slack, front: Echo) -> AsyncIterator[str]:
    """Serve the connector's routes on a port of this machine."""
    app = FastAPI()
    app.include_router(routes(slack, front))
    add_problems(app)
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    task = asyncio.create_task(server.serve(sockets=[socket]))
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}/slack/events"
    finally:
        server.should_exit = True
        await task


async def _at_once(_: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture
async def world() -> AsyncIterator[SlackServer]:
    """A Slack that runs a thousand times faster; breaches of its specification fail the test."""
    async with slack_server(speed=1000) as server:
        yield server
    assert server.violations == []


@pytest.fixture
async def front() -> Echo:
    return Echo()


@pytest.fixture(params=["socket", "http"])
async def slack(
    request: pytest.FixtureRequest, world: SlackServer, front: Echo
) -> AsyncIterator[Slack]:
    """The connector, receiving by one of the two doors and answering everything."""

    async def load(file_id: str) -> bytes | None:
        return b"png" if file_id == "f1" else None

    by_socket = request.param == "socket"
    options = SlackOptions(
        bot_token=BOT_TOKEN,
        signing_secret=None if by_socket else SIGNING_SECRET,
        app_token=APP_TOKEN if by_socket else None,
        api=world.api,
    )
    async with AsyncExitStack() as stack:
        pace = Pace(every=timedelta(milliseconds=2))
        opened = await open_slack(options, load=load, pace=pace)
        stack.push_async_callback(opened.close)
        front.slack = opened
        jobs = [asyncio.create_task(front.answer())]
        if by_socket:
            jobs.append(asyncio.create_task(opened.listen(front)))  # type: ignore[arg-type]  # the part in use
            await world.until(lambda: world.socket.sockets)
        else:
            world.over_http(await stack.enter_async_context(served(opened, front)))
        yield opened
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)


async def test_conversation(slack: Slack, world: SlackServer, front: Echo) -> None:
    """Direct messages, a mention, a button, a command, a file, an edit and a deletion."""
    anna = world.person("U0ANNA001", locale="pl-PL")
    posted = anna.say("gdzie < paczka & list?")
    await world.until(lambda: len(anna.texts) == 1)
    anna.press("Yes")
    await world.until(lambda: len(anna.texts) == 2)
    command = anna.command("/nitka human")
    await world.until(lambda: len(anna.texts) == 3 and command.done)
    anna.upload(b"pdf", "invoice.pdf", text="here")
    await world.until(lambda: len(anna.texts) == 4)
    anna.edit(posted, "gdzie paczka?")
    anna.delete(posted)
    room = world.channel("C0ROOM001", "general", anna)
    mention = anna.mention(room, "where is my order?")
    await world.until(lambda: len(room.from_bot) == 1 and len(front.stored) >= 7)
    said = [inbound.text for inbound in front.inbounds]
    assert said == ["gdzie < paczka & list?", "Yes", "/human", "here", "where is my order?"]
    assert front.inbounds[0].profile.locale is None
    assert front.inbounds[-1].profile.locale == "pl-PL"
    assert front.inbounds[1].choice is not None
    assert "ephemeral" in command.answer
    assert room.from_bot[0].message["thread_ts"] == mention.ts
    source = front.inbounds[3].attachments[0].source
    assert source is not None
    assert await slack.download(source) == b"pdf"
    kinds = {type(incoming) for incoming in front.stored.values()}
    assert {Edited, Deleted} <= kinds


@pytest.mark.parametrize("kind", [Kind.LOST, Kind.GARBAGE, Kind.DROP, Kind.STATUS, Kind.LIMITED])
async def test_troubles_on_the_way_out(
    slack: Slack, world: SlackServer, front: Echo, kind: Kind
) -> None:
    """Whatever becomes of a call, each answer arrives once, in order."""
    anna = world.person("U0ANNA001")
    for number in range(5):
        if number in (1, 3):
            world.faults.plan("chat.postMessage", kind)
        anna.say(f"n{number}")
        await world.until(lambda number=number: len(anna.texts) > number)
    assert anna.texts == [f"n{number}!" for number in range(5)]
    assert front.tries > 5


async def test_file(slack: Slack, world: SlackServer) -> None:
    """A file of ours stands in the person's direct messages, once, even if the answer is lost."""
    anna = world.person("U0ANNA001")
    anna.say("send it")
    await world.until(lambda: len(anna.texts) == 1)
    world.faults.plan("files.completeUploadExternal", Kind.LOST)
    (part,) = slack.render(message(attachments=(PHOTO,)))
    address = Address(Channel.SLACK, world.home.id, anna.id)
    with pytest.raises(SendError):
        await slack.send(address, part, doubtful=False)
    await slack.send(address, part, doubtful=True)
    shared = [posted for posted in anna.chat.from_bot if posted.message.get("files")]
    assert len(shared) == 1


async def test_every_kind_and_bent_ones(slack: Slack, world: SlackServer, front: Echo) -> None:
    """Every kind of event, and 500 that are bent: each is taken at once and accounted for."""
    anna = world.person("U0ANNA001")
    drawn = random.Random(5)
    kinds = list(of_every_kind(world.dispatch, anna))
    bents = [bent(drawn.choice(kinds), drawn) for _ in range(500)]
    one_more = world.dispatch.wrapped(
        world.home,
        {"type": "message", "channel_type": "im", "channel": anna.chat.id, "user": anna.id,
         "text": "the last", "ts": world.home.ts()},
    )  # fmt: skip
    handed = await world.dispatch.hand_all([*kinds, *bents, one_more], at_once=8)
    assert [one for one in handed if not one.done or one.tries != 1] == []
    assert front.calls >= len(handed)
    await world.until(lambda: "the last!" in anna.texts)


@pytest.mark.parametrize("slack", ["socket"], indirect=True)
async def test_renewals_and_breaks(world: SlackServer, front: Echo, slack: Slack) -> None:
    """While connections are renewed and cut, every message arrives once."""
    assert slack._socket is not None
    slack._socket._sleep = _at_once  # a thousand times faster, as the server's own retries are
    anna = world.person("U0ANNA001")
    for number in range(6):
        await (world.socket.renew() if number % 2 else world.socket.drop())
        anna.say(f"n{number}")
        await world.until(lambda number=number: f"n{number}!" in anna.texts)
    assert sorted(anna.texts) == [f"n{number}!" for number in range(6)]
