"""Adds lines that go out: to the thread and to the outbox, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from nitka.domain.customer import KnownAddress, Language
from nitka.domain.message import Attachment, Author, Button, Message, MessageState
from nitka.domain.phrases import Phrase, say
from nitka.domain.turn import Reply
from nitka.ports import Line, UnitOfWork, Waiting


async def add_reply(uow: UnitOfWork, waiting: Waiting, reply: Reply) -> None:
    """Add the bot's reply, and send it where the customer wants it.

    A picture that the bot names by its address goes along as a link, which every channel shows.
    """
    text = "\n".join(part for part in (reply.text, reply.image) if part)
    line = _line(waiting, Author.BOT, text, buttons=reply.buttons)
    await add_line(uow, waiting.message.customer_id, line)


async def add_phrase(
    uow: UnitOfWork,
    waiting: Waiting,
    phrase: Phrase,
    language: Language | None,
    *,
    key: str | None = None,
) -> None:
    """Add a line of the service itself; with a `key` that is there already, nothing happens."""
    line = _line(waiting, Author.SYSTEM, say(phrase, language))
    await add_line(uow, waiting.message.customer_id, replace(line, key=key))


async def add_text(
    uow: UnitOfWork,
    waiting: Waiting,
    text: str,
    *,
    buttons: tuple[Button, ...] = (),
    attachments: tuple[Attachment, ...] = (),
) -> None:
    """Add what the service itself answers to a message: once, however often it is answered."""
    line = _line(waiting, Author.SYSTEM, text, buttons=buttons)
    line = replace(line, attachments=attachments, key=f"service:{waiting.message.id}")
    await add_line(uow, waiting.message.customer_id, line)


async def tell(
    uow: UnitOfWork,
    customer_id: UUID,
    address: KnownAddress,
    author: Author,
    text: str,
    *,
    key: str,
    buttons: tuple[Button, ...] = (),
) -> Message | None:
    """Tell a customer something that answers no message, in the place where he wrote last from
    the address; None if its key is there already."""
    last = await uow.cases.last_said(customer_id, address.id)
    line = Line(
        author,
        text,
        MessageState.PENDING,
        address,
        buttons=buttons,
        place=last.place if last else None,
        key=key,
    )
    return await add_line(uow, customer_id, line)


async def add_line(uow: UnitOfWork, customer_id: UUID, line: Line) -> Message | None:
    """Add a line and send it to its address; None if its key is there already."""
    message = await uow.messages.add(customer_id, line)
    if message is not None and line.address is not None:
        await uow.outbox.put(message, line.address)
    return message


async def aimed(uow: UnitOfWork, waiting: Waiting) -> Waiting:
    """Give the message with the address where the customer wants it answered.

    That is where he wrote, unless he has chosen another channel from there and can be reached.
    Writing from anywhere else ends his choice.
    """
    choice = await uow.threads.choice(waiting.message.customer_id)
    if choice is None:
        return waiting
    if choice.made_at != waiting.address.id:
        await uow.threads.choose(waiting.message.customer_id, None)
        return waiting
    addresses = await uow.customers.addresses(waiting.message.customer_id)
    chosen = _reachable(addresses, choice.address_id)
    if chosen is None or chosen.id == waiting.address.id:
        return waiting
    return replace(waiting, address=chosen, message=replace(waiting.message, place=None))


async def chosen_address(
    uow: UnitOfWork, customer_id: UUID, addresses: Sequence[KnownAddress]
) -> KnownAddress | None:
    """Give where the customer wants to be answered, if he has chosen and it takes messages."""
    choice = await uow.threads.choice(customer_id)
    return _reachable(addresses, choice.address_id) if choice else None


def _reachable(addresses: Sequence[KnownAddress], address_id: UUID) -> KnownAddress | None:
    return next((one for one in addresses if one.id == address_id and one.reachable), None)


def _line(waiting: Waiting, author: Author, text: str, *, buttons: tuple[Button, ...] = ()) -> Line:
    return Line(
        author,
        text,
        MessageState.PENDING,
        waiting.address,
        buttons=buttons,
        reply_to=waiting.message.id,
        place=waiting.message.place,
    )
