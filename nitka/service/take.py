"""Takes hand-offs and passes them on: exactly one person owns a thread at any time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.staff import Staff
from nitka.domain.thread import Owner, Team
from nitka.errors import Refused
from nitka.ports import UnitOfWork
from nitka.service.casework import Case, closed, open_case, own_case, taken
from nitka.service.find import unknown_customer
from nitka.service.hand_over import hand_over


async def take(uow: UnitOfWork, handoff_id: UUID, staff: Staff, *, at: datetime) -> Handoff:
    """Make `staff` the owner of the hand-off's thread; once more changes nothing.

    The fence rises: what the bot is still working on becomes a draft. Raises `Refused`:
    404 `unknown_handoff`, 409 `handoff_closed`, 409 `handoff_taken` with who has it.
    """
    case = await open_case(uow, handoff_id)
    if case.owned_by(staff) and case.handoff.agent == staff.key:
        return case.handoff
    if case.handoff.state is HandoffState.CLOSED:
        raise closed()
    if case.thread.owner is Owner.AGENT and case.thread.agent not in (None, staff.key):
        raise taken(case)
    return await _give(uow, case, staff, at=at, action="take", actor=staff)


async def take_over(
    uow: UnitOfWork, customer_id: UUID, staff: Staff, *, team: Team, at: datetime
) -> Handoff:
    """Take a thread over from the bot, or from the queue: opens a hand-off where none waits.

    Raises `Refused`: 404 `unknown_customer`, 409 `handoff_taken` with who has it.
    """
    thread = await uow.threads.current(customer_id)
    if thread is None:
        raise unknown_customer()
    opened = [
        one
        for one in await uow.handoffs.of(thread.customer_id)
        if one.state is not HandoffState.CLOSED
    ]
    if not opened:
        handed = await hand_over(
            uow, thread.customer_id, team=team, reason="staff", facts={}, actor=staff.key
        )
        opened = [handed]
    return await take(uow, opened[0].id, staff, at=at)


async def decline(uow: UnitOfWork, handoff_id: UUID, staff: Staff) -> Handoff:
    """Withdraw the offer of a hand-off that was made to `staff`; the next one gets it."""
    case = await open_case(uow, handoff_id)
    waits = case.handoff.state is HandoffState.WAITING
    if not waits or case.handoff.offered_to != staff.key:
        return case.handoff
    handoff = replace(case.handoff, offered_at=None)
    await uow.cases.change(handoff)
    await _note(uow, case, "decline", staff, {})
    return handoff


async def pass_on(
    uow: UnitOfWork,
    handoff_id: UUID,
    staff: Staff,
    *,
    to: Staff | Team,
    at: datetime,
    forced: bool = False,
) -> Handoff:
    """Give a hand-off that is one's own to a colleague, or back to a team's queue.

    `forced`: a supervisor may do so with anybody's. Raises `Refused` as `own_case` does, and
    409 `thread_owned` if another hand-off of the thread stays with its agent.
    """
    case = await open_case(uow, handoff_id) if forced else await own_case(uow, handoff_id, staff)
    if case.handoff.state is HandoffState.CLOSED:
        raise closed()
    await _leaves_nobody_behind(uow, case)
    if isinstance(to, Staff):
        return await _give(uow, case, to, at=at, action="reassign", actor=staff)
    handoff = replace(
        case.handoff,
        team=to,
        state=HandoffState.WAITING,
        agent=None,
        waiting_since=case.handoff.waiting_since or at,
        offered_to=None,
        offered_at=None,
    )
    await uow.cases.change(handoff)
    await uow.threads.own(case.thread.customer_id, Owner.NOBODY, to)
    await _note(uow, case, "return_to_queue", staff, {"team": to})
    return handoff


async def _leaves_nobody_behind(uow: UnitOfWork, case: Case) -> None:
    """A thread has one owner: its other active hand-offs must not stay with another one."""
    for other in await uow.handoffs.of(case.thread.customer_id):
        if other.id != case.handoff.id and other.state is HandoffState.ACTIVE:
            sentence = "Another hand-off of this customer is open: pass that one on or close it."
            raise Refused("thread_owned", sentence, status=409, facts={"handoff": str(other.id)})


async def _give(
    uow: UnitOfWork, case: Case, to: Staff, *, at: datetime, action: str, actor: Staff
) -> Handoff:
    handoff = replace(
        case.handoff,
        state=HandoffState.ACTIVE,
        agent=to.key,
        taken_at=case.handoff.taken_at or at,
        offered_to=None,
        offered_at=None,
    )
    await uow.cases.change(handoff)
    await uow.threads.own(case.thread.customer_id, Owner.AGENT, handoff.team, agent=to.key)
    await _note(uow, case, action, actor, {"agent": to.key, "before": case.thread.agent})
    return handoff


async def _note(
    uow: UnitOfWork, case: Case, action: str, staff: Staff, facts: dict[str, object]
) -> None:
    await uow.ledger.audit(
        action,
        actor=staff.key,
        customer_id=case.thread.customer_id,
        facts={"handoff": str(case.handoff.id), **facts},
    )
