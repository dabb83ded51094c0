"""Adds lines that go out: to the thread and to the outbox, in the caller's transaction."""

from __future__ import annotations

from nitka.domain.customer import Language
from nitka.domain.message import Author, MessageState
from nitka.domain.phrases import Phrase, say
from nitka.domain.turn import Reply
from nitka.ports import Line, UnitOfWork, Waiting


async def add_reply(uow: UnitOfWork, waiting: Waiting, reply: Reply) -> None:
    """Add the bot's reply, and send it where the customer wrote.

    A picture that the bot names by its address goes along as a link, which every channel shows.
    """
    line = Line(
        Author.BOT,
        "\n".join(part for part in (reply.text, reply.image) if part),
        MessageState.PENDING,
        waiting.address,
        buttons=reply.buttons,
        reply_to=waiting.message.id,
        place=waiting.message.place,
    )
    await _put(uow, waiting, line)


async def add_phrase(
    uow: UnitOfWork,
    waiting: Waiting,
    phrase: Phrase,
    language: Language | None,
    *,
    key: str | None = None,
) -> None:
    """Add a line of the service itself; with a `key` that is there already, nothing happens."""
    line = Line(
        Author.SYSTEM,
        say(phrase, language),
        MessageState.PENDING,
        waiting.address,
        reply_to=waiting.message.id,
        place=waiting.message.place,
        key=key,
    )
    await _put(uow, waiting, line)


async def _put(uow: UnitOfWork, waiting: Waiting, line: Line) -> None:
    message = await uow.messages.add(waiting.message.customer_id, line)
    if message is not None:
        await uow.outbox.put(message, waiting.address)
