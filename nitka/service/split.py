"""Undoes a join exactly: each side gets back its own lines, hand-offs and dialogue.

A dialogue that has gone on since is told anew: from what it was before the join, with the turns
on the side's own messages. So nothing that one side has told is remembered by the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from nitka.domain.customer import KnownAddress
from nitka.domain.handoff import Handoff, HandoffState
from nitka.domain.link import Gain, Link, belonged_since, members, upwards
from nitka.domain.thread import Owner, Team, Thread
from nitka.domain.turn import Dialogue, DoneTurn
from nitka.errors import Refused
from nitka.ports import Dialogues, UnitOfWork
from nitka.service.join import described, facts_to_fill, remembered
from nitka.service.resume import reopened


@dataclass(frozen=True, slots=True)
class Preview:
    """What a split would part: the addresses and the number of lines that would go."""

    link: Link
    root: UUID
    leaving: frozenset[UUID]
    addresses: tuple[KnownAddress, ...]
    lines: int
    lines_left: int
    epoch: int

    @property
    def version(self) -> str:
        """Name what was shown: it is another one after any join or split of the thread."""
        return f"{self.root}.{self.epoch}"


async def preview(uow: UnitOfWork, link_id: UUID) -> Preview:
    """Say what undoing a link would do.

    Raises `Refused`: 404 `unknown_link`, 409 `already_split`.
    """
    link = await uow.links.get(link_id)
    if link is None:
        raise _unknown()
    if link.split_at is not None:
        raise Refused("already_split", "This join has been undone.", status=409)
    thread = await uow.threads.current(link.customer_id)
    if thread is None:  # erased while somebody looks at it
        raise _unknown()
    root = thread.customer_id
    leaving = members(link.other_id, await uow.links.tree(root))
    addresses = await uow.customers.addresses(root)
    going = tuple(known for known in addresses if known.home_id in leaving)
    lines = await uow.links.lines(root, leaving)
    return Preview(link, root, leaving, going, lines, thread.seq - lines, thread.epoch)


def _unknown() -> Refused:
    return Refused("unknown_link", "There is no such join.", status=404)


async def split(
    uow: UnitOfWork, dialogues: Dialogues, link_id: UUID, *, actor: str, reason: str | None
) -> Preview:
    """Undo a link, in the caller's transaction, and say what was done. Raises as `preview`."""
    link = await uow.links.get(link_id)
    if link is not None:
        await uow.links.lock(link.customer_id)
    done = await preview(uow, link_id)
    link, root = done.link, done.root
    tree = await uow.links.tree(root)
    turns = await uow.states.turns(members(root, tree), since=link.joined_at)
    thread = await uow.threads.get(root)
    await uow.links.split(link, done.leaving)
    left = [one for one in tree if one.id != link.id]
    away = await _own_dialogue(uow, dialogues, link, done.leaving, turns)
    await uow.states.put(link.other_id, away)
    await _purge(uow, dialogues, link, left, turns)
    await _part_owners(uow, link, thread)
    await uow.ledger.audit(
        "split",
        actor=actor,
        customer_id=root,
        facts={"link": str(link.id), "other": str(link.other_id), "reason": reason},
    )
    return done


async def _own_dialogue(
    uow: UnitOfWork,
    dialogues: Dialogues,
    link: Link,
    leaving: frozenset[UUID],
    turns: Iterable[DoneTurn],
) -> Dialogue | None:
    """Give what the leaving side had, with the turns on its messages since."""
    own = [turn for turn in turns if turn.home_id in leaving]
    return _told(dialogues, await uow.states.of(link.other_id), own)


async def _purge(
    uow: UnitOfWork,
    dialogues: Dialogues,
    link: Link,
    left: list[Link],
    turns: Iterable[DoneTurn],
) -> None:
    """Tell the dialogues anew from where the link was made up to the root, without who left.

    Each customer on that way got facts and attributes of the one below it, so it is put right
    from below: from what it was before, and from what the one below has without who left.
    """
    at, since = link.customer_id, link.joined_at
    before, gone = link.before.dialogue, link.gain.attributes
    for above in [*upwards(link, left), None]:
        until = above.joined_at if above else None
        span = _Span(at, since, until)
        dialogue = await _since(uow, dialogues, before, span, links=left, turns=turns)
        await uow.states.put(at, dialogue)
        gone = await _empty(uow, at, gone)
        if above is None:
            return
        attributes = above.gain.attributes
        kept = {n: value for n, value in attributes.items() if gone.get(n) != value}
        before = await _gain_anew(
            uow, dialogues, replace(above, gain=replace(above.gain, attributes=kept)), dialogue
        )
        gone = {n: value for n, value in attributes.items() if n not in kept}
        at, since = above.customer_id, above.joined_at


@dataclass(frozen=True, slots=True)
class _Span:
    """The time in which `customer_id` was a root after a join: to be told anew."""

    customer_id: UUID
    since: datetime
    until: datetime | None

    def has(self, at: datetime) -> bool:
        return self.since < at and (self.until is None or at < self.until)


async def _since(
    uow: UnitOfWork,
    dialogues: Dialogues,
    before: Dialogue | None,
    span: _Span,
    *,
    links: list[Link],
    turns: Iterable[DoneTurn],
) -> Dialogue | None:
    """Give a dialogue with what came in a span: own turns, and facts of whoever was joined.

    What the dialogue was before each of those joins is another one now: that is written anew too.
    """
    steps: list[tuple[datetime, DoneTurn | Link]] = []
    for turn in turns:
        belonged = belonged_since(turn.home_id, span.customer_id, links)
        if span.has(turn.at) and belonged is not None and belonged <= turn.at:
            steps.append((turn.at, turn))
    joined = (one for one in links if one.customer_id == span.customer_id)
    steps.extend((one.joined_at, one) for one in joined if span.has(one.joined_at))
    dialogue, taken = before, list[DoneTurn]()
    for _, step in sorted(steps, key=lambda pair: pair[0]):
        if isinstance(step, Link):
            dialogue, taken = _told(dialogues, dialogue, taken), []
            joined_into = replace(step, before=replace(step.before, dialogue=dialogue))
            below = await uow.states.of(step.other_id)  # since then it has had no turns of its own
            dialogue = await _gain_anew(uow, dialogues, joined_into, below)
        else:
            taken.append(step)
    return _told(dialogues, dialogue, taken)


async def _gain_anew(
    uow: UnitOfWork, dialogues: Dialogues, link: Link, other: Dialogue | None
) -> Dialogue | None:
    """Give what a link makes of the dialogue before it and the other's, and write it into it."""
    facts, differing = facts_to_fill(dialogues, link.before.dialogue, other)
    conflicts = {n: pair for n, pair in link.gain.conflicts.items() if not n.startswith("slot:")}
    gain = Gain(link.gain.attributes, facts, {**conflicts, **differing})
    await uow.links.amend(replace(link, gain=gain))
    return remembered(dialogues, link.before.dialogue, facts, other)


def _told(
    dialogues: Dialogues, dialogue: Dialogue | None, turns: list[DoneTurn]
) -> Dialogue | None:
    if not turns:
        return dialogue
    body, events = dialogue.body if dialogue else None, list[Mapping[str, object]]()
    for turn in turns:
        events += turn.events
        if turn.facts or turn.reopened:
            body, events = dialogues.replay(body, events), []
        body = dialogues.remember(body, turn.facts) if turn.facts else body
        body = reopened(dialogues, body, turn.reopened) if turn.reopened else body
    body = dialogues.replay(body, events)
    return Dialogue(body, dialogues.slots(body), dialogue.model if dialogue else "")


async def _empty(
    uow: UnitOfWork, customer_id: UUID, gone: Mapping[str, object]
) -> dict[str, object]:
    """Empty the attributes that came by the link and are still as they came; give those."""
    customer = await uow.customers.get(customer_id)
    assert customer is not None  # noqa: S101  # a foreign key says so
    still = {name: value for name, value in gone.items() if getattr(customer, name) == value}
    if still:
        await uow.states.describe(described(customer, dict.fromkeys(still)))
    return still


async def _part_owners(uow: UnitOfWork, link: Link, shared: Thread) -> None:
    """Give each side its owner: the one it had or, if that has changed since, the shared one
    where the hand-off is at home; where no hand-off is open, the bot."""
    changed = (shared.owner, shared.team) != (link.before.owner, link.before.team)
    other = await uow.threads.get(link.other_id)
    for own, candidates in ((shared, [shared]), (other, [other, shared] if changed else [other])):
        handoffs = await uow.handoffs.of(own.customer_id)
        owner, team = _owner(candidates, handoffs)
        agent = _agent(handoffs) if owner is Owner.AGENT else None
        if (owner, team, agent) != (own.owner, own.team, own.agent):
            await uow.threads.own(own.customer_id, owner, team, agent=agent)


def _agent(handoffs: Iterable[Handoff]) -> str | None:
    """Name who has the hand-off that is open on a side."""
    return next((one.agent for one in handoffs if one.state is HandoffState.ACTIVE), None)


def _owner(candidates: Iterable[Thread], handoffs: Iterable[Handoff]) -> tuple[Owner, Team | None]:
    teams = {one.team for one in handoffs if one.state is not HandoffState.CLOSED}
    for thread in candidates:
        if thread.owner is not Owner.BOT and thread.team in teams:
            return thread.owner, thread.team
    return Owner.BOT, None
