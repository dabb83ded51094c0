"""Joins two customers who proved to be one: one transaction, nothing lost.

The conversation in progress goes on: its customer becomes the root, its dialogue state the state.
What the other knows fills gaps; what contradicts is kept in the link and shown to staff. Turns
that are in flight on either side are fenced off and taken again under the root.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from nitka.domain.customer import Customer, Language
from nitka.domain.link import (
    ATTRIBUTES,
    FACTS,
    Before,
    ClaimKind,
    Gain,
    Link,
    Proof,
    Standing,
    fill,
    in_progress,
    members,
)
from nitka.domain.turn import Dialogue
from nitka.errors import Refused
from nitka.ports import Dialogues, NewLink, UnitOfWork
from nitka.service.find import unknown_customer

CLASH = "identity_clash"
CLASH_SENTENCE = "The site has signed these two as different customers; they are not joined."


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why two are joined: what proved it, who acted, and what he said of it."""

    proof: Proof
    actor: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a join would make: whose conversation goes on, and what he gains of the other.

    `dialogue` is what `kept` remembers so far, `told` what `other` does.
    """

    kept: Standing
    other: Standing
    gain: Gain
    dialogue: Dialogue | None
    told: Dialogue | None


async def join(
    uow: UnitOfWork, dialogues: Dialogues, one: UUID, two: UUID, grounds: Grounds
) -> Link | None:
    """Join the customers of `one` and `two`, in the caller's transaction; None if they are one.

    Raises `Refused` 409 `identity_clash` when the site has signed different customers for them,
    404 `unknown_customer` when there is none.
    """
    roots = await uow.links.lock(one, two)
    if len(roots) < 2:
        raise unknown_customer()
    if roots[0] == roots[1]:
        return None
    if await clash(uow, roots[0], roots[1]):
        raise Refused(CLASH, CLASH_SENTENCE, status=409)
    planned = await plan(uow, dialogues, roots[0], roots[1])
    link = await _merge(uow, dialogues, planned, grounds)
    await uow.ledger.audit(
        "join",
        actor=grounds.actor,
        customer_id=link.customer_id,
        facts={
            "link": str(link.id),
            "other": str(link.other_id),
            "proof": grounds.proof,
            "reason": grounds.reason,
        },
    )
    return link


async def _standing(uow: UnitOfWork, dialogues: Dialogues, root: UUID) -> Standing:
    customer = await uow.customers.get(root)
    if customer is None:  # erased while somebody compares him
        raise unknown_customer()
    dialogue = await uow.states.of(root)
    return Standing(
        customer,
        await uow.threads.get(root),
        dialogues.asks(dialogue.body if dialogue else None) is not None,
        await uow.states.last_turn_at(root),
    )


async def clash(uow: UnitOfWork, one: UUID, two: UUID) -> bool:
    """Say whether the site calls two roots different: nothing proves more than its word."""
    signed, others = await subjects(uow, one), await subjects(uow, two)
    return bool(signed and others and not signed & others)


async def subjects(uow: UnitOfWork, root: UUID) -> set[str]:
    """Give the customer ids that the site has signed for a root and whoever was joined into it."""
    claims = await uow.claims.of(members(root, await uow.links.tree(root)))
    return {claim.value for claim in claims if claim.kind is ClaimKind.SUBJECT}


async def plan(uow: UnitOfWork, dialogues: Dialogues, one: UUID, two: UUID) -> Plan:
    """Give what joining two roots would make of them as they stand now."""
    standings = [await _standing(uow, dialogues, root) for root in (one, two)]
    kept, other = in_progress(standings[0], standings[1])
    dialogue, told = await uow.states.of(kept.customer.id), await uow.states.of(other.customer.id)
    facts, differing = facts_to_fill(dialogues, dialogue, told)
    attributes, conflicts = fill(known(kept.customer), known(other.customer))
    gain = Gain(attributes, facts, {**conflicts, **differing})
    return Plan(kept, other, gain, dialogue, told)


async def _merge(uow: UnitOfWork, dialogues: Dialogues, planned: Plan, grounds: Grounds) -> Link:
    kept, other, gain = planned.kept, planned.other, planned.gain
    link = await uow.links.join(
        NewLink(
            kept.customer.id,
            other.customer.id,
            grounds.proof,
            grounds.actor,
            grounds.reason,
            Before(kept.thread.owner, kept.thread.team, planned.dialogue),
            gain,
        )
    )
    await uow.states.describe(described(kept.customer, gain.attributes))
    told = remembered(dialogues, planned.dialogue, gain.facts, planned.told)
    await uow.states.put(kept.customer.id, told)
    return link


def known(customer: Customer) -> Mapping[str, object]:
    """Give a customer's attributes by name."""
    return {name: getattr(customer, name) for name in ATTRIBUTES}


def described(customer: Customer, attributes: Mapping[str, object | None]) -> Customer:
    """Give the customer with other attributes; a value of None empties one."""
    changed = {name: value for name, value in attributes.items() if name in ATTRIBUTES}
    if changed.get("language") is not None:
        changed["language"] = Language(str(changed["language"]))
    return replace(customer, **changed)  # type: ignore[arg-type]  # names and types are ATTRIBUTES


def facts_to_fill(
    dialogues: Dialogues, kept: Dialogue | None, other: Dialogue | None
) -> tuple[dict[str, object], dict[str, Sequence[object]]]:
    """Give the facts that `kept` has not and `other` has, and the conflicts, as `Gain` names them.

    What is just being asked for is no gap: the customer is about to say it.
    """
    body = kept.body if kept else None
    asked = dialogues.asks(body)
    own = dialogues.slots(body)
    told = dialogues.slots(other.body if other else None)
    facts = {name: value for name, value in told.items() if name in FACTS and name != asked}
    filled, conflicts = fill(own, facts)
    return filled, {f"slot:{name}": pair for name, pair in conflicts.items()}


def remembered(
    dialogues: Dialogues,
    kept: Dialogue | None,
    facts: Mapping[str, object],
    other: Dialogue | None,
) -> Dialogue | None:
    """Give a dialogue with facts filled in; one that gains nothing stays exactly what it is."""
    if not facts:
        return kept
    body = dialogues.remember(kept.body if kept else None, facts)
    model = kept.model if kept else other.model if other else ""
    return Dialogue(body, dialogues.slots(body), model)
