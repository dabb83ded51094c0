"""Fills an empty, migrated database with a crowd: `python -m bench.crowd DATABASE_URL`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from bench.crowd.pour import Connection, Pour, without_keys
from bench.crowd.souls import Agent, Chance, Soul, agents, souls
from bench.crowd.talks import Talks
from bench.crowd.words import Words
from nitka.domain.customer import Language
from nitka.engine.states import RasaStates

_YEARS = 2 * 365 * 86_400  # seconds that the crowd has been talking
_OPEN = 0.015  # of the customers wait for a person, or have one
_TAGS = ("vip", "wholesale", "careful", "speaks English too", "newsletter")
_NO_GAIN = json.dumps({"attributes": {}, "facts": {}, "conflicts": {}})
_WITH_BOT = json.dumps({"owner": "bot", "team": None, "dialogue": None})
_TABLES: Mapping[str, str] = {
    "staff": "id email name role teams languages",
    "customers": "id name email phone language created_at",
    "addresses": "id customer_id channel account native_id home_id created_at last_inbound_at",
    "threads": "customer_id owner team agent seq turn fence epoch last_at joined_into",
    "links": "id customer_id other_id proof actor before gain joined_at",
    "claims": "home_id kind value source seen_at",
    "dialogue_states": "customer_id turn state slots model",
    "customer_tags": "customer_id tag",
    "canned_replies": "id shortcut language text",
    "messages": (
        "id customer_id home_id seq address_id channel author author_name text buttons native_id"
        " state reply_to internal staff created_at"
    ),
    "inbox": (
        "channel account native_id customer_id message_id due_at outcome received_at finished_at"
    ),
    "outbox": "message_id customer_id address_id seq state attempts parts_sent due_at created_at",
    "handoffs": (
        "id customer_id home_id team reason facts state opened_at agent taken_at waiting_since"
        " first_reply_at closed_at outcome next alarm"
    ),
    "drafts": "id customer_id message_id text created_at",
    "mentions": "message_id staff read",
    "audit": "at actor action customer_id facts",
    "staff_reads": "staff customer_id seq",
}
COLUMNS = {table: names.split() for table, names in _TABLES.items()}
"""What is filled, with the order of the values in `Pour.add`."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a database was filled with."""

    souls: Sequence[Soul]
    staff: Sequence[Agent]

    @property
    def longest(self) -> Soul:
        """The customer with the longest thread."""
        return self.souls[0]


def fill(
    database_url: str,
    *,
    customers: int,
    messages: int,
    longest: int = 10_000,
    seed: int = 1,
    now: datetime | None = None,
) -> Crowd:
    """Fill a database that has all tables and no rows; the same seed and `now`, the same rows.

    Raises `ValueError` for a database with customers, or with fewer lines than customers need.
    """
    until = (now or datetime.now(UTC)).timestamp()
    with psycopg.connect(database_url.replace("+psycopg", "", 1), autocommit=True) as connection:
        found = connection.execute("SELECT EXISTS (SELECT FROM customers)").fetchone()
        if found is None or found[0]:
            raise ValueError("there are customers already: fill an empty database")
        chance = Chance(seed)
        words = Words(chance.rng)
        staff = agents(chance, words)
        crowd = souls(chance, words, customers=customers, messages=messages, longest=longest)
        with without_keys(connection, list(COLUMNS)):
            _pour(connection, chance, words, crowd, staff, until)
        connection.execute("VACUUM ANALYZE")
    return Crowd(crowd, staff)


def _pour(
    connection: Connection,
    chance: Chance,
    words: Words,
    crowd: Sequence[Soul],
    staff: Sequence[Agent],
    now: float,
) -> None:
    pour = Pour(connection, COLUMNS)
    talks = Talks(pour, chance, words, staff=staff, now=now)
    for at, soul, lines, leaves_open in _sessions(chance, crowd, now):
        talks.talk(soul, max(at, soul.last_at), lines, leaves_open=leaves_open)
    for one in staff:
        teams, languages = json.dumps(list(one.teams)), json.dumps(list(Language))
        pour.add("staff", one.id, one.email, one.name, one.role, teams, languages)
    for soul in crowd:
        _settle(pour, chance, soul, now)
    for (email, customer), seq in talks.reads.items():
        pour.add("staff_reads", email, customer, seq)
    for language in Language:
        text = words.agent_line(crowd[0].person)
        pour.add("canned_replies", chance.id(), "thanks", language, text)
    pour.finish()


def _sessions(
    chance: Chance, crowd: Sequence[Soul], now: float
) -> Iterator[tuple[float, Soul, int, bool]]:
    """Give the talks of everybody in the order of time: when, whose, how many lines, left open."""
    rng = chance.rng
    found: list[tuple[float, int, int, bool]] = []
    for number, soul in enumerate(crowd):
        since = now - rng.random() * _YEARS
        lengths, left = [], soul.size
        while left:
            lengths.append(left if left < 8 else rng.randrange(4, min(left - 3, 17)))
            left -= lengths[-1]
        times = sorted(since + rng.random() * (now - since - 3600) for _ in lengths)
        opens = number == 0 or rng.random() < _OPEN
        last = len(lengths) - 1
        found += [
            (at, number, lines, opens and place == last)
            for place, (at, lines) in enumerate(zip(times, lengths, strict=True))
        ]
    for at, number, lines, leaves_open in sorted(found):
        yield at, crowd[number], lines, leaves_open


def _settle(pour: Pour, chance: Chance, soul: Soul, now: float) -> None:
    """Write what is known of a customer after all his talks."""
    person, rng = soul.person, chance.rng
    last_at = datetime.fromtimestamp(soul.last_at, UTC)
    since = datetime.fromtimestamp(min(soul.last_at, now - _YEARS), UTC)
    for place in soul.places:
        at_home = place.home == soul.id
        told = (person.email, person.phone) if at_home else (None, None)
        pour.add("customers", place.home, person.name, *told, person.language, since)
        pour.add(
            *("addresses", place.id, soul.id, place.channel, place.account, place.native_id),
            *(place.home, since, last_at),
        )
        for kind, value in zip(("email", "phone"), told, strict=True):
            if value:
                pour.add("claims", place.home, kind, value, "typed", since)
        if at_home:
            standing = (soul.owner, soul.team, soul.agent, soul.seq, soul.turn, soul.fence)
            epoch = len(soul.places) - 1
            pour.add("threads", soul.id, *standing, epoch, last_at, None)
            continue
        pour.add("threads", place.home, "bot", None, None, 0, 0, 1, 1, since, soul.id)
        joined = ("code", "customer", _WITH_BOT, _NO_GAIN, since)
        pour.add("links", chance.id(), soul.id, place.home, *joined)
    facts = {"order_number": person.order, "topic": "order_status", "language": person.language}
    state = json.dumps(RasaStates().remember(None, facts))
    pour.add("dialogue_states", soul.id, soul.turn, state, json.dumps(facts), "crowd")
    if rng.random() < 0.1:
        pour.add("customer_tags", soul.id, rng.choice(_TAGS))
