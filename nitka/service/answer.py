"""Answers what customers wrote: by the bot, or by leaving it to the people who own the thread."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import structlog

from nitka.domain.address import Channel
from nitka.domain.inbound import Outcome
from nitka.domain.phrases import Phrase
from nitka.domain.thread import Owner
from nitka.domain.turn import DialogueState, TurnResult
from nitka.errors import EngineError, EngineFailed, Fenced
from nitka.ports import Connector, Fanout, Job, Live, Queue, Store, Waiting, topic_of
from nitka.service.ask import Ask
from nitka.service.begin_turn import Turn, begin_turn, pressed
from nitka.service.commands import Carried, Commands, command_in
from nitka.service.finish_turn import finish_turn, give_up
from nitka.service.fresh import fresh
from nitka.service.lease import hold
from nitka.service.lines import add_phrase, aimed
from nitka.service.resume import REPEAT
from nitka.service.show_owner import show_owner

log = structlog.get_logger(__name__)
_MOST_ATTEMPTS = 8  # a message that breaks its turn again and again must not block those behind it


class Answer:
    """Works off the inbounds of one customer, in order, one turn each."""

    def __init__(
        self,
        store: Store,
        *,
        live: Live,
        queue: Queue,
        fanout: Fanout,
        ask: Ask,
        commands: Commands,
        connectors: Mapping[Channel, Connector],
    ) -> None:
        self._store = store
        self._commands = commands
        self._live = live
        self._queue = queue
        self._fanout = fanout
        self._ask = ask
        self._connectors = connectors

    async def __call__(self, customer_id: UUID) -> None:
        """Answer until nothing of this customer waits; at once done if somebody else is at it.

        A turn that breaks off anywhere leaves no trace and is done again, under the same turn id.
        """
        async with hold(self._queue, Job.TURN, customer_id) as mine:
            while mine and await self._answer_next(customer_id):
                await self._queue.wake(Job.DELIVERY, customer_id)
                await self._fanout.publish(topic_of(customer_id), {"kind": "thread"})

    async def _answer_next(self, customer_id: UUID) -> bool:
        live = await self._live.state(customer_id)
        async with self._store.begin() as uow:
            thread = await uow.threads.lock(customer_id)
            waiting = await uow.inbox.next(customer_id)
            if waiting is None:
                return False
            payload = await pressed(uow, waiting)
            typed = command_in(waiting.message, pressed=payload)
            if waiting.attempts >= _MOST_ATTEMPTS:
                typed = None
            if typed:
                await uow.inbox.attempt(waiting.inbox_id)
                turn = None
            else:
                turn = await begin_turn(uow, thread, waiting, live, payload=payload)
        if typed and (carried := await self._commands(typed, waiting)) is not Carried.DONE:
            turn = await self._go_on(waiting, live, resume=carried is Carried.RESUME)
        if turn is None:
            await self._show_owner(customer_id)
        else:
            await self._take_turn(turn)
        return True

    async def _go_on(
        self, waiting: Waiting, live: DialogueState | None, *, resume: bool
    ) -> Turn | None:
        """Begin the turn that a command leaves over, if the message is still this thread's."""
        async with self._store.begin() as uow:
            scene = await fresh(uow, waiting)
            if scene.thread.customer_id != waiting.message.customer_id:
                return None
            if resume and scene.thread.owner is not Owner.BOT:
                await uow.inbox.finish(waiting.inbox_id, Outcome.ANSWERED)
                return None
            if resume:
                return await begin_turn(uow, scene.thread, scene.waiting, live, payload=REPEAT)
            return await begin_turn(uow, scene.thread, waiting, live, payload=None)

    async def _take_turn(self, turn: Turn) -> None:
        with structlog.contextvars.bound_contextvars(
            customer=str(turn.customer.id), message=str(turn.waiting.message.id)
        ):
            try:
                if turn.waiting.attempts >= _MOST_ATTEMPTS:
                    raise EngineFailed(f"the turn broke off {turn.waiting.attempts} times")
                result = await self._asked(turn)
            except EngineError as error:
                await self._give_up(turn, error)
                return
            try:
                await self._finish(turn, result)
            except Fenced:
                log.info("turn.fenced", fence=turn.thread.fence)
                return
            if not turn.request.aside:
                state = DialogueState(turn.thread.turn + 1, result.state)
                await self._live.keep(turn.customer.id, state)

    async def _asked(self, turn: Turn) -> TurnResult:
        if turn.request.aside:
            return await self._ask.once(turn.request)
        return await self._ask(
            turn.request,
            typing=lambda: self._typing(turn.waiting),
            notice=lambda: self._notice(turn),
        )

    async def _finish(self, turn: Turn, result: TurnResult) -> None:
        async with self._store.begin() as uow:
            handed_over = await finish_turn(uow, turn, result)
        if handed_over:
            await self._show_owner(turn.customer.id)

    async def _give_up(self, turn: Turn, error: EngineError) -> None:
        async with self._store.begin() as uow:
            given = await give_up(uow, turn, error)
        if given:
            await self._show_owner(turn.customer.id)

    async def _notice(self, turn: Turn) -> None:
        """Tell the customer, once a turn, that it takes a moment."""
        waiting = turn.waiting
        async with self._store.begin() as uow:
            thread = await uow.threads.lock(turn.customer.id)
            if thread.fence == turn.thread.fence:
                await add_phrase(
                    uow,
                    await aimed(uow, waiting),
                    Phrase.ONE_MOMENT,
                    turn.request.language,
                    key=f"notice:{waiting.message.id}",
                )
        await self._queue.wake(Job.DELIVERY, turn.customer.id)
        await self._fanout.publish(topic_of(turn.customer.id), {"kind": "thread"})

    async def _typing(self, waiting: Waiting) -> None:
        connector = self._connectors.get(waiting.address.address.channel)
        if connector is not None:
            await connector.typing(waiting.address.address)

    async def _show_owner(self, customer_id: UUID) -> None:
        await show_owner(self._store, self._fanout, customer_id)
