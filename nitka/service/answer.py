"""Answers what customers wrote: by the bot, or by leaving it to the people who own the thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from nitka.domain.address import Channel
from nitka.domain.customer import Customer, Language
from nitka.domain.inbound import Outcome
from nitka.domain.message import Author
from nitka.domain.phrases import Phrase
from nitka.domain.thread import Owner, Team, Thread
from nitka.domain.turn import DialogueState, TurnRequest, TurnResult
from nitka.domain.wording import Command, Typed, chosen, typed_command
from nitka.errors import EngineError, EngineFailed, EngineUnavailable, Fenced
from nitka.ports import (
    Connector,
    Fanout,
    Job,
    Live,
    Queue,
    Store,
    UnitOfWork,
    Waiting,
    topic_of,
)
from nitka.service.ask import Ask
from nitka.service.commands import Carried, Commands, command_in
from nitka.service.fresh import fresh
from nitka.service.hand_over import hand_over
from nitka.service.lease import hold
from nitka.service.leave_to_people import leave_to_people
from nitka.service.lines import add_phrase, add_reply, aimed
from nitka.service.rate import meant
from nitka.service.recognise import note_typed
from nitka.service.sum_up import sum_up

log = structlog.get_logger(__name__)
_RESUME = "/repeat"  # asks the open question again, with a recap where the channel has changed
_MOST_ATTEMPTS = 8  # a message that breaks its turn again and again must not block those behind it


@dataclass(frozen=True, slots=True)
class _Turn:
    """A turn that has begun: what waits, under which number, and what the engine is asked."""

    waiting: Waiting
    thread: Thread
    customer: Customer
    request: TurnRequest


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
            pressed = await _pressed(uow, waiting)
            typed = command_in(waiting.message, pressed=pressed)
            if waiting.attempts >= _MOST_ATTEMPTS:
                typed = None
            if typed:
                await uow.inbox.attempt(waiting.inbox_id)
                turn = None
            else:
                turn = await self._begin(uow, thread, waiting, live, payload=pressed)
        if typed and (carried := await self._commands(typed, waiting)) is not Carried.DONE:
            turn = await self._go_on(waiting, live, resume=carried is Carried.RESUME)
        if turn is None:
            await self._show_owner(customer_id)
        else:
            await self._take_turn(turn)
        return True

    async def _go_on(
        self, waiting: Waiting, live: DialogueState | None, *, resume: bool
    ) -> _Turn | None:
        """Begin the turn that a command leaves over, if the message is still this thread's."""
        async with self._store.begin() as uow:
            scene = await fresh(uow, waiting)
            if scene.thread.customer_id != waiting.message.customer_id:
                return None
            if resume and scene.thread.owner is not Owner.BOT:
                await uow.inbox.finish(waiting.inbox_id, Outcome.ANSWERED)
                return None
            if resume:
                return await self._begin(uow, scene.thread, scene.waiting, live, payload=_RESUME)
            return await self._begin(uow, scene.thread, waiting, live, payload=None)

    async def _begin(
        self,
        uow: UnitOfWork,
        thread: Thread,
        waiting: Waiting,
        live: DialogueState | None,
        *,
        payload: str | None,
    ) -> _Turn | None:
        """Begin the engine's turn; None if people own the thread, who then have the message."""
        thread = await uow.threads.begin_turn(thread.customer_id)
        if thread.owner is not Owner.BOT:
            await leave_to_people(uow, thread, await aimed(uow, waiting), pressed=payload)
            return None
        await uow.inbox.attempt(waiting.inbox_id)
        message = waiting.message
        customer = await uow.customers.get(thread.customer_id)
        assert customer is not None  # noqa: S101  # a thread has a customer, says a foreign key
        typed = typed_command(message.text)
        wanted = typed.language if typed else None
        if wanted:
            await uow.customers.speak(thread.customer_id, wanted, fixed=True)
        request = TurnRequest(
            turn_id=message.id,
            customer_id=thread.customer_id,
            channel=(await aimed(uow, waiting)).address.address.channel,
            text=message.text,
            payload=_payload_of(typed) or payload,
            language=wanted or customer.language,
            language_fixed=customer.language_fixed or wanted is not None,
            name=customer.name,
            attachments=message.attachments,
            state=await _state(uow, thread, live),
        )
        return _Turn(waiting, thread, customer, request)

    async def _take_turn(self, turn: _Turn) -> None:
        with structlog.contextvars.bound_contextvars(
            customer=str(turn.customer.id), message=str(turn.waiting.message.id)
        ):
            try:
                if turn.waiting.attempts >= _MOST_ATTEMPTS:
                    raise EngineFailed(f"the turn broke off {turn.waiting.attempts} times")
                result = await self._ask(
                    turn.request,
                    typing=lambda: self._typing(turn.waiting),
                    notice=lambda: self._notice(turn),
                )
            except EngineError as error:
                await self._give_up(turn, error)
                return
            try:
                await self._finish(turn, result)
            except Fenced:
                log.info("turn.fenced", fence=turn.thread.fence)
                return
            state = DialogueState(turn.thread.turn + 1, result.state)
            await self._live.keep(turn.customer.id, state)

    async def _finish(self, turn: _Turn, result: TurnResult) -> None:
        """Write the turn's outcome in one transaction, if its fencing number still holds.

        If people took over meanwhile, the replies stay drafts. If another worker is at it, raises
        `Fenced` and writes nothing.
        """
        waiting, customer_id = turn.waiting, turn.customer.id
        handed_over = False
        async with self._store.begin() as uow:
            thread = await uow.threads.lock(customer_id)
            if thread.fence != turn.thread.fence:
                if thread.owner is Owner.BOT or await _moved(uow, waiting):
                    raise Fenced
                await uow.handoffs.draft(
                    customer_id, waiting.message.id, [reply.text for reply in result.replies]
                )
                await uow.inbox.finish(waiting.inbox_id, Outcome.WITH_HUMAN)
                return
            await self._speak(uow, customer_id, result)
            await note_typed(uow, waiting, result.slots)
            at = await aimed(uow, waiting)
            for reply in result.replies:
                await add_reply(uow, at, reply)
            for effect in result.effects:
                if effect.kind == "hand_over":
                    handed_over = True
                    reason = str(effect.facts.get("reason") or "unknown")
                    summary = await sum_up(
                        uow, customer_id, result, reason=reason, seq=waiting.message.seq
                    )
                    await hand_over(
                        uow,
                        customer_id,
                        team=Team.of(effect.facts.get("team")),
                        reason=reason,
                        facts={**result.slots, **summary, **effect.facts},
                        actor="bot",
                        home_id=waiting.address.home_id,
                    )
            await uow.threads.finish_turn(
                customer_id, thread.turn + 1, message=waiting.message.id, result=result
            )
            if result.replies:
                await uow.inbox.finish(waiting.inbox_id, Outcome.ANSWERED)
            elif handed_over:
                await uow.inbox.finish(waiting.inbox_id, Outcome.WITH_HUMAN)
            else:
                await uow.inbox.finish(waiting.inbox_id, Outcome.CLOSED, reason="nothing_to_say")
        if handed_over:
            await self._show_owner(customer_id)

    async def _speak(self, uow: UnitOfWork, customer_id: UUID, result: TurnResult) -> None:
        for effect in result.effects:
            language = Language.of(str(effect.facts.get("language") or ""))
            if effect.kind == "language" and language:
                await uow.customers.speak(
                    customer_id, language, fixed=bool(effect.facts.get("fixed"))
                )

    async def _give_up(self, turn: _Turn, error: EngineError) -> None:
        """Tell the customer that the bot cannot answer, and give the thread to support."""
        down = isinstance(error, EngineUnavailable)
        async with self._store.begin() as uow:
            thread = await uow.threads.lock(turn.customer.id)
            fenced = thread.fence != turn.thread.fence
            if fenced and (thread.owner is Owner.BOT or await _moved(uow, turn.waiting)):
                return
            if thread.owner is Owner.BOT:
                at = await aimed(uow, turn.waiting)
                await add_phrase(uow, at, Phrase.ENGINE_DOWN, turn.request.language)
                await hand_over(
                    uow,
                    turn.customer.id,
                    team=Team.SUPPORT,
                    reason="engine_unavailable" if down else "engine_failed",
                    facts={"error": str(error)[:300]},
                    actor="service",
                    home_id=turn.waiting.address.home_id,
                )
            await uow.inbox.finish(turn.waiting.inbox_id, Outcome.WITH_HUMAN)
        await self._show_owner(turn.customer.id)

    async def _notice(self, turn: _Turn) -> None:
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
        async with self._store.begin() as uow:
            thread = await uow.threads.get(customer_id)
        await self._fanout.publish(
            topic_of(customer_id), {"kind": "state", "owner": thread.owner, "team": thread.team}
        )


async def _moved(uow: UnitOfWork, waiting: Waiting) -> bool:
    """Say whether a join or a split has moved a message, so that its turn is another thread's."""
    message = await uow.messages.get(waiting.message.id)
    return message is None or message.customer_id != waiting.message.customer_id


async def _state(
    uow: UnitOfWork, thread: Thread, live: DialogueState | None
) -> Mapping[str, object] | None:
    """Give the dialogue state after the thread's last turn: the live copy if it is that one."""
    if live is not None and live.turn == thread.turn:
        return live.body
    kept = await uow.threads.state(thread.customer_id)
    return kept.body if kept else None


async def _pressed(uow: UnitOfWork, waiting: Waiting) -> str | None:
    """Give the payload of the button that was pressed, or whose number or title was typed."""
    message = waiting.message
    if message.author is Author.SYSTEM:  # a wish of the service's own, see hand_back
        return message.payload
    if message.payload:
        if await uow.messages.was_offered(message.customer_id, message.payload):
            return message.payload
        log.warning("payload.not_offered", message=str(message.id))
        return None
    offer = await uow.messages.last_offer(message.customer_id, before=message.seq)
    if offer is None:
        return None
    number = chosen(message.text, tuple(button.title for button in offer.buttons))
    payload = offer.buttons[number].payload if number is not None else None
    return await meant(uow, message, offer, payload)


def _payload_of(typed: Typed | None) -> str | None:
    """Give the engine's payload for a typed command."""
    match typed:
        case Typed(command=Command.START):
            return "/greet"
        case Typed(command=Command.HUMAN):
            return "/ask_human"
        case Typed(command=Command.HELP):
            return "/help"
        case Typed(command=Command.LANGUAGE, language=language):
            return f'/change_language{{"language": "{language}"}}'
    return None
