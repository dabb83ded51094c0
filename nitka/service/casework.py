"""What every step with a hand-off begins with: the thread locked, the hand-off read anew."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.staff import Staff
from nitka.domain.thread import Owner, Thread
from nitka.errors import Refused
from nitka.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Case:
    """A hand-off and its customer's thread, which is locked until the transaction ends."""

    handoff: Handoff
    thread: Thread

    def owned_by(self, staff: Staff) -> bool:
        """Say whether it is his. The thread decides: a join may bring it another's hand-off."""
        mine = self.thread.owner is Owner.AGENT and self.thread.agent == staff.key
        return mine and self.handoff.state is HandoffState.ACTIVE


async def open_case(uow: UnitOfWork, handoff_id: UUID) -> Case:
    """Lock the thread of a hand-off and give both as they stand now.

    A join or split may move the hand-off to another customer before the lock is had: then that
    one's thread is locked. Raises `Refused` 404 `unknown_handoff`.
    """
    handoff = await _known(uow, handoff_id)
    while True:
        thread = await uow.threads.lock(handoff.customer_id)
        again = await _known(uow, handoff_id)
        if again.customer_id == handoff.customer_id:
            return Case(again, thread)
        handoff = again


async def own_case(uow: UnitOfWork, handoff_id: UUID, staff: Staff) -> Case:
    """Open a case that is `staff`'s own. Raises `Refused`: 404, 409 `handoff_closed`,
    409 `handoff_waiting`, 409 `not_yours` with who has it."""
    case = await open_case(uow, handoff_id)
    if case.owned_by(staff):
        return case
    if case.handoff.state is HandoffState.CLOSED:
        raise closed()
    if case.handoff.state is HandoffState.WAITING:
        raise Refused("handoff_waiting", "Nobody has taken this hand-off yet.", status=409)
    raise taken(case, code="not_yours")


def closed() -> Refused:
    return Refused("handoff_closed", "This hand-off has been closed.", status=409)


def taken(case: Case, *, code: str = "handoff_taken") -> Refused:
    """Say who has it."""
    who = case.thread.agent or case.handoff.agent or "somebody else"
    return Refused(code, f"{who} has this conversation.", status=409, facts={"owner": who})


async def _known(uow: UnitOfWork, handoff_id: UUID) -> Handoff:
    handoff = await uow.cases.get(handoff_id)
    if handoff is None:
        raise Refused("unknown_handoff", "There is no such hand-off.", status=404)
    return handoff
