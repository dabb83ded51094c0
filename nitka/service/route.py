"""Offers hand-offs that wait to staff who are there, minds the clocks, and tells the customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from nitka.domain.customer import Customer
from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.message import Author, Button
from nitka.domain.phrases import Phrase, say
from nitka.domain.phrases.moments import from_time
from nitka.domain.plan import Plan
from nitka.domain.routing import Waits, alarm_of, choose, present
from nitka.domain.staff import Account
from nitka.errors import Refused
from nitka.ports import Clock, Fanout, Job, Queue, Store, UnitOfWork
from nitka.service.casework import Case, open_case
from nitka.service.leave_to_people import CALL_BACK, TO_THE_BOT
from nitka.service.lines import tell
from nitka.service.repeat import repeat
from nitka.service.tell_desk import DESK
from nitka.service.write import where_he_is

_EVERY = 2.0  # seconds
_AT_ONCE = 500  # hand-offs


class Route:
    """Looks after all hand-offs that are open, again and again. Several processes may: each step
    locks its thread and looks anew."""

    def __init__(
        self,
        store: Store,
        *,
        queue: Queue,
        fanout: Fanout,
        clock: Clock,
        plan: Plan,
        waits: Waits | None = None,
    ) -> None:
        self._store = store
        self._queue = queue
        self._fanout = fanout
        self._clock = clock
        self._plan = plan
        self._waits = waits or Waits()

    async def run(self) -> None:
        """Route until cancelled."""
        await repeat(self.look, every=_EVERY, name="route")

    async def look(self) -> None:
        """Look at every open hand-off once, the one that has waited longest first."""
        place, last = 0, None
        while True:
            async with self._store.begin() as uow:
                handoffs = await uow.loads.open_handoffs(limit=_AT_ONCE, after=last)
            for handoff in handoffs:
                place += handoff.state is HandoffState.WAITING
                if self._needs_a_step(handoff):
                    await self._step(handoff.id, place)
            if len(handoffs) < _AT_ONCE:
                return
            last = handoffs[-1]

    def _needs_a_step(self, handoff: Handoff) -> bool:
        """Say by what was read whether there may be something to do, so that most cost nothing."""
        now = self._clock.now()
        if alarm_of(handoff, self._waits, now) is not handoff.alarm:
            return True
        waits = handoff.state is HandoffState.WAITING
        stale = handoff.offered_at is None or now - handoff.offered_at >= self._waits.offer
        return waits and stale

    async def _step(self, handoff_id: UUID, place: int) -> None:
        told: UUID | None = None
        frames: list[dict[str, object]] = []
        try:
            async with self._store.begin() as uow:
                case = await open_case(uow, handoff_id)
                handoff = case.handoff
                if handoff.state is HandoffState.WAITING:
                    handoff, told = await self._offer(uow, case, place)
                handoff = replace(handoff, alarm=alarm_of(handoff, self._waits, self._clock.now()))
                if handoff == case.handoff:
                    return
                await uow.cases.change(handoff)
                frames = _frames(case.handoff, handoff)
        except Refused:  # it was erased in the meantime
            return
        for frame in frames:
            await self._fanout.publish(DESK, frame)
        if told is not None:
            await self._queue.wake(Job.DELIVERY, told)

    async def _offer(self, uow: UnitOfWork, case: Case, place: int) -> tuple[Handoff, UUID | None]:
        """Offer a hand-off to the next, or tell its customer once why nobody comes yet."""
        now, handoff = self._clock.now(), case.handoff
        if handoff.offered_at is not None and now - handoff.offered_at < self._waits.offer:
            return handoff, None
        there = present(await uow.accounts.all(), handoff, now)
        customer = await uow.customers.get(handoff.customer_id)
        chosen = choose(
            there,
            await uow.loads.of_staff(),
            language=customer.language if customer else None,
            refused_by=handoff.offered_to,
            wanted=handoff.facts.get("for"),
        )
        if chosen is not None:
            await _note(uow, case, chosen)
            return replace(handoff, offered_to=chosen.email, offered_at=now), None
        told = await self._tell(uow, handoff, there, place)
        # nobody to ask: look again when an offer would have run out
        return replace(handoff, offered_to=None, offered_at=now), told

    async def _tell(
        self, uow: UnitOfWork, handoff: Handoff, there: Sequence[Account], place: int
    ) -> UUID | None:
        """Tell the customer, once a hand-off, that all are busy (and his place), or that nobody is
        there and when the team is back; he may have the bot meanwhile, or be called back."""
        if handoff.reason in ("callback", "reminder"):  # he waits for nothing in the chat
            return None
        try:
            address = await where_he_is(uow, handoff.customer_id)
        except Refused:
            return None
        customer = await uow.customers.get(handoff.customer_id)
        language = customer.language if customer else None
        busy = say(Phrase.ALL_BUSY, language, place=place) if there else None
        message = await tell(
            uow,
            handoff.customer_id,
            address,
            Author.SYSTEM,
            busy or self._away(handoff, customer),
            buttons=(
                Button(say(Phrase.TO_THE_BOT, language), TO_THE_BOT),
                Button(say(Phrase.CALL_ME_BACK, language), CALL_BACK),
            ),
            key=f"queue:{handoff.id}",
        )
        return handoff.customer_id if message else None

    def _away(self, handoff: Handoff, customer: Customer | None) -> str:
        """Say that nobody is there; outside the team's hours, from when on somebody is."""
        now = self._clock.now()
        language = customer.language if customer else None
        opening = self._plan.teams[handoff.team].next_opening(now)
        if opening <= now:
            return say(Phrase.NOBODY_THERE, language)
        zone = customer.time_zone if customer else None
        when = from_time(opening, language, now=now, zone=zone, ours=self._plan.zone)
        return say(Phrase.NOBODY_UNTIL, language, when=when)


def _frames(before: Handoff, after: Handoff) -> list[dict[str, object]]:
    """Say what the desk has to hear of a step."""
    named = {"handoff": str(after.id), "customer": str(after.customer_id)}
    frames: list[dict[str, object]] = []
    if after.offered_to and (after.offered_to, after.offered_at) != (
        before.offered_to,
        before.offered_at,
    ):
        frames.append({"kind": "offer", "staff": after.offered_to, **named})
    if after.alarm is not before.alarm:
        frames.append({"kind": "alarm", "alarm": after.alarm, "team": after.team, **named})
    return frames


async def _note(uow: UnitOfWork, case: Case, chosen: Account) -> None:
    await uow.ledger.audit(
        "offer",
        actor="service",
        customer_id=case.thread.customer_id,
        facts={"handoff": str(case.handoff.id), "to": chosen.email},
    )
