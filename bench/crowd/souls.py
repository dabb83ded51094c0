"""Who is in a crowd: customers with their addresses, and the staff who look after them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bench.crowd.words import Person, Words
from nitka.domain.address import Channel
from nitka.domain.staff import Role
from nitka.domain.thread import Owner, Team

AGENTS = 24
_TEAMS = (tuple(Team), tuple(Team), (Team.SUPPORT,), (Team.SALES,))
_CHANNELS = {Channel.WEB: 60, Channel.TELEGRAM: 28, Channel.SLACK: 12}
_ACCOUNTS = {Channel.WEB: "site", Channel.TELEGRAM: "7000000001", Channel.SLACK: "A0CROWD:T0CROWD"}
_JOINED = 0.15  # of the customers came by two channels, and proved it
_SHARED_MAIL = 0.01
_SPREAD = 1.3  # of the number of lines: most have few, some have very many
FEWEST = 2  # lines of a customer


@dataclass(frozen=True, slots=True)
class Place:
    """An address of somebody; `home` is the customer that it began with."""

    id: UUID
    channel: Channel
    account: str
    native_id: str
    home: UUID


@dataclass(slots=True)
class Soul:
    """A customer, and where his thread stands by now."""

    id: UUID
    person: Person
    places: tuple[Place, ...]
    size: int
    seq: int = 0
    turn: int = 0
    fence: int = 0
    owner: Owner = Owner.BOT
    team: Team | None = None
    agent: str | None = None
    last_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Agent:
    """One of the staff."""

    id: UUID
    email: str
    name: str
    role: Role
    teams: Sequence[Team]


@dataclass
class Chance:
    """The dice of a crowd, and ids thrown with them."""

    seed: int
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)


def souls(
    chance: Chance, words: Words, *, customers: int, messages: int, longest: int
) -> list[Soul]:
    """Make customers up, who have `messages` lines together and one of them `longest`."""
    sizes = _sizes(chance.rng, customers, messages, longest)
    made: list[Soul] = []
    for number, size in enumerate(sizes):
        person = words.person()
        if made and person.email and chance.rng.random() < _SHARED_MAIL:
            other = made[int(chance.rng.random() * len(made))].person.email
            person = Person(person.name, other, person.phone, person.language, person.order)
        made.append(_soul(chance, person, number, size))
    return made


def _soul(chance: Chance, person: Person, number: int, size: int) -> Soul:
    channels = [chance.rng.choices(list(_CHANNELS), list(_CHANNELS.values()))[0]]
    if chance.rng.random() < _JOINED:
        channels.append(chance.rng.choice([one for one in Channel if one is not channels[0]]))
    own = chance.id()
    places = [
        Place(
            chance.id(),
            channel,
            _ACCOUNTS[channel],
            f"T0CROWD:U{number:09X}"
            if channel is Channel.SLACK
            else _native(chance, channel, number),
            chance.id() if later else own,
        )
        for later, channel in enumerate(channels)
    ]
    return Soul(own, person, tuple(places), size)


def _native(chance: Chance, channel: Channel, number: int) -> str:
    return str(1_000_000_000 + number) if channel is Channel.TELEGRAM else chance.id().hex


def _sizes(rng: random.Random, customers: int, messages: int, longest: int) -> list[int]:
    weights = [rng.lognormvariate(0, _SPREAD) for _ in range(customers - 1)]
    left = messages - longest - FEWEST * (customers - 1)
    if left < 0:
        raise ValueError(f"{customers} customers need more than {messages} lines")
    share = left / sum(weights)
    sizes = [FEWEST + min(int(weight * share), longest - FEWEST) for weight in weights]
    for _ in range(messages - longest - sum(sizes)):  # what rounding has left over
        sizes[int(rng.random() * len(sizes))] += 1
    return [longest, *sizes]


def agents(chance: Chance, words: Words) -> list[Agent]:
    """Make the staff up: an admin, three supervisors and agents of one team or both."""
    roles = [Role.ADMIN, *[Role.SUPERVISOR] * 3]
    roles += [Role.AGENT] * (AGENTS - len(roles))
    made = []
    for number, role in enumerate(roles):
        person = words.person()
        name = person.name or f"Agent {number}"
        teams = _TEAMS[number % len(_TEAMS)]
        made.append(Agent(chance.id(), f"staff{number}@crowd.test", name, role, teams))
    return made
