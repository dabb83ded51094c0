"""Begins a turn of the bot: what a customer's message asks the engine for, under which number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from nitka.domain.customer import Customer
from nitka.domain.message import Author
from nitka.domain.thread import Owner, Thread
from nitka.domain.turn import DialogueState, TurnRequest
from nitka.domain.wording import Command, Typed, chosen, typed_command
from nitka.ports import UnitOfWork, Waiting
from nitka.service.leave_to_people import choose_otherwise, leave_to_people
from nitka.service.lines import aimed
from nitka.service.rate import meant

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that has begun: what waits, under which number, and what the engine is asked."""

    waiting: Waiting
    thread: Thread
    customer: Customer
    request: TurnRequest


async def begin_turn(
    uow: UnitOfWork,
    thread: Thread,
    waiting: Waiting,
    live: DialogueState | None,
    *,
    payload: str | None,
) -> Turn | None:
    """Begin the engine's turn; None if none is needed: a person, who has the thread, has the
    message, or the customer has chosen something instead of waiting for one.

    Whoever waits is asked about aside: only what the bot answers meanwhile is answered then.
    """
    thread = await uow.threads.begin_turn(thread.customer_id)
    at = await aimed(uow, waiting)
    if thread.owner is Owner.AGENT:
        await leave_to_people(uow, thread, at)
        return None
    aside = thread.owner is Owner.NOBODY
    if aside and await choose_otherwise(uow, thread, at, pressed=payload):
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
        channel=at.address.address.channel,
        text=message.text,
        payload=_payload_of(typed) or payload,
        language=wanted or customer.language,
        language_fixed=customer.language_fixed or wanted is not None,
        name=customer.name,
        attachments=message.attachments,
        state=None if aside else await _state(uow, thread, live),
        aside=aside,
    )
    return Turn(waiting, thread, customer, request)


async def pressed(uow: UnitOfWork, waiting: Waiting) -> str | None:
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


async def _state(
    uow: UnitOfWork, thread: Thread, live: DialogueState | None
) -> Mapping[str, object] | None:
    """Give the dialogue state after the thread's last turn: the live copy if it is that one."""
    if live is not None and live.turn == thread.turn:
        return live.body
    kept = await uow.threads.state(thread.customer_id)
    return kept.body if kept else None


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
