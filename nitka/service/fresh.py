"""Looks again at a message that was read in an earlier transaction: joins and splits move it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nitka.domain.customer import Language
from nitka.domain.inbound import Outcome
from nitka.domain.message import Button
from nitka.domain.thread import Thread
from nitka.errors import Fenced
from nitka.ports import UnitOfWork, Waiting
from nitka.service.lines import add_text


@dataclass(frozen=True, slots=True)
class Scene:
    """A waiting message as it stands now, with its locked thread."""

    waiting: Waiting
    thread: Thread
    language: Language | None


async def fresh(uow: UnitOfWork, waiting: Waiting) -> Scene:
    """Lock the thread that the message stands in now. Raises `Fenced` if it was erased.

    What is answered to a command is nobody else's business: it goes to the address itself, not to
    the group or channel where the command may have been written.
    """
    while True:
        message = await uow.messages.get(waiting.message.id)
        if message is None:
            raise Fenced(f"message {waiting.message.id} is gone")
        thread = await uow.threads.lock(message.customer_id)
        again = await uow.messages.get(waiting.message.id)
        if again is not None and again.customer_id == thread.customer_id:
            customer = await uow.customers.get(thread.customer_id)
            language = customer.language if customer else None
            private = replace(again, place=None)
            return Scene(replace(waiting, message=private), thread, language)


async def answer(
    uow: UnitOfWork, waiting: Waiting, text: str, *, buttons: tuple[Button, ...] = ()
) -> None:
    """Answer a command by the service itself, and end its inbound."""
    await add_text(uow, waiting, text, buttons=buttons)
    await uow.inbox.finish(waiting.inbox_id, Outcome.ANSWERED)
