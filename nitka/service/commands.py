"""Carries out what customers type as commands, where the service itself answers."""

from __future__ import annotations

from enum import StrEnum

from nitka.domain.address import Channel
from nitka.domain.customer import KnownAddress
from nitka.domain.message import Message
from nitka.domain.phrases import Phrase, say
from nitka.domain.wording import Command, Typed, typed_command
from nitka.ports import Choice, Dialogues, Store, UnitOfWork, Waiting
from nitka.service.fresh import answer, fresh
from nitka.service.link import CHANNEL_NAMES, Codes, Redeemed
from nitka.service.mover import Mover
from nitka.service.privacy import Privacy
from nitka.service.rate import Rate
from nitka.service.recognise import Recognise
from nitka.service.split import split

_OWN = {
    *(Command.LINK, Command.UNLINK, Command.ANSWER_AT),
    *(Command.CONTACT, Command.PRIVACY, Command.RATE),
}


class Carried(StrEnum):
    """What is left to do after a command."""

    DONE = "done"
    RESUME = "resume"  # the conversation goes on at a new address: take its thread up
    NO_COMMAND = "no_command"  # it was none: for whoever owns the thread


def command_in(message: Message, *, pressed: str | None) -> Typed | None:
    """Read a command that the service carries out itself, whoever owns the thread.

    `pressed` is the payload of the button that the message chooses.
    """
    typed = typed_command(pressed or message.text)
    if typed is None or (typed.command is Command.RATE and pressed is None):
        return None
    return typed if typed.command in _OWN else None


class Commands:
    """Codes, contacts, separating, where to be answered, privacy, ratings."""

    def __init__(
        self,
        store: Store,
        *,
        dialogues: Dialogues,
        codes: Codes,
        recognise: Recognise,
        privacy: Privacy,
        rate: Rate,
        mover: Mover,
    ) -> None:
        self._store = store
        self._recognise = recognise
        self._privacy = privacy
        self._rate = rate
        self._dialogues = dialogues
        self._codes = codes
        self._mover = mover

    async def __call__(self, typed: Typed, waiting: Waiting) -> Carried:
        """Carry out a command and answer it; a message that was moved meanwhile is followed."""
        match typed:
            case Typed(command=Command.LINK, argument=str(code)):
                return _left(await self._codes.redeem(code, waiting, bare=typed.bare))
            case Typed(command=Command.CONTACT, argument=str(phone)):
                return _left(await self._recognise.by_contact(phone, waiting))
            case Typed(command=Command.LINK):
                await self._codes.give(waiting)
            case Typed(command=Command.UNLINK):
                await self._separate(waiting)
            case Typed(command=Command.ANSWER_AT, channel=channel):
                await self._answer_at(channel, waiting)
            case Typed(command=Command.PRIVACY, argument=step):
                await self._privacy(step, waiting)
            case Typed(command=Command.RATE, argument=str(answer)):
                if not await self._rate(answer, waiting):
                    return Carried.NO_COMMAND
        return Carried.DONE

    async def _separate(self, waiting: Waiting) -> None:
        """Undo the latest join of the conversation; either side may."""
        async with self._store.begin() as uow:
            scene = await fresh(uow, waiting)
            tree = await uow.links.tree(scene.thread.customer_id)
            if not tree:
                text = say(Phrase.NOTHING_TO_SEPARATE, scene.language)
                await answer(uow, scene.waiting, text)
                return
        link = tree[-1]
        sides = (scene.thread.customer_id, link.other_id)
        async with self._mover.still(*sides), self._store.begin() as uow:
            actor = f"address:{waiting.address.id}"
            await split(uow, self._dialogues, link.id, actor=actor, reason="asked by the customer")
            scene = await fresh(uow, waiting)
            await answer(uow, scene.waiting, say(Phrase.SEPARATED, scene.language))
        await self._mover.tell(*sides)

    async def _answer_at(self, channel: Channel | None, waiting: Waiting) -> None:
        async with self._store.begin() as uow:
            scene = await fresh(uow, waiting)
            here = scene.waiting.address
            there = await _address_on(uow, channel, scene.waiting)
            if there is not None:
                customer_id = scene.thread.customer_id
                choice = Choice(there.id, here.id) if there.id != here.id else None
                await uow.threads.choose(customer_id, choice)
                phrase = Phrase.ANSWERS_THERE if choice else Phrase.ANSWERS_HERE
                named = CHANNEL_NAMES[there.address.channel]
                await answer(uow, scene.waiting, say(phrase, scene.language, channel=named))
        if there is None:
            await self._codes.give(waiting, lacking=channel)


def _left(redeemed: Redeemed) -> Carried:
    match redeemed:
        case Redeemed.DONE_BEFORE:
            return Carried.RESUME
        case Redeemed.NO_CODE:
            return Carried.NO_COMMAND
    return Carried.DONE


async def _address_on(
    uow: UnitOfWork, channel: Channel | None, waiting: Waiting
) -> KnownAddress | None:
    """Give the customer's latest address on a channel that takes messages; None: here."""
    here = waiting.address
    if channel is None or channel is here.address.channel:
        return here
    addresses = await uow.customers.addresses(waiting.message.customer_id)
    fitting = (one for one in addresses if one.address.channel is channel and one.reachable)
    return next(fitting, None)
