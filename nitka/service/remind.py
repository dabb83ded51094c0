"""Brings a thread back to people at a time that was planned at a hand-back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from nitka.domain.follow_up import FollowUp, FollowUpKind, FollowUpState
from nitka.domain.message import Author
from nitka.domain.staff import Staff
from nitka.domain.thread import Owner
from nitka.errors import Refused
from nitka.ports import UnitOfWork
from nitka.service.casework import Case, open_case
from nitka.service.lines import tell
from nitka.service.write import where_he_is


async def remind(uow: UnitOfWork, case: Case, follow_up: FollowUp) -> None:
    """Open a hand-off that waits for who planned it, beside the bot, which keeps the thread.

    What the bot is to write to the customer goes out only if no person has the thread; else it is
    left to that person, in the hand-off's facts.
    """
    customer_id, closed = case.thread.customer_id, case.handoff
    state = await uow.states.of(customer_id)
    facts: dict[str, object] = {
        "after": str(closed.id),
        "outcome": closed.outcome,
        "for": follow_up.staff,
        "words": follow_up.words,
    }
    if follow_up.kind is FollowUpKind.CALLBACK:
        facts["phone"] = state.slots.get("phone") if state else None
        facts["wished_for"] = follow_up.due_at.isoformat()
    if follow_up.tell and not await _tell(uow, case, follow_up):
        facts["not_said"] = follow_up.tell
    told = {name: value for name, value in facts.items() if value is not None}
    handoff = await uow.handoffs.open(
        customer_id, closed.team, follow_up.kind.value, told, home_id=closed.home_id
    )
    if handoff.reason == FollowUpKind.REMINDER:  # the customer does not wait for an answer
        await uow.cases.change(replace(handoff, waiting_since=None))
    await uow.ledger.audit(
        "follow_up",
        actor="service",
        customer_id=customer_id,
        facts={"kind": follow_up.kind, "after": str(closed.id), "handoff": str(handoff.id)},
    )


async def _tell(uow: UnitOfWork, case: Case, follow_up: FollowUp) -> bool:
    if case.thread.owner is not Owner.BOT:
        return False
    customer_id = case.thread.customer_id
    try:
        address = await where_he_is(uow, customer_id)
    except Refused:
        return False
    key = f"follow_up:{follow_up.id}"
    await tell(uow, customer_id, address, Author.BOT, follow_up.tell or "", key=key)
    return True


async def cancel(uow: UnitOfWork, follow_up_id: UUID, staff: Staff) -> FollowUp:
    """Call off what was planned; once more changes nothing.

    Raises `Refused`: 404 `unknown_follow_up`, 409 `follow_up_over`.
    """
    case = await open_case(uow, (await _known(uow, follow_up_id)).handoff_id)
    follow_up = await _known(uow, follow_up_id)
    if follow_up.state is FollowUpState.CANCELLED:
        return follow_up
    if follow_up.state is not FollowUpState.PLANNED:
        raise Refused("follow_up_over", "Its time has come already.", status=409)
    await uow.follow_ups.settle(follow_up_id, FollowUpState.CANCELLED)
    await uow.ledger.audit(
        "cancel_follow_up",
        actor=staff.key,
        customer_id=case.thread.customer_id,
        facts={"kind": follow_up.kind, "handoff": str(case.handoff.id)},
    )
    return replace(follow_up, state=FollowUpState.CANCELLED)


async def _known(uow: UnitOfWork, follow_up_id: UUID) -> FollowUp:
    follow_up = await uow.follow_ups.get(follow_up_id)
    if follow_up is None:
        raise Refused("unknown_follow_up", "Nothing like that is planned.", status=404)
    return follow_up
