"""Staff of all roles do what they like, all at once, over the desk's API: one owner at any time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from nitka.domain.message import Author, Message
from nitka.domain.staff import Role
from nitka.ports import Entry
from tests.scenario.desk.conftest import Browser, Desk
from tests.scenario.desk.test_api import handed_over

_ROLES = {
    "olga": Role.AGENT,
    "piotr": Role.AGENT,
    "ewa": Role.AGENT,
    "sofia": Role.SUPERVISOR,
    "adam": Role.ADMIN,
    "dora": Role.DESIGNER,
}
_DIRECTS = {f"{name}@nitka.test" for name in ("sofia", "adam")}
_AT_ONCE = 8
_STEPS = (
    *("take", "take", "take over", "take over", "note", "pass", "pass", "queue", "back"),
    *["reply"] * 12,
)

_WITNESS = """
    CREATE TABLE witness (audit_id bigint PRIMARY KEY, agent text, strangers bigint);
    CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO witness
      SELECT NEW.id, agent, (
        SELECT count(*) FROM handoffs h WHERE h.customer_id = t.customer_id
        AND h.state = 'active' AND (t.owner <> 'agent' OR h.agent <> t.agent)
      ) FROM threads t WHERE t.customer_id = NEW.customer_id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER look AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION look();
"""
"""Who owned the thread at each entry of the audit, in its transaction; and active hand-offs of
somebody else, of which there must be none."""


@dataclass
class Play:
    """Who plays, and what came of the replies: by key, the ids of lines that were said to be."""

    desk: Desk
    customer: UUID
    staff: dict[str, Browser]
    rng: random.Random
    said: dict[str, list[str]] = field(default_factory=dict)
    codes: set[int] = field(default_factory=set)

    async def step(self, number: int) -> None:
        """Somebody does something."""
        name, what = self.rng.choice(list(self.staff)), self.rng.choice(_STEPS)
        shown = (await self.staff[name].get(f"/customers/{self.customer}")).json()
        if self.rng.random() < 0.7:  # who has it does most; what nobody has is taken
            name = shown.get("agent", f"{name}@").split("@")[0]
            what = what if "agent" in shown else self.rng.choice(["take", "take over"])
        browser, case = self.staff[name], self._case(shown["cases"], name)
        to = f"{self.rng.choice(list(self.staff))}@nitka.test"
        after = self.rng.choice(["none", "none", "bot", "callback"])
        path = f"/handoffs/{case}"
        match what:
            case "take":
                answers = [await browser.post(f"{path}/take")]
            case "take over":
                answers = [await browser.post(f"/customers/{self.customer}/take-over", {})]
            case "reply":
                answers = await self._reply(browser, path, number)
            case "note":
                answers = [await browser.post(f"{path}/notes", {"text": f"note {number}"})]
            case "pass":
                answers = [await browser.post(f"{path}/pass-on", {"to": to})]
            case "queue":
                answers = [await browser.post(f"{path}/pass-on", {"team": "support"})]
            case _:
                back = {"outcome": f"outcome {number}", "next": after}
                answers = [await browser.post(f"{path}/hand-back", back)]
        allowed = {403} if _ROLES[name] is Role.DESIGNER else {200, 201, 409}
        if what == "pass" and to.startswith("dora"):
            allowed |= {404}
        for answer in answers:
            assert answer.status_code in allowed, f"{name}: {what}: {answer.text}"
            self.codes.add(answer.status_code)

    def _case(self, cases: Sequence[dict[str, str]], name: str) -> str:
        """Choose a hand-off: mostly his own, else one that is open, else any."""
        open_ones = [one for one in cases if one["state"] != "closed"]
        own = [one for one in open_ones if one.get("agent") == f"{name}@nitka.test"]
        return self.rng.choice(own or open_ones or cases)["id"]

    async def _reply(self, browser: Browser, path: str, number: int) -> list[httpx.Response]:
        """Say something, as a browser does that gets no answer in time: the same key again, at
        once and once more later. Somebody else may have the thread by then."""
        page = await browser.get(f"/customers/{self.customer}/messages", limit=1)
        key = f"reply-number-{number}"
        body: dict[str, Any] = {"text": f"reply {number}", "seen": page.json()["seq"], "key": key}
        answers = await asyncio.gather(*(browser.post(f"{path}/messages", body) for _ in range(2)))
        if answers[0].json().get("code") == "stale_reply":  # he reads what is new and says it again
            body["seen"] = answers[0].json()["messages"][-1]["seq"]
        answers.append(await browser.post(f"{path}/messages", body))
        self.said[key] = [one.json()["id"] for one in answers if one.status_code == 201]
        return answers


@pytest.mark.parametrize("steps", [120, pytest.param(1_000, marks=pytest.mark.long)])
async def test_random_steps_leave_one_owner(desk: Desk, steps: int) -> None:
    """They take, reply, note, pass on, direct and hand back. No reply is lost or doubled; the audit
    alone tells who owned the thread after every step."""
    customer, _ = await handed_over(desk)
    staff = {name: await desk.at_work(name, role) for name, role in _ROLES.items()}
    play = Play(desk, customer, staff, random.Random(66))
    for browser in staff.values():  # whose looks are in the audit from now on
        await browser.get(f"/customers/{customer}")
    _in_sql(desk, _WITNESS)
    async with desk.house.store.begin() as uow:
        known = len(await uow.ledger.trail(customer))
    for start in range(0, steps, _AT_ONCE):
        await asyncio.gather(*(play.step(number) for number in range(start, start + _AT_ONCE)))
    lines = await _all_lines(desk, customer)
    replies = [line for line in lines if line.author is Author.AGENT and not line.internal]
    assert [line.text for line in replies] == list(dict.fromkeys(line.text for line in replies))
    told = {key: set(ids) for key, ids in play.said.items() if ids}
    assert all(len(ids) == 1 for ids in told.values()), "one key, one line"
    assert {str(line.id) for line in replies} == set().union(*told.values())
    assert len(replies) >= steps // 60, "enough was said"
    assert play.codes >= {200, 201, 409}
    async with desk.house.store.begin() as uow:
        trail = await uow.ledger.trail(customer)
        thread = await uow.threads.get(customer)
    owners = _replayed(trail, replies)
    witnessed = _in_sql(desk, "SELECT agent, strangers FROM witness ORDER BY audit_id")
    assert [agent for agent, _ in witnessed] == owners[known:]
    assert {strangers for _, strangers in witnessed} == {0}
    assert owners[-1] == thread.agent
    assert await desk.house.unexplained() == 0


def _replayed(trail: Sequence[Entry], replies: Sequence[Message]) -> list[str | None]:
    """Play the audit: who owned the thread after each entry. No entry is out of turn."""
    owner: str | None = None
    owners, replied = [], []
    for entry in trail:
        match entry.action:
            case "take":
                assert owner in (None, entry.actor)
                assert owner == entry.facts["before"]
                owner = entry.actor
            case "reassign":
                assert entry.actor == owner or entry.actor in _DIRECTS
                assert owner == entry.facts["before"]
                owner = str(entry.facts["agent"])
            case "return_to_queue":
                assert entry.actor == owner or entry.actor in _DIRECTS
                owner = None
            case "reply":
                assert owner == entry.actor
                replied.append(entry.facts["message"])
            case "hand_back":
                assert owner == entry.actor
                owner = owner if entry.facts["owner"] == "agent" else None
            case action:
                assert action in ("hand_over", "note", "look"), "nothing else happens here"
        owners.append(owner)
    assert replied == [str(line.id) for line in replies]
    return owners


async def _all_lines(desk: Desk, customer: UUID) -> list[Message]:
    lines: list[Message] = []
    while True:
        async with desk.house.store.begin() as uow:
            last = lines[-1].seq if lines else 0
            page = await uow.messages.after(customer, last, internal=True)
        if not page:
            return lines
        lines += page


def _in_sql(desk: Desk, statements: str) -> list[tuple[Any, ...]]:
    """Look over the service's shoulder: at its database."""
    url = desk.house.store._engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as sql:
        cursor = sql.execute(statements.encode())
        return cursor.fetchall() if cursor.description else []
