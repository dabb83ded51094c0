"""Whom a hand-off is offered to, and how long its customer may wait: rules, no await."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nitka.domain.customer import Language
from nitka.domain.handoff import Alarm, Handoff
from nitka.domain.staff import Account, Right


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a customer may wait for a person's answer, and an offer for its answer."""

    offer: timedelta = timedelta(seconds=30)
    warn: timedelta = timedelta(minutes=2)
    escalate: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody has on his hands: open hand-offs, and when he did something last."""

    active: int = 0
    idle_since: datetime | None = None


def present(staff: Sequence[Account], handoff: Handoff, now: datetime) -> list[Account]:
    """Give who of a hand-off's team is at his desk and takes new ones."""
    return [
        one
        for one in staff
        if one.may(Right.ANSWER)
        and one.available
        and one.is_present(now)
        and handoff.team in one.teams
    ]


def choose(
    candidates: Sequence[Account],
    loads: Mapping[str, Load],
    *,
    language: Language | None,
    refused_by: str | None,
    wanted: object = None,
) -> Account | None:
    """Choose whom to offer a hand-off: the one whom it is kept for (`wanted`, a key) if he is
    there, else who speaks the language first, then who has least of his capacity in use, then who
    has been idle longest. Who has just refused it comes last."""
    for one in candidates:
        if one.email == wanted and one.email != refused_by:
            return one
    free = [one for one in candidates if _load(loads, one).active < one.capacity]
    if not free:
        return None

    def rank(one: Account) -> tuple[bool, bool, float, float]:
        load = _load(loads, one)
        idle = load.idle_since.timestamp() if load.idle_since else 0.0
        speaks = language is None or language in one.languages
        return (one.email == refused_by, not speaks, load.active / one.capacity, idle)

    return min(free, key=rank)


def alarm_of(handoff: Handoff, waits: Waits, now: datetime) -> Alarm:
    """Say how urgent a hand-off's waiting customer is by now."""
    if handoff.waiting_since is None:
        return Alarm.NONE
    waited = now - handoff.waiting_since
    if waited >= waits.escalate:
        return Alarm.ESCALATED
    return Alarm.WARNED if waited >= waits.warn else Alarm.NONE


def _load(loads: Mapping[str, Load], account: Account) -> Load:
    return loads.get(account.email, Load())
