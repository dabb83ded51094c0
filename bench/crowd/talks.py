"""The talks of a crowd, line by line, with everything that hangs on a line."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bench.crowd.pour import Pour
from bench.crowd.souls import Agent, Chance, Place, Soul
from bench.crowd.words import NOTES, OUTCOMES, Words
from nitka.domain.address import Channel
from nitka.domain.handoff import Alarm, HandoffState, Next
from nitka.domain.inbound import Outcome
from nitka.domain.message import Author, MessageState
from nitka.domain.routing import Waits
from nitka.domain.thread import Owner, Team

_WITH_PEOPLE = 0.12  # of the talks
_FEWEST_WITH_PEOPLE = 6  # lines
_SLOWEST = 64  # seconds between two lines
_BUTTONS = json.dumps([{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}])
_ARRIVED = {
    Channel.WEB: MessageState.READ,
    Channel.TELEGRAM: MessageState.SENT,
    Channel.SLACK: MessageState.SENT,
}
_REASONS = ("ask_human", "fallback", "complaint", "order_problem", "sales_question")


@dataclass(frozen=True, slots=True)
class _Case:
    """A hand-off. `outcome` is None while it is open, `agent` while it waits."""

    id: UUID
    place: Place
    team: Team
    agent: Agent | None
    asked: UUID
    opened_at: datetime
    outcome: str | None


class Talks:
    """Writes talks down. They come in the order of their beginnings, as in life."""

    def __init__(
        self, pour: Pour, chance: Chance, words: Words, *, staff: Sequence[Agent], now: float
    ) -> None:
        self._pour = pour
        self._chance = chance
        self._rng: random.Random = chance.rng
        self._words = words
        self._now = now
        self._team = {team: [one for one in staff if team in one.teams] for team in Team}
        self.reads: dict[tuple[str, UUID], int] = {}
        """Up to which line each of the staff has read a thread."""

    def talk(self, soul: Soul, at: float, lines: int, *, leaves_open: bool) -> None:
        """Write one talk of `lines` lines; `leaves_open`: a hand-off is open at its end."""
        place = soul.places[int(self._rng.random() * len(soul.places))]
        people = lines >= _FEWEST_WITH_PEOPLE and self._rng.random() < _WITH_PEOPLE
        soul.last_at = at
        if leaves_open:
            soul.last_at = self._now - _SLOWEST * lines - self._rng.random() ** 3 * 86_400
        end = soul.seq + lines
        if not (people or leaves_open):
            self._with_bot(soul, place, end)
            return
        while soul.seq < end - _FEWEST_WITH_PEOPLE - 2 and self._rng.random() < 0.7:
            self._with_bot(soul, place, soul.seq + 2)
        self._with_people(soul, place, end, leaves_open=leaves_open)

    def _with_bot(self, soul: Soul, place: Place, end: int) -> None:
        while soul.seq < end:
            asked = self._said(soul, place, Outcome.ANSWERED)
            soul.turn += 1
            soul.fence += 1
            self._line(soul, place, Author.BOT, self._words.bot_line(soul.person), to=asked)
            while end - soul.seq == 1:
                self._line(soul, place, Author.BOT, self._words.bot_line(soul.person), to=asked)

    def _with_people(self, soul: Soul, place: Place, end: int, *, leaves_open: bool) -> None:
        case = self._open(soul, place, leaves_open=leaves_open)
        closes, asked = not leaves_open, case.asked
        while soul.seq < end - closes:
            if case.agent is None or soul.seq % 2 == 0:
                asked = self._said(soul, place, Outcome.WITH_HUMAN)
            else:
                self._answered(soul, place, case.agent, asked)
        if case.outcome is not None and case.agent is not None:
            self._line(soul, None, Author.SYSTEM, case.outcome, agent=case.agent)
            self._audit(soul, case.agent.email, "hand_back", {"handoff": str(case.id)})
        soul.fence += 3
        if leaves_open:
            soul.owner = Owner.AGENT if case.agent else Owner.NOBODY
            soul.team, soul.agent = case.team, case.agent.email if case.agent else None
        self._keep(soul, case)

    def _open(self, soul: Soul, place: Place, *, leaves_open: bool) -> _Case:
        """Have a customer ask, the bot bring in people, and perhaps somebody take it."""
        team = Team.SUPPORT if self._rng.random() < 0.7 else Team.SALES
        waits = leaves_open and self._rng.random() < 0.4
        agent = None if waits else self._rng.choice(self._team[team])
        asked = self._said(soul, place, Outcome.ANSWERED)
        self._line(soul, place, Author.BOT, self._words.bot_line(soul.person), to=asked)
        outcome = None if leaves_open else self._rng.choice(OUTCOMES)
        case = _Case(self._chance.id(), place, team, agent, asked, self._moment(soul), outcome)
        self._audit(soul, "service", "hand_over", {"handoff": str(case.id), "team": team})
        if agent is not None:
            self._audit(soul, agent.email, "take", {"handoff": str(case.id), "agent": agent.email})
        return case

    def _answered(self, soul: Soul, place: Place, agent: Agent, asked: UUID) -> None:
        self.reads[agent.email, soul.id] = soul.seq
        if self._rng.random() >= 0.06:
            self._line(
                soul,
                place,
                Author.AGENT,
                self._words.agent_line(soul.person),
                to=asked,
                agent=agent,
            )
            return
        note = self._line(soul, None, Author.AGENT, self._rng.choice(NOTES), agent=agent)
        if self._rng.random() < 0.5:
            asks = self._rng.choice(self._team[Team.SUPPORT])
            self._pour.add("mentions", note, asks.email, self._rng.random() < 0.8)

    def _keep(self, soul: Soul, case: _Case) -> None:
        closed, last_at = case.outcome is not None, self._moment(soul)
        held = HandoffState.CLOSED if closed else HandoffState.ACTIVE
        facts = {"text": self._words.customer_line(soul.person), "order_number": soul.person.order}
        self._pour.add(
            *("handoffs", case.id, soul.id, case.place.home, case.team),
            *(self._rng.choice(_REASONS), json.dumps(facts, ensure_ascii=False)),
            *(held if case.agent else HandoffState.WAITING, case.opened_at),
            *((case.agent.email, case.opened_at) if case.agent else (None, None)),
            None if closed else last_at,  # waiting since
            last_at if case.agent else None,  # the first reply
            *((last_at, case.outcome, Next.NONE) if closed else (None, None, None)),
            Alarm.NONE if closed else self._alarm(soul),
        )
        if self._rng.random() < 0.05:
            late = self._words.bot_line(soul.person)
            self._pour.add("drafts", self._chance.id(), soul.id, case.asked, late, last_at)

    def _alarm(self, soul: Soul) -> Alarm:
        waits, waited = Waits(), timedelta(seconds=self._now - soul.last_at)
        if waited >= waits.escalate:
            return Alarm.ESCALATED
        return Alarm.WARNED if waited >= waits.warn else Alarm.NONE

    def _said(self, soul: Soul, place: Place, outcome: Outcome) -> UUID:
        """Write something that the customer says, and how it ended in the accounting."""
        line = self._line(soul, place, Author.CUSTOMER, self._words.customer_line(soul.person))
        at = self._moment(soul)
        native = f"{place.native_id}:m{soul.seq}"
        self._pour.add(
            "inbox", place.channel, place.account, native, soul.id, line, at, outcome, at, at
        )
        return line

    def _line(
        self,
        soul: Soul,
        place: Place | None,
        author: Author,
        text: str,
        *,
        to: UUID | None = None,
        agent: Agent | None = None,
    ) -> UUID:
        """Write one line; `place` is None for what only staff see."""
        line = self._chance.id()
        soul.seq += 1
        soul.last_at += 4 + self._rng.random() * (_SLOWEST - 4)
        at = self._moment(soul)
        own = author is Author.CUSTOMER
        offers = author is Author.BOT and self._rng.random() < 0.1
        self._pour.add(
            *("messages", line, soul.id, place.home if place else soul.id, soul.seq),
            *((place.id, place.channel) if place else (None, None)),
            *(author, agent.name if agent else None, text),
            *(_BUTTONS if offers else "[]", f"m{soul.seq}" if place else None),
            MessageState.RECEIVED if own or place is None else _ARRIVED[place.channel],
            *(to, place is None, agent.email if agent else None, at),
        )
        if place is not None and not own:
            self._pour.add("outbox", line, soul.id, place.id, soul.seq, "sent", 1, 1, at, at)
        return line

    def _audit(self, soul: Soul, actor: str, action: str, facts: dict[str, object]) -> None:
        at = self._moment(soul)
        self._pour.add("audit", at, actor, action, soul.id, json.dumps(facts))

    def _moment(self, soul: Soul) -> datetime:
        return datetime.fromtimestamp(soul.last_at, UTC)
