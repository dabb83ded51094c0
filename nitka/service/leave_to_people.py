"""Leaves what a customer wrote to the people who own his thread, or whom he waits for."""

from __future__ import annotations

import re
from dataclasses import replace

from nitka.domain.customer import Language
from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.inbound import Outcome
from nitka.domain.phrases import Phrase, say
from nitka.domain.thread import Owner, Thread
from nitka.domain.turn import first_of
from nitka.domain.wording import Command, typed_command
from nitka.ports import UnitOfWork, Waiting
from nitka.service.lines import add_phrase, add_text

TO_THE_BOT = "bot"
CALL_BACK = "/callback"
"""Payloads of the buttons below what a waiting customer is told (service/route.py)."""
_NUMBER = re.compile(r"\+?\d[\d ()/-]{5,}\d")


async def choose_otherwise(
    uow: UnitOfWork, thread: Thread, waiting: Waiting, *, pressed: str | None
) -> bool:
    """Carry out what a customer who waits for a person may choose instead; False if he does not.

    By writing "bot" he has the bot back, while the hand-off stays open; by a button or with his
    number he is called back. `pressed` is the payload of the button that he chose.
    """
    waits = await _waiting(uow, thread)
    typed = typed_command(pressed or waiting.message.text)
    if typed and typed.command is Command.BOT:
        await _to_the_bot(uow, waiting)
        language = await _language(uow, thread)
        await add_phrase(uow, waiting, Phrase.BOT_IS_BACK, language)
    elif waits and (pressed == CALL_BACK or _gives_a_number(waits, waiting)):
        await _note_call(uow, waits, waiting)
    else:
        return False
    return True


async def leave_to_people(
    uow: UnitOfWork, thread: Thread, waiting: Waiting, *, wish: object = None
) -> None:
    """End an inbound as `with_human`, in the caller's transaction.

    While no person has come yet, the customer is told that his words reach them: once a hand-off,
    and whenever he asks for a person again. `wish` is what his words were understood as, if they
    were; a wish to be called back is carried out.
    """
    waits = await _waiting(uow, thread) if thread.owner is Owner.NOBODY else None
    if waits and wish == "callback":
        await _note_call(uow, waits, waiting)
        return
    await uow.cases.unanswered(thread.customer_id, since=waiting.received_at)
    if thread.owner is Owner.NOBODY:
        for newest in (await uow.handoffs.of(thread.customer_id))[:1]:
            asked = f":{waiting.message.id}" if wish == "ask_human" else ""
            key = f"waiting:{newest.id}{asked}"
            language = await _language(uow, thread)
            await add_phrase(uow, waiting, Phrase.STILL_WAITING, language, key=key)
    await uow.inbox.finish(waiting.inbox_id, Outcome.WITH_HUMAN)


async def _language(uow: UnitOfWork, thread: Thread) -> Language | None:
    customer = await uow.customers.get(thread.customer_id)
    return customer.language if customer else None


async def _waiting(uow: UnitOfWork, thread: Thread) -> Handoff | None:
    found = await uow.handoffs.of(thread.customer_id)
    return next((one for one in found if one.state is HandoffState.WAITING), None)


async def _to_the_bot(uow: UnitOfWork, waiting: Waiting) -> None:
    await uow.threads.own(waiting.message.customer_id, Owner.BOT, None)
    await uow.inbox.finish(waiting.inbox_id, Outcome.ANSWERED)


def _gives_a_number(handoff: Handoff, waiting: Waiting) -> bool:
    """Say whether this answers the question for a number to be called on."""
    asked = handoff.reason == "callback" and handoff.facts.get("phone") is None
    return asked and _NUMBER.search(waiting.message.text) is not None


async def _note_call(uow: UnitOfWork, handoff: Handoff, waiting: Waiting) -> None:
    """Make the hand-off one for a call. Once the number is known the bot has the thread again."""
    customer = await uow.customers.get(waiting.message.customer_id)
    slots = await uow.threads.slots(waiting.message.customer_id)
    written = _NUMBER.search(waiting.message.text)
    known = first_of(slots.get("phone")) or (customer.phone if customer else None)
    phone = written[0] if written else known
    wish = {"phone": phone, "call": waiting.message.text[:500]} if phone else {}
    call = replace(handoff, reason="callback", facts={**handoff.facts, **wish}, waiting_since=None)
    await uow.cases.change(call)
    language = customer.language if customer else None
    if phone is None:
        await add_text(uow, waiting, say(Phrase.WHICH_NUMBER, language))
        await uow.inbox.finish(waiting.inbox_id, Outcome.ANSWERED)
        return
    await add_text(uow, waiting, say(Phrase.CALL_NOTED, language, phone=phone))
    await _to_the_bot(uow, waiting)
