"""How a hand-off was: asks the customer once, and takes his score and his words.

The question is out of place while anybody is talking. It is answered by its buttons; a number
typed counts only while it is the last thing said. Everything else is for the bot, as ever.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from nitka.domain.customer import Language
from nitka.domain.follow_up import FollowUpState
from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.message import Author, Button, Message
from nitka.domain.phrases import Phrase, say
from nitka.domain.plan import Satisfaction
from nitka.domain.thread import Owner
from nitka.domain.wording import Command, typed_command
from nitka.errors import Refused
from nitka.ports import Clock, Dialogues, Store, UnitOfWork, Waiting
from nitka.service.casework import Case
from nitka.service.fresh import answer, fresh
from nitka.service.lines import tell
from nitka.service.write import where_he_is

_RATE = "/rate"
_WORDS, _NO, _REMARK = "words", "no", "remark"
_STALE = timedelta(days=1)  # after a hand-off; then the question is left out
_OFFER_STANDS = timedelta(minutes=30)  # that long buttons nobody pressed are an open question
_LONGEST = 2000  # characters of a remark; the thread has all of it
_SCORES = ("1", "2", "3", "4", "5")


async def ask_how_it_was(
    uow: UnitOfWork, case: Case, *, rule: Satisfaction, dialogues: Dialogues, at: datetime
) -> FollowUpState:
    """Ask the customer, whose thread is locked; `PLANNED` says that it is out of place just now."""
    verdict = await _verdict(uow, case, rule, dialogues, at)
    if verdict is not FollowUpState.DONE:
        return verdict
    customer_id = case.thread.customer_id
    try:
        address = await where_he_is(uow, customer_id)
    except Refused:
        return FollowUpState.DROPPED
    customer = await uow.customers.get(customer_id)
    language = customer.language if customer else None
    titles = (say(Phrase.WORST, language), *_SCORES[1:-1], say(Phrase.BEST, language))
    buttons = tuple(
        Button(title, _payload(case.handoff, score))
        for title, score in zip(titles, _SCORES, strict=True)
    )
    text, key = say(Phrase.HOW_WAS_IT, language), f"how_was_it:{case.handoff.id}"
    await tell(uow, customer_id, address, Author.SYSTEM, text, buttons=buttons, key=key)
    await uow.cases.change(replace(case.handoff, asked_at=at))
    return FollowUpState.DONE


async def _verdict(
    uow: UnitOfWork, case: Case, rule: Satisfaction, dialogues: Dialogues, at: datetime
) -> FollowUpState:
    customer_id = case.thread.customer_id
    handoffs = await uow.handoffs.of(customer_id)
    asked = [one.asked_at for one in handoffs if one.asked_at is not None]
    closed_at = case.handoff.closed_at or at
    if at - closed_at > _STALE or any(at - before < rule.every for before in asked):
        return FollowUpState.DROPPED
    is_open = any(one.state is not HandoffState.CLOSED for one in handoffs)
    if case.thread.owner is not Owner.BOT or is_open:
        return FollowUpState.PLANNED
    said = [line for line in await uow.cases.newest(customer_id, limit=20) if not line.internal]
    if said and at - said[-1].created_at < rule.quiet:
        return FollowUpState.PLANNED
    state = await uow.states.of(customer_id)
    offer = await uow.messages.last_offer(customer_id, before=case.thread.seq + 1)
    asks = dialogues.asks(state.body if state else None) is not None
    if asks or (offer is not None and at - offer.created_at < _OFFER_STANDS):
        return FollowUpState.PLANNED
    return FollowUpState.DONE


async def meant(
    uow: UnitOfWork, message: Message, offer: Message, payload: str | None
) -> str | None:
    """Say what a typed message chooses of an offer; of any but ours it is `payload`.

    A score or a remark is meant only at the address that was asked, and if nobody has said
    anything since.
    """
    asks = typed_command(offer.buttons[0].payload)
    if asks is None or asks.command is not Command.RATE:
        return payload
    next_line = (await uow.messages.after(message.customer_id, offer.seq, limit=1))[0]
    if offer.address_id != message.address_id or next_line.id != message.id:
        return None
    handoff_id, step = str(asks.argument).split()
    plain = message.text.strip() and typed_command(message.text) is None
    if payload is None and step == _NO and plain:
        return f"{_RATE} {handoff_id} {_REMARK}"
    return payload


class Rate:
    """Takes what customers answer to the question."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, argument: str, waiting: Waiting) -> bool:
        """Note a score or a remark and say thanks; False if it is about no hand-off of his."""
        handoff_id, step = argument.split()
        async with self._store.begin() as uow:
            scene = await fresh(uow, waiting)
            handoff = await uow.cases.get(UUID(handoff_id)) if _is_id(handoff_id) else None
            if handoff is None or handoff.customer_id != scene.thread.customer_id:
                return False
            if step == _WORDS:
                await _ask_for_words(uow, scene.waiting, handoff, scene.language)
                return True
            first = handoff.score is None
            if step in _SCORES:
                rated = replace(handoff, score=int(step), rated_at=self._clock.now())
                await uow.cases.change(rated)
            elif step == _REMARK:
                words = waiting.message.text.strip()[:_LONGEST]
                await uow.cases.change(replace(handoff, remark=words))
            if step in _SCORES and first:
                await _thank_and_offer(uow, scene.waiting, handoff, scene.language)
            else:
                await answer(uow, scene.waiting, say(Phrase.RATING_NOTED, scene.language))
        return True


def _is_id(text: str) -> bool:
    """Other systems may offer buttons with any payload."""
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _payload(handoff: Handoff, step: str) -> str:
    return f"{_RATE} {handoff.id} {step}"


async def _thank_and_offer(
    uow: UnitOfWork, waiting: Waiting, handoff: Handoff, language: Language | None
) -> None:
    button = Button(say(Phrase.ADD_WORDS, language), _payload(handoff, _WORDS))
    await answer(uow, waiting, say(Phrase.RATED, language), buttons=(button,))


async def _ask_for_words(
    uow: UnitOfWork, waiting: Waiting, handoff: Handoff, language: Language | None
) -> None:
    button = Button(say(Phrase.NO_WORDS, language), _payload(handoff, _NO))
    await answer(uow, waiting, say(Phrase.YOUR_WORDS, language), buttons=(button,))
