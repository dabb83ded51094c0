"""What staff do with hand-offs: each step one transaction, then everybody who looks is told."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from nitka.domain.follow_up import FollowUp
from nitka.domain.handoff import HandBack, Handoff
from nitka.domain.message import Message
from nitka.domain.plan import Plan
from nitka.domain.staff import Staff
from nitka.domain.thread import Owner, Team
from nitka.ports import Clock, Dialogues, Fanout, Job, Queue, Store, topic_of
from nitka.service.hand_back import hand_back
from nitka.service.remind import cancel
from nitka.service.show_owner import show_owner
from nitka.service.take import decline, pass_on, take, take_over
from nitka.service.write import Draft, Newer, note, note_on, reply


class People:
    """The steps of a hand-off's life. Errors: `Refused`, as each step says."""

    def __init__(
        self,
        store: Store,
        *,
        plan: Plan,
        queue: Queue,
        fanout: Fanout,
        dialogues: Dialogues,
        clock: Clock,
    ) -> None:
        self._store = store
        self._queue = queue
        self._fanout = fanout
        self._dialogues = dialogues
        self._clock = clock
        self._plan = plan

    async def take(self, handoff_id: UUID, staff: Staff) -> Handoff:
        """Make `staff` the one owner of the thread (`service.take`)."""
        async with self._store.begin() as uow:
            handoff = await take(uow, handoff_id, staff, at=self._clock.now())
        await self._show_owner(handoff.customer_id)
        return handoff

    async def take_over(self, customer_id: UUID, staff: Staff, *, team: Team) -> Handoff:
        """Open a hand-off of staff's own wish and take it (`service.take.take_over`)."""
        async with self._store.begin() as uow:
            handoff = await take_over(uow, customer_id, staff, team=team, at=self._clock.now())
        await self._show_owner(handoff.customer_id)
        return handoff

    async def decline(self, handoff_id: UUID, staff: Staff) -> Handoff:
        """Have a hand-off offered to the next (`service.take.decline`)."""
        async with self._store.begin() as uow:
            handoff = await decline(uow, handoff_id, staff)
        await self._show_owner(handoff.customer_id)
        return handoff

    async def pass_on(
        self, handoff_id: UUID, staff: Staff, *, to: Staff | Team, forced: bool = False
    ) -> Handoff:
        """Give a hand-off to a colleague or to a team (`service.take.pass_on`)."""
        async with self._store.begin() as uow:
            handoff = await pass_on(
                uow, handoff_id, staff, to=to, at=self._clock.now(), forced=forced
            )
        await self._show_owner(handoff.customer_id)
        return handoff

    async def reply(self, handoff_id: UUID, staff: Staff, draft: Draft) -> Message | Newer:
        """Say something, or give the lines that must be read first (`service.write.reply`)."""
        async with self._store.begin() as uow:
            said = await reply(uow, handoff_id, staff, draft, at=self._clock.now())
        if isinstance(said, Message):
            await self._show_lines(said.customer_id)
            await self._queue.wake(Job.DELIVERY, said.customer_id)
        return said

    async def note(
        self, handoff_id: UUID, staff: Staff, text: str, *, mentions: Sequence[str] = ()
    ) -> Message:
        """Write an internal line (`service.write.note`)."""
        async with self._store.begin() as uow:
            message = await note(uow, handoff_id, staff, text, mentions=mentions)
        await self._show_lines(message.customer_id)
        return message

    async def note_on(
        self, customer_id: UUID, staff: Staff, text: str, *, mentions: Sequence[str] = ()
    ) -> Message:
        """Write an internal line on a customer without a hand-off (`service.write.note_on`)."""
        async with self._store.begin() as uow:
            message = await note_on(uow, customer_id, staff, text, mentions=mentions)
        await self._show_lines(message.customer_id)
        return message

    async def hand_back(self, handoff_id: UUID, staff: Staff, back: HandBack) -> Handoff:
        """Close a hand-off and give the thread to the bot (`service.hand_back`)."""
        async with self._store.begin() as uow:
            done = await hand_back(
                uow,
                handoff_id,
                staff,
                back,
                dialogues=self._dialogues,
                plan=self._plan,
                at=self._clock.now(),
            )
        customer_id = done.handoff.customer_id
        await self._show_owner(customer_id)
        await self._show_lines(customer_id)
        await self._queue.wake(Job.DELIVERY, customer_id)
        if done.owner is Owner.BOT:
            await self._queue.wake(Job.TURN, customer_id)
        return done.handoff

    async def cancel(self, follow_up_id: UUID, staff: Staff) -> FollowUp:
        """Call off what was planned at a hand-back (`service.remind.cancel`)."""
        async with self._store.begin() as uow:
            cancelled = await cancel(uow, follow_up_id, staff)
        await self._show_lines(cancelled.customer_id)
        return cancelled

    async def _show_lines(self, customer_id: UUID) -> None:
        await self._fanout.publish(topic_of(customer_id), {"kind": "thread"})

    async def _show_owner(self, customer_id: UUID) -> None:
        await show_owner(self._store, self._fanout, customer_id)
