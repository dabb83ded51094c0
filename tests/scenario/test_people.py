"""A hand-off's life over the server-to-server API: taken, answered, noted, handed back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from nitka.api.app import Parts, create_app
from nitka.api.assets import Assets
from nitka.api.v1.gate import digest_of
from nitka.domain.message import Author
from nitka.domain.thread import Owner, Team
from nitka.domain.turn import Effect, TurnRequest, TurnResult
from nitka.engine.scripted import answer
from nitka.metrics import Metrics
from nitka.service.hand_over import hand_over
from tests.scenario.conftest import House, working
from tests.support.until import until

HANDOFFS = "/api/v1/handoffs"
HAND_OVER = Effect("hand_over", {"team": "support", "reason": "ask_human"})


@dataclass
class Desk:
    """The house with its server-to-server API, and staff who call it."""

    house: House
    http: httpx.AsyncClient

    async def hire(self, *names: str) -> None:
        async with self.house.store.begin() as uow:
            for name in names:
                await uow.ledger.add_token(name, digest_of(f"t-{name}"), frozenset({"staff"}))
            await uow.ledger.add_token("shop", digest_of("t-shop"), frozenset({"read"}))

    async def post(self, who: str, path: str, body: object = None, **headers: str) -> Any:
        return await self.http.post(
            f"{HANDOFFS}/{path}",
            json=body,
            headers={"Authorization": f"Bearer t-{who}", **headers},
        )

    async def lines(self, who: str, customer: UUID) -> list[dict[str, Any]]:
        answer = await self.http.get(
            f"/api/v1/customers/{customer}/messages",
            headers={"Authorization": f"Bearer t-{who}"},
        )
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found

    async def handed_over(self, visitor: str = "ann") -> tuple[UUID, str]:
        """A customer asks for a person; his id and the hand-off's."""
        self.house.engine.script = lambda request: answer("passing on", effects=(HAND_OVER,))
        received = await self.house.say("a human please", visitor=visitor)
        await self.house.answer(received.customer_id)
        async with self.house.store.begin() as uow:
            (handoff,) = await uow.handoffs.of(received.customer_id)
        return received.customer_id, str(handoff.id)

    async def seq(self, customer: UUID) -> int:
        async with self.house.store.begin() as uow:
            return (await uow.threads.get(customer)).seq


@pytest.fixture
async def desk(house: House, tmp_path: Path) -> AsyncIterator[Desk]:
    app = create_app(Parts(house.server_api(), Assets(tmp_path, demo=False), Metrics(), {}))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://nitka.test") as http:
        made = Desk(house, http)
        await made.hire("olga", "piotr")
        yield made


async def test_two_who_take_at_once_are_one_owner(desk: Desk) -> None:
    """One gets it, the other is told who; taking one's own again changes nothing."""
    customer, handoff = await desk.handed_over()
    both = await asyncio.gather(*(desk.post(who, f"{handoff}/take") for who in ("olga", "piotr")))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    won, lost = sorted(both, key=lambda answer: answer.status_code)
    owner = won.json()["agent"]
    assert (lost.json()["code"], lost.json()["owner"]) == ("handoff_taken", owner)
    assert (await desk.post(owner, f"{handoff}/take")).status_code == 200
    async with desk.house.store.begin() as uow:
        thread = await uow.threads.get(customer)
    assert (thread.owner, thread.agent, thread.team) == (Owner.AGENT, owner, Team.SUPPORT)


async def test_an_answer_reaches_the_customer_and_needs_the_thread(desk: Desk) -> None:
    """Who owns the thread answers; nobody else does; the platform gets it once."""
    customer, handoff = await desk.handed_over()
    say = {"text": "Good morning!", "seen": await desk.seq(customer)}
    early = await desk.post("olga", f"{handoff}/messages", say)
    assert (early.status_code, early.json()["code"]) == (409, "handoff_waiting")
    await desk.post("olga", f"{handoff}/take")
    other = await desk.post("piotr", f"{handoff}/messages", say)
    assert (other.status_code, other.json()["code"], other.json()["owner"]) == (
        409,
        "not_yours",
        "olga",
    )
    twice = await asyncio.gather(
        *(desk.post("olga", f"{handoff}/messages", say, **{"Idempotency-Key": "k"}) for _ in "12")
    )
    assert [answer.status_code for answer in twice] == [201, 201]
    assert len({answer.json()["id"] for answer in twice}) == 1
    assert twice[0].json()["author"] == "agent"
    await desk.house.deliver(customer)
    assert [m.text for m in desk.house.connector.sent if m.author is Author.AGENT] == [
        "Good morning!"
    ]


async def test_a_reply_that_has_not_seen_the_newest_line_is_shown_it_first(desk: Desk) -> None:
    """409 with the newer lines; after reading them it goes out."""
    customer, handoff = await desk.handed_over()
    await desk.post("olga", f"{handoff}/take")
    seen = await desk.seq(customer)
    await desk.house.say("wait, it is solved")
    await desk.house.answer(customer)
    stale = await desk.post("olga", f"{handoff}/messages", {"text": "I look", "seen": seen})
    body = stale.json()
    assert (stale.status_code, body["code"]) == (409, "stale_reply")
    assert [m["text"] for m in body["messages"]] == ["wait, it is solved"]
    seen = body["messages"][-1]["seq"]
    good = await desk.post("olga", f"{handoff}/messages", {"text": "Fine", "seen": seen})
    assert good.status_code == 201
    own = await desk.post("olga", f"{handoff}/notes", {"text": "calm"})
    seen = good.json()["seq"]
    assert own.status_code == 201
    more = await desk.post("olga", f"{handoff}/messages", {"text": "Bye", "seen": seen})
    assert more.status_code == 201, "one's own note is known to oneself"


async def test_a_note_never_reaches_the_customer(desk: Desk) -> None:
    """Not on his socket, not as a message, not for systems that only read; staff see it."""
    customer, handoff = await desk.handed_over()
    noted = await desk.post("piotr", f"{handoff}/notes", {"text": "a difficult one"})
    assert (noted.status_code, noted.json()["internal"]) == (201, True)
    assert "a difficult one" not in str(await desk.house.front.lines(customer, after=0))
    assert "a difficult one" not in str(await desk.lines("shop", customer))
    assert (await desk.lines("olga", customer))[-1]["text"] == "a difficult one"
    await desk.house.deliver(customer)
    assert "a difficult one" not in [m.text for m in desk.house.connector.sent]


async def test_a_hand_back_tells_the_bot_what_people_found_out(desk: Desk) -> None:
    """The corrected slot is in the state that the engine gets, and the bot has the thread."""
    customer, handoff = await desk.handed_over()
    await desk.post("olga", f"{handoff}/take")
    back = {"outcome": "solved", "facts": {"order_number": "NT-10002"}}
    done = await desk.post("olga", f"{handoff}/hand-back", back)
    assert (done.status_code, done.json()["state"], done.json()["outcome"]) == (
        200,
        "closed",
        "solved",
    )
    again = await desk.post("olga", f"{handoff}/hand-back", back)
    assert again.status_code == 200
    other = await desk.post("olga", f"{handoff}/hand-back", {"outcome": "other"})
    assert (other.status_code, other.json()["code"]) == (409, "handoff_closed")
    desk.house.engine.script = lambda request: answer("here")
    await desk.house.say("where is it")
    await desk.house.answer(customer)
    assert (await desk.house.texts(customer))[-1] == "bot: here"
    state = desk.house.engine.asked[-1].state
    assert state is not None
    events = state["events"]
    assert isinstance(events, list)
    assert {"event": "slot", "name": "order_number", "value": "NT-10002", "timestamp": 0.0} in (
        events
    )


async def test_the_bot_speaks_first_when_it_is_told_to(desk: Desk) -> None:
    """`next: bot` with a topic of the bot's own is a turn; otherwise the bot says it is back."""
    customer, handoff = await desk.handed_over()
    await desk.post("olga", f"{handoff}/take")
    desk.house.engine.script = lambda request: answer(f"on {request.payload}")
    back = {"outcome": "number was wrong", "next": "bot", "facts": {"topic": "order_status"}}
    assert (await desk.post("olga", f"{handoff}/hand-back", back)).status_code == 200
    await desk.house.answer(customer)
    assert (await desk.house.texts(customer))[-1] == "bot: on /order_status"
    assert desk.house.engine.asked[-1].text == ""
    bob, second = await desk.handed_over("bob")
    await desk.post("olga", f"{second}/take")
    await desk.post("olga", f"{second}/hand-back", {"outcome": "done", "next": "bot"})
    assert (await desk.house.texts(bob))[-1].startswith("bot: I'm the bot")
    assert await desk.house.unexplained() == 0


async def test_a_callback_stays_somebodys_task(desk: Desk) -> None:
    """`next: callback` opens a hand-off for it, tells the customer, and leaves him the bot."""
    customer, handoff = await desk.handed_over()
    await desk.post("olga", f"{handoff}/take")
    await desk.post("olga", f"{handoff}/hand-back", {"outcome": "later", "next": "callback"})
    async with desk.house.store.begin() as uow:
        found = await uow.handoffs.of(customer)
        thread = await uow.threads.get(customer)
    assert [(h.reason, h.state) for h in found] == [
        ("callback", "waiting"),
        ("ask_human", "closed"),
    ]
    assert thread.owner is Owner.BOT
    assert "call you back" in (await desk.house.texts(customer))[-1]


@pytest.mark.parametrize(
    "body",
    [
        {"outcome": ""},
        {"outcome": "x", "facts": {"a b": 1}},
        {"outcome": "x", "facts": {"a": "\x00"}},
        {"outcome": "x", "facts": {"a": "y" * 20_000}},
        {"outcome": "x", "next": "dance"},
    ],
)
async def test_a_hand_back_that_cannot_be_kept_is_refused(desk: Desk, body: object) -> None:
    """422, and the hand-off stays with its owner."""
    _, handoff = await desk.handed_over()
    await desk.post("olga", f"{handoff}/take")
    assert (await desk.post("olga", f"{handoff}/hand-back", body)).status_code == 422


async def test_who_may_not(desk: Desk) -> None:
    """A reading token takes nothing; an unknown hand-off is a 404."""
    _, handoff = await desk.handed_over()
    assert (await desk.post("shop", f"{handoff}/take")).status_code == 403
    missing = await desk.post("olga", "00000000-0000-4000-8000-000000000000/take")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_handoff")


async def test_the_bot_never_speaks_after_a_person_took_over(desk: Desk) -> None:
    """200 take-overs at random moments: the bot's late words are drafts, never lines.

    Every fourth comes for certain while the engine works, and the engine goes on afterwards.
    """
    house = desk.house
    rng = random.Random(6)
    plain = answer("the bot's word")
    moments = {f"v{number}": rng.random() * 0.02 for number in range(200)}

    asked = {visitor: asyncio.Event() for visitor in moments}
    taken_over = {visitor: asyncio.Event() for visitor in moments}

    async def turn(request: TurnRequest) -> TurnResult:
        visitor = request.text
        asked[visitor].set()
        if _in_the_middle(visitor):
            await taken_over[visitor].wait()
        await asyncio.sleep(rng.random() * 0.02)
        return plain

    house.engine.turn = turn  # type: ignore[method-assign]
    taken: dict[UUID, int] = {}

    async def one(visitor: str) -> UUID:
        received = await house.say(visitor, visitor=visitor)
        if _in_the_middle(visitor):
            await asked[visitor].wait()
        await asyncio.sleep(moments[visitor])
        async with house.store.begin() as uow:
            handoff = await hand_over(
                uow,
                received.customer_id,
                team=Team.SUPPORT,
                reason="staff",
                facts={},
                actor="olga",
            )
        took = await desk.post("olga", f"{handoff.id}/take")
        assert took.status_code == 200
        taken_over[visitor].set()
        taken[received.customer_id] = await desk.seq(received.customer_id)
        return received.customer_id

    async with working(house.worker(), house.worker()):
        customers = []
        for start in range(0, 200, 20):
            visitors = [f"v{number}" for number in range(start, start + 20)]
            customers += await asyncio.gather(*(one(visitor) for visitor in visitors))
        await until(lambda: _all_finished(house))
    drafts = 0
    for customer in customers:
        drafts += await _drafts_alone(house, customer, taken[customer])
    assert drafts >= 50, "those in the middle of a turn"
    assert await house.unexplained() == 0


async def _drafts_alone(house: House, customer: UUID, taken: int) -> int:
    """Count the drafts for a customer whom the bot told nothing since he was `taken`."""
    lines = await house.front.lines(customer, after=0)
    said = [line for line in lines if line.author is Author.BOT]
    assert [line.text for line in said if line.seq > taken] == []
    async with house.store.begin() as uow:
        kept = await uow.handoffs.drafts(customer)
    assert len(said) + len(kept) <= 1
    return len(kept)


def _in_the_middle(visitor: str) -> bool:
    return int(visitor.removeprefix("v")) % 4 == 0


async def _all_finished(house: House) -> bool:
    async with house.store.begin() as uow:
        return (await uow.ledger.tally()).waiting == 0
