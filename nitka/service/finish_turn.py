"""Writes how a turn of the bot has ended: with replies and effects, or without the bot."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from nitka.domain.customer import Language
from nitka.domain.inbound import Outcome
from nitka.domain.phrases import Phrase
from nitka.domain.thread import Owner, Team, Thread
from nitka.domain.turn import Effect, TurnResult
from nitka.errors import EngineError, EngineUnavailable, Fenced
from nitka.ports import UnitOfWork
from nitka.service.begin_turn import Turn
from nitka.service.hand_over import hand_over
from nitka.service.leave_to_people import leave_to_people
from nitka.service.lines import add_phrase, add_reply, aimed
from nitka.service.recognise import note_typed
from nitka.service.sum_up import sum_up


async def finish_turn(uow: UnitOfWork, turn: Turn, result: TurnResult) -> bool:
    """Write a turn's outcome, if its fencing number still holds; say whether people have the
    thread by it.

    If people took over meanwhile, the replies stay drafts. If another worker is at it, raises
    `Fenced` and writes nothing.
    """
    waiting, customer_id = turn.waiting, turn.customer.id
    thread = await uow.threads.lock(customer_id)
    at = await aimed(uow, waiting)
    fenced = thread.fence != turn.thread.fence
    if fenced and await _begun_elsewhere(uow, turn, thread):
        raise Fenced
    if turn.request.aside and not _told(result):
        await leave_to_people(uow, thread, at, wish=result.understanding.get("intent"))
        return False
    if fenced:
        replies = [reply.text for reply in result.replies]
        await uow.handoffs.draft(customer_id, waiting.message.id, replies)
        await uow.inbox.finish(waiting.inbox_id, Outcome.WITH_HUMAN)
        return False
    await _speak(uow, customer_id, result)
    await note_typed(uow, waiting, result.slots)
    for reply in result.replies:
        await add_reply(uow, at, replace(reply, buttons=()) if turn.request.aside else reply)
    wishes = [effect for effect in result.effects if effect.kind == "hand_over"]
    for wish in wishes:
        await _hand_over(uow, turn, result, wish)
    if not turn.request.aside:
        await uow.threads.finish_turn(
            customer_id, thread.turn + 1, message=waiting.message.id, result=result
        )
    if result.replies:
        await uow.inbox.finish(waiting.inbox_id, Outcome.ANSWERED)
    elif wishes:
        await uow.inbox.finish(waiting.inbox_id, Outcome.WITH_HUMAN)
    else:
        await uow.inbox.finish(waiting.inbox_id, Outcome.CLOSED, reason="nothing_to_say")
    return bool(wishes)


async def give_up(uow: UnitOfWork, turn: Turn, error: EngineError) -> bool:
    """Tell the customer that the bot cannot answer, and give the thread to support; False if
    another worker is at it, and nothing is written."""
    thread = await uow.threads.lock(turn.customer.id)
    if thread.fence != turn.thread.fence and await _begun_elsewhere(uow, turn, thread):
        return False
    at = await aimed(uow, turn.waiting)
    if thread.owner is Owner.BOT:
        await add_phrase(uow, at, Phrase.ENGINE_DOWN, turn.request.language)
        down = isinstance(error, EngineUnavailable)
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
    else:
        await leave_to_people(uow, thread, at)
    return True


def _told(result: TurnResult) -> bool:
    """Say whether a turn aside has an answer that asks for nothing."""
    handed_over = any(effect.kind == "hand_over" for effect in result.effects)
    return bool(result.replies) and not handed_over


async def _hand_over(uow: UnitOfWork, turn: Turn, result: TurnResult, wish: Effect) -> None:
    customer_id, message = turn.customer.id, turn.waiting.message
    reason = str(wish.facts.get("reason") or "unknown")
    summary = await sum_up(uow, customer_id, result, reason=reason, seq=message.seq)
    await hand_over(
        uow,
        customer_id,
        team=Team.of(wish.facts.get("team")),
        reason=reason,
        facts={**result.slots, **summary, **wish.facts},
        actor="bot",
        home_id=turn.waiting.address.home_id,
    )


async def _speak(uow: UnitOfWork, customer_id: UUID, result: TurnResult) -> None:
    for effect in result.effects:
        language = Language.of(str(effect.facts.get("language") or ""))
        if effect.kind == "language" and language:
            await uow.customers.speak(customer_id, language, fixed=bool(effect.facts.get("fixed")))


async def _begun_elsewhere(uow: UnitOfWork, turn: Turn, thread: Thread) -> bool:
    """Say whether a fenced turn is another worker's by now, or, its message moved by a join or a
    split, another thread's; otherwise people have taken the thread over."""
    if thread.owner is Owner.BOT or (turn.request.aside and thread.owner is Owner.NOBODY):
        return True
    written = turn.waiting.message
    message = await uow.messages.get(written.id)
    return message is None or message.customer_id != written.customer_id
