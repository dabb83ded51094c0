"""Joins and splits over real PostgreSQL: in any order, nothing is lost, doubled or misplaced."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from nitka.domain.address import Evidence
from nitka.domain.customer import Profile
from nitka.domain.link import Link, Proof, members
from nitka.domain.message import Author, MessageState
from nitka.domain.thread import Owner, Team
from nitka.domain.turn import TurnResult
from nitka.engine.states import RasaStates
from nitka.ports import Line, UnitOfWork
from nitka.service.hand_over import hand_over
from nitka.service.join import Grounds, join
from nitka.service.split import preview, split
from nitka.store.unit_of_work import SqlStore
from tests.contract.store.conftest import Person, Sql, person, reply, say

DIALOGUES = RasaStates()
PROOF = Grounds(Proof.CODE, "test")
FACTS = ("order_number", "email", "phone", "product", "topic", "requested_slot")


@dataclass
class World:
    """Some customers, each with one address, and the joins between them."""

    uow: UnitOfWork
    chance: random.Random
    people: list[Person]
    said: dict[UUID, list[UUID]] = field(default_factory=dict)

    async def root(self, who: Person) -> UUID:
        thread = await self.uow.threads.current(who.id)
        assert thread is not None
        return thread.customer_id

    async def live(self, steps: int) -> None:
        """Let chance have people talk, be handed over, and take turns of the engine."""
        for _ in range(steps):
            who = self.chance.choice(self.people)
            await self.chance.choice([self.talk, self.talk, self.turn, self.turn, self.hand_over])(
                who
            )

    async def talk(self, who: Person) -> None:
        now = Person(*await self.here(who))
        line = Line(
            Author.CUSTOMER, f"said {self.chance.random()}", MessageState.RECEIVED, now.address
        )
        message = await self.uow.messages.add(now.id, line)
        assert message is not None
        self.said.setdefault(who.address.id, []).append(message.id)
        if self.chance.random() < 0.5:
            out = await reply(self.uow, now, f"told {self.chance.random()}", to=message)
            self.said[who.address.id].append(out.id)

    async def here(self, who: Person) -> Any:
        found = await self.uow.customers.with_address(who.address.id)
        assert found is not None
        return found

    async def turn(self, who: Person) -> None:
        now = Person(*await self.here(who))
        message = await say(self.uow, now, "a turn")
        self.said.setdefault(who.address.id, []).append(message.id)
        thread = await self.uow.threads.lock(now.id)
        dialogue = await self.uow.states.of(now.id)
        name, value = self.chance.choice(FACTS), self.chance.choice(["A", "B", None])
        events: list[dict[str, object]] = [
            {"event": "user", "text": str(message.id)},
            {"event": "slot", "name": name, "value": value, "timestamp": 1.0},
        ]
        body = DIALOGUES.replay(dialogue.body if dialogue else None, events)
        result = TurnResult((), (), tuple(events), body, DIALOGUES.slots(body), {}, "m1")
        await self.uow.threads.finish_turn(
            now.id, thread.turn + 1, message=message.id, result=result
        )

    async def hand_over(self, who: Person) -> None:
        now = Person(*await self.here(who))
        team = self.chance.choice(list(Team))
        await hand_over(
            self.uow, now.id, team=team, reason="x", facts={}, actor="bot", home_id=who.id
        )

    async def join_two(self) -> Link | None:
        one, two = self.chance.sample(self.people, 2)
        return await join(self.uow, DIALOGUES, one.id, two.id, PROOF)

    async def split_one(self) -> None:
        roots = {await self.root(who) for who in self.people}
        links = [link for root in roots for link in await self.uow.links.tree(root)]
        if links:
            link = self.chance.choice(links)
            await split(self.uow, DIALOGUES, link.id, actor="test", reason=None)

    async def picture(self, who: Person) -> dict[str, Any]:
        """Give everything that a customer is, but for the counters that only ever rise."""
        customer_id = await self.root(who)
        thread = await self.uow.threads.get(customer_id)
        return {
            "customer": await self.uow.customers.get(customer_id),
            "owner": (thread.owner, thread.team, thread.seq),
            "lines": await self.uow.messages.after(customer_id, 0, limit=10_000),
            "addresses": sorted(
                await self.uow.customers.addresses(customer_id), key=lambda a: a.id
            ),
            "dialogue": await self.uow.states.of(customer_id),
            "handoffs": await self.uow.handoffs.of(customer_id),
        }

    async def check(self) -> None:
        """Every line stands once, in the thread of its address, numbered without gaps."""
        roots: dict[UUID, list[Person]] = {}
        for who in self.people:
            roots.setdefault(await self.root(who), []).append(who)
        for root, group in roots.items():
            lines = await self.uow.messages.after(root, 0, limit=10_000)
            assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
            for who in group:
                own = [line.id for line in lines if line.address_id == who.address.id]
                assert own == self.said.get(who.address.id, [])
            assert len(lines) == sum(len(self.said.get(w.address.id, [])) for w in group)
            assert members(root, await self.uow.links.tree(root)) == {w.id for w in group}


async def world(uow: UnitOfWork, seed: int, *, size: int = 4) -> World:
    chance = random.Random(seed)  # a test's own histories
    people = []
    for number in range(size):
        name = chance.choice(["Ann", "Ola", None])
        profile = Profile(name=name, locale=chance.choice(["pl", None]))
        people.append(await person(uow, f"p{seed}-{number}", profile=profile))
    return World(uow, chance, people)


class _Undone(Exception):
    """Takes a history back, so that the next one begins with an empty database."""


async def _there_and_back(store: SqlStore, seed: int) -> None:
    async with store.begin() as uow:
        scene = await world(uow, seed, size=2)
        await scene.live(scene.chance.randrange(0, 14))
        before = [await scene.picture(who) for who in scene.people]
        link = await scene.join_two()
        assert link is not None
        await scene.check()
        await split(uow, DIALOGUES, link.id, actor="test", reason=None)
        assert [await scene.picture(who) for who in scene.people] == before
        await scene.check()
        raise _Undone


async def _any_order(store: SqlStore, seed: int) -> None:
    async with store.begin() as uow:
        scene = await world(uow, seed)
        for _ in range(scene.chance.randrange(4, 16)):
            match scene.chance.randrange(3):
                case 0:
                    await scene.join_two()
                case 1:
                    await scene.split_one()
                case _:
                    await scene.live(3)
            await scene.check()
        for _ in range(8):
            await scene.split_one()
        await scene.check()
        for who in scene.people:
            picture = await scene.picture(who)
            assert picture["customer"].id == who.id
            events = picture["dialogue"].body["events"] if picture["dialogue"] else []
            told = [UUID(event["text"]) for event in events if event["event"] == "user"]
            assert set(told) <= set(scene.said.get(who.address.id, []))
            assert len(told) == len(set(told))
        raise _Undone


@pytest.mark.parametrize("many", [40, pytest.param(1_000, marks=pytest.mark.long)])
async def test_a_join_that_is_undone_leaves_both_as_they_were(store: SqlStore, many: int) -> None:
    """In random histories: customers, lines, numbers, hand-offs and the bot's state, exactly."""
    for seed in range(many):
        with pytest.raises(_Undone):
            await _there_and_back(store, seed)


@pytest.mark.parametrize("many", [30, pytest.param(500, marks=pytest.mark.long)])
async def test_joins_and_splits_in_any_order_misplace_nothing(store: SqlStore, many: int) -> None:
    """Talk, turns, hand-offs, joins and splits mixed; at last everybody is alone again, and no
    dialogue remembers a turn that was another's."""
    for seed in range(many):
        with pytest.raises(_Undone):
            await _any_order(store, seed)


async def test_facts_fill_gaps_and_conflicts_are_kept(store: SqlStore) -> None:
    """What is known of one is known of the root; what differs is the root's, and noted."""
    async with store.begin() as uow:
        ann = await person(uow, "ann", profile=Profile(name="Ann"))
        ola = await person(uow, "ola", profile=Profile(name="Ola", locale="pl"))
        scene = World(uow, random.Random(1), [ann, ola])
        await scene.turn(ola)
        link = await join(uow, DIALOGUES, ann.id, ola.id, PROOF)
        assert link is not None
        assert (link.customer_id, link.other_id) == (ola.id, ann.id)
        assert link.gain.conflicts == {"name": ["Ola", "Ann"]}
        addresses = await uow.customers.addresses(ola.id)
        assert {(a.id, a.evidence) for a in addresses} == {
            (ann.address.id, Evidence.PROVED),
            (ola.address.id, Evidence.OWN),
        }


async def test_the_conversation_with_people_goes_on(store: SqlStore) -> None:
    """Who is with people is the root, whoever spoke last; a split gives each its owner back."""
    async with store.begin() as uow:
        ann, ola = await person(uow, "ann"), await person(uow, "ola")
        scene = World(uow, random.Random(1), [ann, ola])
        await hand_over(
            uow, ann.id, team=Team.SALES, reason="x", facts={}, actor="bot", home_id=ann.id
        )
        await scene.turn(ola)
        link = await join(uow, DIALOGUES, ola.id, ann.id, PROOF)
        assert link is not None
        assert link.customer_id == ann.id
        seen = await preview(uow, link.id)
        assert (seen.lines, seen.lines_left) == (1, 0)
        await split(uow, DIALOGUES, link.id, actor="test", reason=None)
        owners = [(await uow.threads.get(one.id)).owner for one in (ann, ola)]
        assert owners == [Owner.NOBODY, Owner.BOT]


async def test_two_joins_at_once_make_one_customer(store: SqlStore, sql: Sql) -> None:
    """Whoever is first, the other finds them joined."""
    async with store.begin() as uow:
        people = [await person(uow, name) for name in ("ann", "ola", "eva")]

    async def joined(one: Person, two: Person) -> None:
        async with store.begin() as uow:
            await join(uow, DIALOGUES, one.id, two.id, PROOF)

    ann, ola, eva = people
    await asyncio.gather(
        joined(ann, ola), joined(ola, ann), joined(ola, eva), joined(eva, ann), joined(ann, eva)
    )
    assert sql.one("SELECT count(*) FROM threads WHERE joined_into IS NULL") == 1
    assert sql.one("SELECT count(DISTINCT customer_id) FROM addresses") == 1
    assert sql.one("SELECT count(*) FROM links") == 2


async def test_who_leaves_is_gone_from_what_later_joins_remember(store: SqlStore) -> None:
    """A join that came later remembers what the root was before it: without who has left since."""
    async with store.begin() as uow:
        ann, bob, dan = [await person(uow, name) for name in ("ann", "bob", "dan")]
        scene = World(uow, random.Random(3), [ann, bob, dan])
        await scene.turn(bob)
        await scene.turn(ann)
        first = await join(uow, DIALOGUES, ann.id, bob.id, PROOF)
        assert first is not None
        await scene.turn(bob)
        second = await join(uow, DIALOGUES, ann.id, dan.id, PROOF)
        assert second is not None
        for link in (first, second):
            await split(uow, DIALOGUES, link.id, actor="test", reason=None)
        for who in (ann, bob, dan):
            dialogue = (await scene.picture(who))["dialogue"]
            told = [e["text"] for e in (dialogue.body["events"] if dialogue else []) if "text" in e]
            assert told == [str(one) for one in scene.said.get(who.address.id, [])]
