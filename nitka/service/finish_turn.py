"""Writes how a turn of the bot has ended: with replies and effects, or without the bot."""

from __future__ import annotations

from uuid import UUID

from nitka.domain.customer import Language
from nitka.domain.inbound import Outcome
from nitka.domain.phrases import Phrase
from nitka.domain.thread import Owner, Team
from nitka.domain.turn import Effect, TurnResult
from nitka.errors import EngineError, EngineUnavailable, Fenced
from nitka.ports import UnitOfWork, Waiting
from nitka.service.begin_turn import Turn
from nitka.service.hand_over import hand_over
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
    if thread.fence != turn.thread.fence:
        if thread.owner is Owner.BOT or await _moved(uow, waiting):
            raise Fenced
        replies = [reply.text for reply in result.replies]
        await uow.handoffs.draft(customer_id, waiting.message.id, replies)
        await uow.inbox.finish(waiting.inbox_id, Outcome.WITH_HUMAN)
        return False
    await _speak(uow, customer_id, result)
    await note_typed(uow, waiting, result.slots)
    at = await aimed(uow, waiting)
    for reply in result.replies:
        await add_reply(uow, at, reply)
    wishes = [effect for effect in result.effects if effect.kind == "hand_over"]
    for wish in wishes:
        await _hand_over(uow, turn, result, wish)
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
    fenced = thread.fence != turn.thread.fence
    if fenced and (thread.owner is Owner.BOT or await _moved(uow, turn.waiting)):
        return False
    if thread.owner is Owner.BOT:
        at = await aimed(uow, turn.waiting)
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
    return True


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


async def _moved(uow: UnitOfWork, waiting: Waiting) -> bool:
    """Say whether a join or a split has moved a message, so that its turn is another thread's."""
    message = await uow.messages.get(waiting.message.id)
    return message is None or message.customer_id != waiting.message.customer_id
