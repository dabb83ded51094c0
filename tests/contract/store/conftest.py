"""The store over real PostgreSQL, and short words for what tests put into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest

from nitka.domain.address import Address, Channel
from nitka.domain.customer import Customer, KnownAddress, Profile
from nitka.domain.inbound import Inbound
from nitka.domain.message import Author, Message, MessageState
from nitka.domain.turn import TurnResult
from nitka.ports import Line, UnitOfWork
from nitka.store.unit_of_work import SqlStore, open_store

_numbers = count(1)
AT_ONCE = timedelta(0)

RESULT = TurnResult(
    replies=(),
    effects=(),
    events=({"event": "user", "text": "hello"},),
    state={"slots": {"name": "Ann"}},
    slots={"order": "A-17"},
    understanding={"intent": "greet"},
    model="m1",
)


def web(visitor: str) -> Address:
    return Address(Channel.WEB, "site", visitor)


@dataclass(frozen=True)
class Person:
    """A customer that a test has made, with his first address."""

    customer: Customer
    address: KnownAddress

    @property
    def id(self) -> UUID:
        return self.customer.id


async def person(
    uow: UnitOfWork, visitor: str = "ann", *, profile: Profile | None = None
) -> Person:
    """Make a customer, or find the one who wrote from this address before."""
    customer, address, _ = await uow.customers.at(web(visitor), profile or Profile())
    return Person(customer, address)


async def say(uow: UnitOfWork, who: Person, text: str, *, native_id: str | None = None) -> Message:
    """Store what a customer says, with its inbox row, as `receive` does."""
    line = Line(Author.CUSTOMER, text, MessageState.RECEIVED, who.address)
    message = await uow.messages.add(who.id, line)
    assert message is not None
    inbound = Inbound(who.address.address, native_id or f"n{next(_numbers)}", text)
    await uow.inbox.put(inbound, customer_id=who.id, message_id=message.id, due_in=AT_ONCE)
    return message


async def reply(
    uow: UnitOfWork, who: Person, text: str, *, to: Message | None = None, line: Line | None = None
) -> Message:
    """Add the bot's line to the thread and to the outbox."""
    line = line or Line(Author.BOT, text, MessageState.PENDING, who.address)
    message = await uow.messages.add(who.id, replace(line, reply_to=to.id if to else None))
    assert message is not None
    await uow.outbox.put(message, who.address)
    return message


def texts(messages: Sequence[Message]) -> list[str]:
    return [message.text for message in messages]


class Sql:
    """Plain SQL beside the store, each statement on its own."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def run(self, statement: LiteralString, *values: object) -> None:
        self._connection.execute(statement, values)

    def one(self, statement: LiteralString, *values: object) -> Any:
        row = self._connection.execute(statement, values).fetchone()
        return row[0] if row else None


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[SqlStore]:
    """The store over a database of the test's own."""
    opened = open_store(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def sql(database_url: str) -> Iterator[Sql]:
    """Plain SQL on the same database."""
    with psycopg.connect(database_url.replace("+psycopg", "", 1), autocommit=True) as connection:
        yield Sql(connection)
