"""Hands a thread back to the bot with what people found out, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from nitka.domain.customer import KnownAddress
from nitka.domain.follow_up import FollowUpKind, NewFollowUp
from nitka.domain.handoff import (
    SETTLED,
    WISHED_AT,
    HandBack,
    Handoff,
    HandoffState,
    Next,
    Reopened,
)
from nitka.domain.inbound import Inbound
from nitka.domain.message import Author, MessageState
from nitka.domain.phrases import Phrase, say
from nitka.domain.phrases.moments import at_time
from nitka.domain.plan import Plan
from nitka.domain.staff import Staff
from nitka.domain.thread import Owner
from nitka.domain.turn import Dialogue
from nitka.errors import Refused
from nitka.ports import Dialogues, Line, UnitOfWork
from nitka.service.casework import Case, own_case
from nitka.service.lines import tell
from nitka.service.resume import Resumed, reopened, resumed
from nitka.service.write import where_he_is

_FARTHEST = timedelta(days=366)
_LATER = {Next.REMINDER: FollowUpKind.REMINDER, Next.CALLBACK: FollowUpKind.CALLBACK}


@dataclass(frozen=True, slots=True)
class Moment:
    """When somebody calls back, seen from now; `ours` is the firm's time zone."""

    at: datetime
    now: datetime
    ours: ZoneInfo


@dataclass(frozen=True, slots=True)
class HandedBack:
    """A closed hand-off. `owner`: who owns the thread now; `turn`: the bot has a turn to take."""

    handoff: Handoff
    owner: Owner
    turn: bool


async def hand_back(
    uow: UnitOfWork,
    handoff_id: UUID,
    staff: Staff,
    back: HandBack,
    *,
    dialogues: Dialogues,
    plan: Plan,
    at: datetime,
) -> HandedBack:
    """Close a hand-off, correct what the bot knows, and give it the thread.

    Once more with the same outcome changes nothing. The bot gets the thread unless the same agent
    has another hand-off of it. Raises `Refused` as `own_case` does, and 422 `bad_time` for a
    follow-up that is not within the next year.
    """
    case = await _case(uow, handoff_id, staff, back)
    if case is None:
        return await _as_it_is(uow, handoff_id)
    if back.at is not None and not at < back.at < at + _FARTHEST:
        raise Refused("bad_time", "Choose a time within the next year.", status=422)
    customer_id = case.thread.customer_id
    handoff = replace(
        case.handoff,
        state=HandoffState.CLOSED,
        closed_at=at,
        waiting_since=None,
        outcome=back.outcome,
        next=back.next,
        corrected=back.facts,
    )
    await uow.cases.change(handoff)
    await _plan_ahead(uow, handoff, staff, back, plan)
    await _write_line(uow, case, staff, back)
    slots = await _correct(uow, customer_id, back.facts, dialogues)
    others = [h for h in await uow.handoffs.of(customer_id) if h.state is HandoffState.ACTIVE]
    owner = Owner.AGENT if others else Owner.BOT
    if owner is Owner.BOT:
        await uow.threads.own(customer_id, Owner.BOT, None)
    await uow.ledger.audit(
        "hand_back",
        actor=staff.key,
        customer_id=customer_id,
        facts={
            "handoff": str(handoff.id),
            "outcome": back.outcome,
            "facts": back.facts,
            "next": back.next,
            "at": back.at.isoformat() if back.at else None,
            "owner": owner,
        },
    )
    when = Moment(back.at, at, plan.zone) if back.at else None
    going_on = _GoingOn(handoff, slots, when, dialogues)
    turn = await _follow_up(uow, going_on) if owner is Owner.BOT else False
    return HandedBack(handoff, owner, turn)


async def _case(uow: UnitOfWork, handoff_id: UUID, staff: Staff, back: HandBack) -> Case | None:
    """Open the case; None if this very hand-back was done before."""
    try:
        return await own_case(uow, handoff_id, staff)
    except Refused as refused:
        known = await uow.cases.get(handoff_id)
        same = known and (known.agent, known.outcome) == (staff.key, back.outcome)
        if refused.code == "handoff_closed" and same:
            return None
        raise


async def _as_it_is(uow: UnitOfWork, handoff_id: UUID) -> HandedBack:
    handoff = await uow.cases.get(handoff_id)
    assert handoff is not None  # noqa: S101  # it was read in this transaction
    thread = await uow.threads.get(handoff.customer_id)
    return HandedBack(handoff, thread.owner, turn=False)


async def _write_line(uow: UnitOfWork, case: Case, staff: Staff, back: HandBack) -> None:
    """Write the hand-back into the thread, for staff only."""
    told = ", ".join(f"{name}: {value}" for name, value in back.facts.items())
    line = Line(
        Author.SYSTEM,
        "\n".join(part for part in (back.outcome, told) if part),
        MessageState.RECEIVED,
        None,
        author_name=staff.name,
        staff=staff.key,
        internal=True,
    )
    await uow.messages.add(case.thread.customer_id, line)


async def _correct(
    uow: UnitOfWork, customer_id: UUID, facts: Mapping[str, object], dialogues: Dialogues
) -> Mapping[str, object]:
    """Write the facts into the dialogue's state and give what it remembers now."""
    known = await uow.states.of(customer_id)
    told = {**SETTLED, **facts}
    slots = {**(known.slots if known else {}), **told}
    body = dialogues.remember(known.body if known else None, told)
    model = known.model if known else ""
    await uow.states.put(customer_id, Dialogue(body, slots, model))
    return slots


async def _plan_ahead(
    uow: UnitOfWork, handoff: Handoff, staff: Staff, back: HandBack, plan: Plan
) -> None:
    """Plan what comes later. How it was is asked only of whom a person has answered here."""
    if plan.satisfaction is not None and handoff.first_reply_at and handoff.closed_at:
        due_at = handoff.closed_at + plan.satisfaction.after
        new = NewFollowUp(handoff.id, FollowUpKind.QUESTION, due_at, staff.key)
        await uow.follow_ups.plan(new)
    if back.at is None or back.next not in _LATER:
        return
    kind = _LATER[back.next]
    new = NewFollowUp(handoff.id, kind, back.at, staff.key, words=back.words, tell=back.tell)
    await uow.follow_ups.plan(new)


@dataclass(frozen=True, slots=True)
class _GoingOn:
    """A closed hand-off with what the bot remembers by now, and when somebody calls back."""

    handoff: Handoff
    slots: Mapping[str, object]
    when: Moment | None
    dialogues: Dialogues


async def _follow_up(uow: UnitOfWork, on: _GoingOn) -> bool:
    """Do what comes next; True if the bot has to take a turn for it."""
    handoff, slots = on.handoff, on.slots
    if handoff.next is Next.CALLBACK and on.when is None:
        facts = {"after": str(handoff.id), "phone": slots.get("phone"), "outcome": handoff.outcome}
        await uow.handoffs.open(
            handoff.customer_id, handoff.team, "callback", facts, home_id=handoff.home_id
        )
    if handoff.next in (None, Next.NONE, Next.REMINDER):
        return False
    try:
        address = await where_he_is(uow, handoff.customer_id)
    except Refused:  # a customer who cannot be told anything keeps no hand-off open
        return False
    again = await _reopen(uow, on) if handoff.next is Next.BOT else None
    if again is None:
        await _say(uow, handoff, address, on.when)
        return False
    await _have_a_turn(uow, handoff, address, again.payload)
    return True


async def _reopen(uow: UnitOfWork, on: _GoingOn) -> Resumed | None:
    """Give what the bot takes up again, its form open in the dialogue's state.

    It is noted at the hand-off, so that a split can tell the dialogue anew with it.
    """
    known = await uow.states.of(on.handoff.customer_id)
    body = known.body if known else None
    again = resumed(on.handoff, on.slots, on.dialogues.asks(body))
    if again is None or known is None or not (again.form or again.facts):
        return again
    told = Reopened(again.form, again.asks, again.facts)
    body = reopened(on.dialogues, body, told)
    slots = on.dialogues.slots(body)
    await uow.states.put(on.handoff.customer_id, Dialogue(body, slots, known.model))
    await uow.cases.change(replace(on.handoff, reopened=told))
    return again


async def _say(
    uow: UnitOfWork, handoff: Handoff, address: KnownAddress, when: Moment | None
) -> None:
    """Say that the bot is back, or that somebody calls."""
    customer = await uow.customers.get(handoff.customer_id)
    language = customer.language if customer else None
    zone = customer.time_zone if customer else None
    if handoff.next is not Next.CALLBACK:
        text = say(Phrase.HANDED_BACK, language)
    elif when is None:
        text = say(Phrase.CALL_BACK, language)
    else:
        told = at_time(when.at, language, now=when.now, zone=zone, ours=when.ours)
        text = say(Phrase.CALL_BACK_AT, language, when=told)
    key = f"{WISHED_AT}{handoff.id}"
    await tell(uow, handoff.customer_id, address, Author.BOT, text, key=key)


async def _have_a_turn(
    uow: UnitOfWork, handoff: Handoff, address: KnownAddress, payload: str
) -> None:
    """Put a wish of the service's own into the inbox: the bot answers it as if it were asked.

    Its line is internal and without words; so it is fenced, repeated and accounted for as any.
    """
    last = await uow.cases.last_said(handoff.customer_id, address.id)
    line = Line(
        Author.SYSTEM,
        "",
        MessageState.RECEIVED,
        address,
        payload=payload,
        place=last.place if last else None,
        internal=True,
    )
    message = await uow.messages.add(handoff.customer_id, line)
    assert message is not None  # noqa: S101  # it has no key
    inbound = Inbound(address.address, f"{WISHED_AT}{handoff.id}", "")
    await uow.inbox.put(
        inbound, customer_id=handoff.customer_id, message_id=message.id, due_in=timedelta(0)
    )
