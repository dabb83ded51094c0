"""Hands a thread to people: opens the hand-off, changes the owner, writes it down."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from nitka.domain.handoff import Handoff
from nitka.domain.thread import Owner, Team
from nitka.ports import UnitOfWork


async def hand_over(
    uow: UnitOfWork,
    customer_id: UUID,
    *,
    team: Team,
    reason: str,
    facts: Mapping[str, object],
    actor: str,
    home_id: UUID | None = None,
) -> Handoff:
    """Give the thread to a team's queue, in the caller's transaction.

    The owner is nobody until a person takes it; the fence rises, so whatever the bot is still
    working on does not go out. A thread that a person owns stays his, and the hand-off waits
    beside it. `facts` are what the bot knew; `home_id` is the customer that it goes back to after
    a split.
    """
    thread = await uow.threads.lock(customer_id)  # before the hand-off: always in this order
    handoff = await uow.handoffs.open(customer_id, team, reason, facts, home_id=home_id)
    if thread.owner is not Owner.AGENT:
        await uow.threads.own(customer_id, Owner.NOBODY, team)
    await uow.ledger.audit(
        "hand_over",
        actor=actor,
        customer_id=customer_id,
        facts={"handoff": str(handoff.id), "team": team, "reason": reason},
    )
    return handoff
