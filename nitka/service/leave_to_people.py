"""Leaves what a customer wrote to the people who own his thread: it never reaches the bot."""

from __future__ import annotations

from nitka.domain.inbound import Outcome
from nitka.domain.phrases import Phrase
from nitka.domain.thread import Owner, Thread
from nitka.domain.wording import Command, typed_command
from nitka.ports import UnitOfWork, Waiting
from nitka.service.lines import add_phrase


async def leave_to_people(uow: UnitOfWork, thread: Thread, waiting: Waiting) -> None:
    """End an inbound as `with_human`, in the caller's transaction.

    While no person has come yet, the customer is told once a hand-off that his words reach them,
    and can have the bot back by writing "bot"; the hand-off stays open.
    """
    customer = await uow.customers.get(thread.customer_id)
    language = customer.language if customer else None
    typed = typed_command(waiting.message.text)
    if thread.owner is Owner.NOBODY and typed and typed.command is Command.BOT:
        await uow.threads.own(thread.customer_id, Owner.BOT, None)
        await add_phrase(uow, waiting, Phrase.BOT_IS_BACK, language)
        await uow.inbox.finish(waiting.inbox_id, Outcome.ANSWERED)
        return
    await uow.cases.unanswered(thread.customer_id, since=waiting.received_at)
    if thread.owner is Owner.NOBODY:
        for newest in (await uow.handoffs.of(thread.customer_id))[:1]:
            key = f"waiting:{newest.id}"
            await add_phrase(uow, waiting, Phrase.STILL_WAITING, language, key=key)
    await uow.inbox.finish(waiting.inbox_id, Outcome.WITH_HUMAN)
