"""Shows what joining two customers would do, before somebody decides it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from nitka.domain.customer import Customer, KnownAddress
from nitka.domain.link import ClaimKind, Gain, Standing
from nitka.domain.message import Message
from nitka.domain.thread import Thread
from nitka.errors import Refused
from nitka.ports import Dialogues, UnitOfWork
from nitka.service.find import find_root
from nitka.service.join import CLASH, Plan, clash, plan
from nitka.service.suggest import already_joined, suggestions

_LAST = 3  # lines of each side: enough to know somebody by, no history
_LOOKED_THROUGH = 20


@dataclass(frozen=True, slots=True)
class Side:
    """One of two customers: who he is, where he writes, how much was said and what last."""

    customer: Customer
    thread: Thread
    addresses: Sequence[KnownAddress]
    last: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two customers side by side. The conversation of `kept` would go on.

    `because` is what is said of both. `refused` is the code by which a join would be refused.
    `version` names what was shown: with another one, something that matters has changed.
    """

    kept: Side
    other: Side
    gain: Gain
    because: frozenset[ClaimKind]
    refused: str | None
    version: str


async def compare(uow: UnitOfWork, dialogues: Dialogues, one: UUID, other: UUID) -> Comparison:
    """Say what joining two customers would do.

    Raises `Refused`: 404 `unknown_customer`, 409 `already_joined`.
    """
    first, second = await find_root(uow, one), await find_root(uow, other)
    if first == second:
        raise already_joined()
    planned = await plan(uow, dialogues, first, second)
    hints = await suggestions(uow, first)
    because = [hint.because for hint in hints if hint.customer.id == second]
    return Comparison(
        await _side(uow, planned.kept),
        await _side(uow, planned.other),
        planned.gain,
        because[0] if because else frozenset(),
        CLASH if await clash(uow, first, second) else None,
        _version(planned),
    )


async def require(
    uow: UnitOfWork, dialogues: Dialogues, one: UUID, other: UUID, *, version: str
) -> None:
    """Refuse (409 `stale_preview`) when a join would do something else than what was shown.

    Both are locked until the transaction ends. Lines that were said since do not matter.
    """
    roots = await uow.links.lock(one, other)
    if len(set(roots)) < 2:
        return  # the join itself says why it cannot be
    if _version(await plan(uow, dialogues, roots[0], roots[1])) != version:
        raise stale_preview()


def stale_preview() -> Refused:
    sentence = "Something has changed since you looked: look again, then decide."
    return Refused("stale_preview", sentence, status=409)


async def _side(uow: UnitOfWork, standing: Standing) -> Side:
    root = standing.customer.id
    lines = await uow.inboxes.page(root, before=None, limit=_LOOKED_THROUGH)
    said = [line for line in lines if line.text and not line.internal]
    addresses = await uow.customers.addresses(root)
    return Side(standing.customer, standing.thread, addresses, said[-_LAST:])


def _version(planned: Plan) -> str:
    sides = [
        [str(side.customer.id), side.thread.epoch, side.thread.owner, side.thread.agent]
        for side in (planned.kept, planned.other)
    ]
    gain = [planned.gain.attributes, planned.gain.facts, planned.gain.conflicts]
    shown = json.dumps([sides, gain], sort_keys=True, default=str)
    return hashlib.sha256(shown.encode()).hexdigest()[:32]
