"""Holds what visitors said and saw against what stands in SQL: nothing lost, nothing twice."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.conversations import Step
from tests.support.nitka_up import NitkaUp
from tests.support.webclient import WebClient

Row = dict[str, Any]
SETTLED_WITHIN = 120.0
"""Seconds for the sendings that kills left behind."""

_LINES = """
    SELECT id, seq, author, text, native_id, reply_to FROM messages
    WHERE customer_id = %s ORDER BY seq
"""
_ENDS = """
    SELECT m.native_id, i.outcome, t.turn, t.events FROM messages m
    LEFT JOIN inbox i ON i.message_id = m.id LEFT JOIN turns t ON t.message_id = m.id
    WHERE m.customer_id = %s AND m.author = 'customer' ORDER BY m.seq
"""


@dataclass
class Verdict:
    """What was found of one or many visitors. `messages` counts what they said."""

    messages: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Verdict) -> None:
        self.messages += other.messages
        self.lost += other.lost
        self.doubled += other.doubled
        self.wrong += other.wrong

    @property
    def faults(self) -> list[str]:
        return [
            *(f"lost: {it}" for it in self.lost),
            *(f"doubled: {it}" for it in self.doubled),
            *(f"wrong: {it}" for it in self.wrong),
        ]


async def judge(nitka: NitkaUp, client: WebClient, steps: Sequence[Step]) -> Verdict:
    """Compare one visitor's whole conversation with SQL; waits until he has seen all of it."""
    verdict = Verdict(len(client.said), wrong=list(client.faults))
    customer_id = _customer(nitka, client, verdict)
    if customer_id is None:
        return verdict
    lines = nitka.query(_LINES, customer_id)
    await client.until(lambda: client.newest >= lines[-1]["seq"], f"line {lines[-1]['seq']}")
    compare_view(client, lines, verdict)
    count_messages(client, lines, verdict)
    count_answers(lines, nitka.query(_ENDS, customer_id), verdict)
    _count_complaints(nitka, customer_id, steps, verdict)
    return verdict


def judge_whole(nitka: NitkaUp) -> list[str]:
    """Give what is wrong in the whole installation, over all visitors.

    A visitor reads what is in SQL; that it was sent is written down a moment later, or, by a
    worker that was killed before it could, when another one takes over its sendings.
    """
    wrong = []
    unsent = _unsent(nitka)
    until = time.monotonic() + SETTLED_WITHIN
    while unsent and time.monotonic() < until:
        time.sleep(0.5)
        unsent = _unsent(nitka)
    accounting = nitka.command("check", "accounting")
    counted = {" ".join(line.split()) for line in accounting.stdout.splitlines()}
    if accounting.returncode != 0 or "0 unexplained" not in counted:
        wrong.append(f"nitka check accounting: {accounting.stdout}{accounting.stderr}")
    if "0 waiting for their turn" not in counted:
        wrong.append(f"messages still wait for their turn: {accounting.stdout}")
    return [*wrong, *(f"outbox: {row}" for row in unsent)]


def _unsent(nitka: NitkaUp) -> list[Row]:
    return nitka.query("SELECT state, error, due_at FROM outbox WHERE state <> 'sent'")


def _customer(nitka: NitkaUp, client: WebClient, verdict: Verdict) -> object | None:
    ids = [said.id for said in client.said]
    found = nitka.query("SELECT DISTINCT customer_id FROM messages WHERE native_id = ANY(%s)", ids)
    if len(found) > 1:
        verdict.wrong.append(f"one visitor became {len(found)} customers")
    if not found:
        verdict.lost += [said.text for said in client.said]
        return None
    customer_id: object = found[0]["customer_id"]
    return customer_id


def compare_view(client: WebClient, lines: Sequence[Row], verdict: Verdict) -> None:
    seen = [(line.seq, line.author, line.text) for line in client.shown()]
    kept = [(line["seq"], line["author"], line["text"]) for line in lines]
    if seen != kept:
        missing = [line for line in kept if line not in seen]
        extra = [line for line in seen if line not in kept]
        verdict.wrong.append(f"the visitor's view lacks {missing} and has besides {extra}")
    if [line["seq"] for line in lines] != list(range(1, len(lines) + 1)):
        verdict.wrong.append(f"numbers have gaps: {[line['seq'] for line in lines]}")


def count_messages(client: WebClient, lines: Sequence[Row], verdict: Verdict) -> None:
    stored = [line["native_id"] for line in lines if line["author"] == "customer"]
    times = Counter(stored)
    verdict.lost += [f"message {said.text!r}" for said in client.said if not times[said.id]]
    verdict.doubled += [f"message {said.text!r}" for said in client.said if times[said.id] > 1]
    if list(dict.fromkeys(stored)) != [said.id for said in client.said if said.id in times]:
        verdict.wrong.append(f"messages stand in another order than they were said: {stored}")


def count_answers(lines: Sequence[Row], ends: Sequence[Row], verdict: Verdict) -> None:
    """Each message has one turn, whose texts stand in the thread once, in the turns' order."""
    ids = {line["native_id"]: line["id"] for line in lines if line["author"] == "customer"}
    turn = 0
    for end in ends:
        said = f"the answer to {end['native_id']}"
        if end["outcome"] != "answered" or end["turn"] is None:
            verdict.wrong.append(f"{said}: it ended as {end['outcome']}, turn {end['turn']}")
            continue
        if end["turn"] <= turn:
            verdict.wrong.append(f"{said}: turn {end['turn']} comes after turn {turn}")
        turn = end["turn"]
        spoken = [event for event in end["events"] if event["event"] == "bot"]
        meant = [event["text"] for event in spoken if event.get("text")]  # the others are effects
        replies = [
            line["text"]
            for line in lines
            if line["reply_to"] == ids[end["native_id"]] and line["author"] == "bot"
        ]
        if Counter(meant) - Counter(replies):
            verdict.lost.append(f"{said}: {meant} was meant, {replies} stands there")
        if Counter(replies) - Counter(meant):
            verdict.doubled.append(f"{said}: {meant} was meant, {replies} stands there")
    replied = [line["reply_to"] for line in lines if line["author"] == "bot"]
    asked = [line["id"] for line in lines if line["author"] == "customer"]
    order = [asked.index(id_) for id_ in replied if id_ in asked]
    if order != sorted(order):
        verdict.wrong.append(f"answers stand in another order than their messages: {order}")


def _count_complaints(
    nitka: NitkaUp, customer_id: object, steps: Sequence[Step], verdict: Verdict
) -> None:
    if "actions" not in nitka.parts:
        return
    sql = "SELECT text FROM demo_shop.complaints WHERE customer = %s"
    opened = [row["text"] for row in nitka.query(sql, str(customer_id))]
    meant = [step.says for step in steps if step.complaint]
    verdict.lost += [f"complaint {text!r}" for text in (Counter(meant) - Counter(opened))]
    verdict.doubled += [f"complaint {text!r}" for text in (Counter(opened) - Counter(meant))]
