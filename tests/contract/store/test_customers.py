"""`ports.Customers` and `ports.Directory`: who writes from where, and in which language."""

from __future__ import annotations

import asyncio

import pytest

from nitka.domain.address import Address, Channel, Evidence
from nitka.domain.customer import Language, Profile
from nitka.domain.thread import Owner
from nitka.store.unit_of_work import SqlStore
from tests.contract.store.conftest import Sql, person, say, web
from tests.support.until import until

_ANN = Profile(
    name="Ann",
    locale="pl-PL",
    email="Ann@Example.com",
    phone="+48 1",
    page="/x",
    time_zone="Europe/Warsaw",
)


async def test_a_new_address_gets_a_customer_and_a_thread(store: SqlStore) -> None:
    """`at` makes both at the first message and finds them from then on."""
    async with store.begin() as uow:
        customer, known, new = await uow.customers.at(web("ann"), _ANN)
        assert (new, customer.name, customer.language) == (True, "Ann", Language.PL)
        assert (known.address, known.evidence, known.reachable) == (web("ann"), Evidence.OWN, True)
        assert (customer.time_zone, customer.language_fixed) == ("Europe/Warsaw", False)
        assert customer.created_at.tzinfo is not None
    async with store.begin() as uow:
        again, known_again, new = await uow.customers.at(web("ann"), Profile(name="Other"))
        assert (again, known_again, new) == (customer, known, False)
        assert await uow.customers.find(web("ann")) == (customer, known)
        assert await uow.customers.get(customer.id) == customer
        thread = await uow.threads.get(customer.id)
        assert (thread.owner, thread.seq, thread.turn, thread.fence) == (Owner.BOT, 0, 0, 0)


@pytest.mark.parametrize(
    "other",
    [
        Address(Channel.TELEGRAM, "site", "ann"),
        Address(Channel.WEB, "shop", "ann"),
        Address(Channel.WEB, "site", "Ann"),
    ],
)
async def test_each_part_of_an_address_counts(store: SqlStore, other: Address) -> None:
    """The same id on another channel, or on another account of ours, is somebody else."""
    async with store.begin() as uow:
        ann = await person(uow, "ann")
        assert await uow.customers.find(other) is None
        customer, _, new = await uow.customers.at(other, Profile())
    assert new
    assert customer.id != ann.id


async def test_first_messages_of_a_new_address_at_once_make_one_customer(
    store: SqlStore, sql: Sql
) -> None:
    """Whoever loses the race finds the winner's customer; nothing of the loser's is left."""

    async def write(number: int) -> tuple[object, bool]:
        async with store.begin() as uow:
            who = await uow.customers.at(web("new"), Profile(name=f"n{number}"))
            await say(uow, await person(uow, "new"), f"m{number}")
            return who[0].id, who[2]

    made = await asyncio.gather(*(write(number) for number in range(8)))
    assert len({customer for customer, _ in made}) == 1
    assert sorted(new for _, new in made) == [False] * 7 + [True]
    for table in ("customers", "addresses", "threads"):
        assert sql.one(f"SELECT count(*) FROM {table}") == 1
    assert sql.one("SELECT seq FROM threads") == 8


async def test_whoever_waits_for_a_first_message_that_fails_makes_the_customer(
    store: SqlStore,
) -> None:
    """A rolled back first message leaves nothing behind, and the next one begins anew."""
    second_waits = asyncio.Event()

    async def fails() -> None:
        async with store.begin() as uow:
            await person(uow, "ann")
            await second_waits.wait()
            raise LookupError

    async def follows() -> bool:
        second_waits.set()
        async with store.begin() as uow:
            return (await uow.customers.at(web("ann"), Profile()))[2]

    failed, new = await asyncio.gather(fails(), follows(), return_exceptions=True)
    assert isinstance(failed, LookupError)
    assert new is True


async def test_an_address_stays_locked_until_the_transaction_ends(
    store: SqlStore, sql: Sql
) -> None:
    """Two messages from one address are stored one after the other."""
    async with store.begin() as uow:
        await person(uow)
    async with store.begin() as first:
        await person(first)
        locked = sql.one(
            "SELECT count(*) FROM addresses WHERE id NOT IN "
            "(SELECT id FROM addresses FOR UPDATE SKIP LOCKED)"
        )
        assert locked == 1


async def test_a_name_is_learned_once(store: SqlStore) -> None:
    """A name that comes later is kept where there was none; it never replaces one."""
    async with store.begin() as uow:
        await person(uow)
    for name, kept in (("Ann", "Ann"), ("Bob", "Ann")):
        async with store.begin() as uow:
            customer, _, _ = await uow.customers.at(web("ann"), Profile(name=name))
            assert customer.name == kept
        async with store.begin() as uow:
            found = await uow.customers.find(web("ann"))
            assert found is not None
            assert found[0].name == kept


async def test_a_language_that_was_chosen_is_changed_only_by_choice(store: SqlStore) -> None:
    """What the customer chose himself outlives what is guessed."""
    async with store.begin() as uow:
        ann = await person(uow)
        for language, fixed, expected in (
            (Language.RU, False, (Language.RU, False)),
            (Language.PL, True, (Language.PL, True)),
            (Language.EN, False, (Language.PL, True)),
            (Language.EN, True, (Language.EN, True)),
        ):
            await uow.customers.speak(ann.id, language, fixed=fixed)
            customer = await uow.customers.get(ann.id)
            assert customer is not None
            assert (customer.language, customer.language_fixed) == expected


async def test_addresses_come_with_the_last_written_from_first(store: SqlStore, sql: Sql) -> None:
    """The newest inbound says where the customer is now."""
    async with store.begin() as uow:
        ann = await person(uow, "ann")
    async with store.begin() as uow:
        await person(uow, "phone")
    sql.run("UPDATE addresses SET customer_id = %s", ann.id)
    async with store.begin() as uow:
        native = [known.address.native_id for known in await uow.customers.addresses(ann.id)]
        assert native == ["phone", "ann"]
    async with store.begin() as uow:
        await person(uow, "ann")
        native = [known.address.native_id for known in await uow.customers.addresses(ann.id)]
        assert native == ["ann", "phone"]


async def test_who_writes_can_be_reached_again(store: SqlStore) -> None:
    """A blocked address is marked so; a message from it says that it is open, at once."""
    async with store.begin() as uow:
        ann = await person(uow)
        await uow.customers.reach(ann.address.id, reachable=False)
        (known,) = await uow.customers.addresses(ann.id)
        assert not known.reachable
    async with store.begin() as uow:
        _, known, _ = await uow.customers.at(web("ann"), Profile())
        assert known.reachable
        assert await uow.customers.addresses(ann.id) == [known]


async def test_a_message_that_brings_a_name_and_a_turn_that_sets_the_language_do_not_deadlock(
    store: SqlStore, sql: Sql
) -> None:
    """Locks are taken in one order everywhere: address, thread, customer."""
    async with store.begin() as uow:
        ann = await person(uow)
    thread_is_locked = asyncio.Event()

    async def turn() -> None:
        async with store.begin() as uow:
            await uow.threads.begin_turn(ann.id)
            thread_is_locked.set()
            await until(lambda: sql.one("SELECT count(*) FROM pg_locks WHERE NOT granted"))
            await uow.customers.speak(ann.id, Language.RU, fixed=True)

    async def message() -> None:
        await thread_is_locked.wait()
        async with store.begin() as uow:
            await say(uow, await person(uow, profile=Profile(name="Ann")), "hello")

    await asyncio.gather(turn(), message())
    async with store.begin() as uow:
        customer = await uow.customers.get(ann.id)
    assert customer is not None
    assert (customer.name, customer.language) == ("Ann", Language.RU)


async def test_customers_are_found_by_address_and_by_e_mail(store: SqlStore) -> None:
    """By native id on a channel whatever our account; by e-mail whatever the letter case."""
    async with store.begin() as uow:
        ann = await person(uow, "ann", profile=_ANN)
        elsewhere, _, _ = await uow.customers.at(Address(Channel.WEB, "shop", "ann"), Profile())
        found = await uow.directory.with_address(Channel.WEB, "ann")
        assert {customer.id for customer in found} == {ann.id, elsewhere.id}
        assert not await uow.directory.with_address(Channel.SLACK, "ann")
        for email in ("ann@example.com", "ANN@EXAMPLE.COM"):
            assert [c.id for c in await uow.directory.with_email(email)] == [ann.id]
        assert not await uow.directory.with_email("bob@example.com")
        assert not await uow.directory.with_email("%")


@pytest.mark.parametrize("email", ["ŻANETA@przykład.pl", "Анна@пример.рф", "İrem@example.com"])
async def test_letter_case_of_e_mail_is_put_aside_in_every_script(
    store: SqlStore, email: str
) -> None:
    """An e-mail address is at least found as it was written."""
    async with store.begin() as uow:
        who = await person(uow, "x", profile=Profile(email=email))
        assert [c.id for c in await uow.directory.with_email(email)] == [who.id]


async def test_unknown_customers_are_nobody(store: SqlStore) -> None:
    """Asking for somebody who is not there is no error."""
    async with store.begin() as uow:
        ann = await person(uow)
        assert await uow.customers.get(ann.address.id) is None
        assert not await uow.customers.addresses(ann.address.id)
        assert await uow.threads.state(ann.address.id) is None
        assert await uow.threads.slots(ann.address.id) == {}
