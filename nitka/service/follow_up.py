"""Does what was planned at hand-backs when its time comes: questions, reminders, calls."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from nitka.domain.follow_up import FollowUp, FollowUpKind, FollowUpState
from nitka.domain.plan import Plan
from nitka.errors import Refused
from nitka.ports import Clock, Dialogues, Fanout, Job, Queue, Store, UnitOfWork, topic_of
from nitka.service.casework import Case, open_case
from nitka.service.rate import ask_how_it_was
from nitka.service.remind import remind
from nitka.service.repeat import repeat

_EVERY = 2.0  # seconds
_AGAIN = timedelta(minutes=1)  # what is out of place is tried again
_AT_ONCE = 100


class FollowUps:
    """Looks for what is due, again and again. Several processes may: each step locks its thread
    and looks anew, so nothing is done twice."""

    def __init__(
        self,
        store: Store,
        *,
        plan: Plan,
        dialogues: Dialogues,
        queue: Queue,
        fanout: Fanout,
        clock: Clock,
    ) -> None:
        self._store = store
        self._plan = plan
        self._dialogues = dialogues
        self._queue = queue
        self._fanout = fanout
        self._clock = clock

    async def run(self) -> None:
        """Look until cancelled."""
        await repeat(self.look, every=_EVERY, name="follow_ups")

    async def look(self) -> None:
        """Do once what is due now."""
        async with self._store.begin() as uow:
            due = await uow.follow_ups.due(self._clock.now(), limit=_AT_ONCE)
        for one in due:
            await self._step(one.id, one.handoff_id)

    async def _step(self, follow_up_id: UUID, handoff_id: UUID) -> None:
        now = self._clock.now()
        try:
            async with self._store.begin() as uow:
                case = await open_case(uow, handoff_id)
                follow_up = await uow.follow_ups.get(follow_up_id)
                if follow_up is None or follow_up.state is not FollowUpState.PLANNED:
                    return
                if follow_up.due_at > now:
                    return
                state = await self._do(uow, case, follow_up)
                if state is FollowUpState.PLANNED:
                    await uow.follow_ups.put_off(follow_up_id, now + _AGAIN)
                    return
                await uow.follow_ups.settle(follow_up_id, state)
        except Refused:  # it was erased in the meantime
            return
        customer_id = case.thread.customer_id
        await self._fanout.publish(topic_of(customer_id), {"kind": "thread"})
        await self._queue.wake(Job.DELIVERY, customer_id)

    async def _do(self, uow: UnitOfWork, case: Case, follow_up: FollowUp) -> FollowUpState:
        now = self._clock.now()
        if follow_up.kind is not FollowUpKind.QUESTION:
            await remind(uow, case, follow_up)
            return FollowUpState.DONE
        rule = self._plan.satisfaction
        if rule is None:
            return FollowUpState.DROPPED
        return await ask_how_it_was(uow, case, rule=rule, dialogues=self._dialogues, at=now)
