"""One customer across channels: what joins, what never does, and joins amid everything else."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from nitka.domain.address import Address, Channel
from nitka.domain.code import GUESSES_OF_ALL, new_code
from nitka.domain.customer import Profile
from nitka.domain.link import ClaimKind
from nitka.domain.message import Author
from nitka.domain.turn import TurnRequest, TurnResult
from nitka.engine.scripted import ScriptedEngine, answer, echo
from nitka.errors import Refused
from nitka.ports import Signed
from nitka.service.show import Show
from tests.scenario.conftest import House, working
from tests.support.until import until

NOBODY = Profile()


def web(visitor: str) -> Address:
    return Address(Channel.WEB, "site", visitor)


def signed(subject: str, **more: str) -> Signed:
    """The site's word, under a signature of its own."""
    expires_at = datetime.now(UTC) + timedelta(hours=1)
    return Signed(subject, more.get("email"), more.get("phone"), uuid.uuid4().hex, expires_at)


async def customers(house: House, *addresses: Address) -> list[UUID]:
    """Give the customers of addresses, in order."""
    async with house.store.begin() as uow:
        found = [await uow.customers.find(address) for address in addresses]
    return [one[0].id for one in found if one is not None]


async def code_for(house: House, visitor: str) -> str:
    return (await house.codes.invite(web(visitor), NOBODY)).code


async def settled(house: House, *, seconds: float = 60) -> None:
    """Wait until nothing waits for its turn."""

    async def none_waits() -> bool:
        async with house.store.begin() as uow:
            return (await uow.ledger.tally()).waiting == 0

    await until(none_waits, seconds=seconds)


async def last_words(house: House, visitor: str) -> str:
    position = await house.front.position(web(visitor))
    assert position is not None
    return (await house.front.lines(position.customer_id, after=position.seq - 1))[-1].text


@pytest.mark.timeout(900)
@pytest.mark.parametrize("many", [380, pytest.param(10_000, marks=pytest.mark.long)])
async def test_guessing_joins_nobody_and_locks_no_owner_out(house: House, many: int) -> None:
    """From one address and from many; the owner of a code gets in all the same."""
    await house.say("where is my order", visitor="ann")
    async with working(house.worker(), house.worker()):
        code = await code_for(house, "ann")
        for batch in range(0, many, 50):
            await asyncio.gather(
                *(
                    house.say(f"link {new_code()}", visitor=f"guesser{n % 7 and n}", id=f"g{n}")
                    for n in range(batch, min(batch + 50, many))
                )
            )
        await settled(house, seconds=600)
        assert "try again in" in await last_words(house, "guesser0")
        async with house.store.begin() as uow:
            tree = await uow.links.tree((await customers(house, web("ann")))[0])
            known = await uow.customers.find(web("guesser0"))
            assert known is not None
            since = datetime.now(UTC) - timedelta(minutes=10)
            assert (await uow.codes.guesses(known[1].id, since=since)).all >= GUESSES_OF_ALL
        assert tree == []
        await house.say(f"link {code}", visitor="ann's phone")
        await settled(house)
    assert len(set(await customers(house, web("ann"), web("ann's phone")))) == 1


@pytest.mark.parametrize("kind", ["used", "unknown", "old"])
async def test_every_code_that_does_not_work_has_the_same_answer(house: House, kind: str) -> None:
    """So that an answer tells a guesser nothing."""
    await house.say("hi", visitor="ann")
    code = await code_for(house, "ann")
    async with working(house.worker()):
        await settled(house)
        if kind == "used":
            await house.say(f"/link {code}", visitor="ola")
            await settled(house)
        if kind == "unknown":
            code = new_code()
        if kind == "old":
            await _age_codes(house)
        await house.say(f"/link {code}", visitor="eve")
        await settled(house)
    assert (await last_words(house, "eve")).startswith("This code does not work.")
    assert len(set(await customers(house, web("ann"), web("eve")))) == 2


async def _age_codes(house: House) -> None:
    """Let every code have run out."""
    from sqlalchemy import text

    async with house.store._engine.begin() as connection:
        await connection.execute(text("UPDATE link_codes SET expires_at = now()"))


async def test_a_code_typed_where_it_was_given_is_kept_for_the_other_channel(house: House) -> None:
    """Whoever tries it at home is told where it belongs, and can still use it there."""
    await house.say("hi", visitor="ann")
    code = await code_for(house, "ann")
    async with working(house.worker()):
        await house.say(code, visitor="ann")
        await settled(house)
        assert "for the other channel" in await last_words(house, "ann")
        await house.say(code.lower(), visitor="phone")
        await settled(house)
    assert len(set(await customers(house, web("ann"), web("phone")))) == 1


async def test_what_only_looks_like_a_code_is_for_the_bot(house: House) -> None:
    """A serial number alone is answered by whoever owns the thread."""
    async with working(house.worker()):
        await house.say("K7WQX2MPRA", visitor="ann")
        await settled(house)
    assert await last_words(house, "ann") == "1: K7WQX2MPRA"


async def test_the_same_email_browser_or_typed_phone_never_joins(house: House) -> None:
    """Staff see the suggestion, and may confirm it with a reason; the site's clash stays apart."""
    house.engine.script = _typed
    async with working(house.worker()):
        await house.say("I am ann@example.com", visitor="ann")
        await house.say("ANN@example.com is me", visitor="eve")
        await house.say("call +48 600 100 200", visitor="ola")
        await house.say("my phone: 48600100200", visitor="max")
        await settled(house)
    await house.recognise.recognise(web("s1"), NOBODY, signed("1"), seen_with=None)
    await house.recognise.recognise(web("s2"), NOBODY, signed("2"), seen_with=web("s1"))
    everybody = [web(v) for v in ("ann", "eve", "ola", "max", "s1", "s2")]
    ids = await customers(house, *everybody)
    assert len(set(ids)) == 6
    show = Show(house.store)
    seen = [(await show.identity(one)).suggestions for one in ids]
    assert [[s.customer.id for s in one] for one in seen] == [
        [ids[1]], [ids[0]], [ids[3]], [ids[2]], [ids[5]], [ids[4]]
    ]  # fmt: skip
    kinds = [set(one[0].because) for one in seen[::2]]
    assert kinds == [{ClaimKind.EMAIL}, {ClaimKind.PHONE}, {ClaimKind.BROWSER}]
    assert [one[0].clashes for one in seen] == [False, False, False, False, True, True]
    root = await house.confirm.join(ids[0], ids[1], staff="olga", reason="she said so by phone")
    assert set(await customers(house, web("ann"), web("eve"))) == {root}
    with pytest.raises(Refused, match="different customers"):
        await house.confirm.join(ids[4], ids[5], staff="olga", reason="same browser")


def _typed(request: TurnRequest) -> TurnResult:
    """Remember what the message states, as the engine's entities do."""
    found = answer("ok", state={"events": []})
    slots: dict[str, object] = {}
    if "@" in request.text:
        slots["email"] = "ann@example.com"
    elif any(c.isdigit() for c in request.text):
        slots["phone"] = ["+48600100200"]
    return TurnResult(
        found.replies, (), found.events, found.state, slots, found.understanding, found.model
    )


async def test_the_sites_word_joins_and_a_replayed_one_stores_nothing(house: House) -> None:
    """Two visitors with the same signed id are one; the same signature again is nobody's."""
    one, again = signed("42", email="o@example.com"), signed("42")
    await house.recognise.recognise(web("desk"), NOBODY, one, seen_with=None)
    await house.recognise.recognise(web("desk"), NOBODY, one, seen_with=None)  # a reload
    await house.recognise.recognise(web("phone"), NOBODY, again, seen_with=None)
    assert len(set(await customers(house, web("desk"), web("phone")))) == 1
    with pytest.raises(Refused, match="used by another visitor") as refused:
        await house.recognise.recognise(web("thief"), NOBODY, one, seen_with=None)
    assert (refused.value.status, refused.value.code) == (401, "identity_replayed")
    assert await customers(house, web("thief")) == []
    with pytest.raises(Refused) as clash:
        await house.recognise.recognise(web("desk"), NOBODY, signed("43"), seen_with=None)
    assert clash.value.code == "identity_clash"


async def test_clashing_identities_are_not_joined_by_a_code_either(house: House) -> None:
    """Nothing proves more than the site's word."""
    await house.recognise.recognise(web("ann"), NOBODY, signed("1"), seen_with=None)
    await house.recognise.recognise(web("eve"), NOBODY, signed("2"), seen_with=None)
    code = await code_for(house, "ann")
    async with working(house.worker()):
        await house.say(f"link {code}", visitor="eve")
        await settled(house)
    assert "signed in as different customers" in await last_words(house, "eve")
    assert len(set(await customers(house, web("ann"), web("eve")))) == 2


async def test_an_own_contact_joins_whom_the_site_signed_with_that_phone(house: House) -> None:
    """And only an own contact: the number typed is a hint."""
    phone = "+48600100200"
    await house.recognise.recognise(web("ann"), NOBODY, signed("1", phone=phone), seen_with=None)
    async with working(house.worker()):
        await house.say("hello", visitor="77", channel=Channel.TELEGRAM)
        await house.say(phone, visitor="78", channel=Channel.TELEGRAM)
        await settled(house)
        await house.say(phone, visitor="77", channel=Channel.TELEGRAM, profile=Profile(phone=phone))
        await settled(house)
    telegram = [Address(Channel.TELEGRAM, "site", one) for one in ("77", "78")]
    ann, own, typed = await customers(house, web("ann"), *telegram)
    assert (ann == own, ann == typed) == (True, False)


async def test_buttons_are_pressed_by_their_number_or_title(house: House) -> None:
    """Where nothing was said in between; anything else is what it says."""
    from nitka.domain.message import Button
    from nitka.domain.turn import Reply

    def offer(request: TurnRequest) -> TurnResult:
        found = echo(request)
        if request.text == "ask" and not request.payload:
            buttons = (Button("Yes, please", "/affirm"), Button("No", "/deny"))
            replies = (Reply("Well?", buttons),)
            return TurnResult(
                replies, (), found.events, found.state, {}, found.understanding, found.model
            )
        return found

    house.engine.script = offer
    async with working(house.worker()):
        for text, heard in (("2", "/deny"), ("YES please!", "/affirm"), ("3", "3")):
            await house.say("ask", visitor="ann")
            await settled(house)
            await house.say(text, visitor="ann")
            await settled(house)
            assert (await last_words(house, "ann")).endswith(f": {heard}")
        await house.say("2", visitor="ann")
        await settled(house)
    assert (await last_words(house, "ann")).endswith(": 2")


class Slow(ScriptedEngine):
    """An engine whose turns take a moment, so that joins come in their middle."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    async def turn(self, request: TurnRequest) -> TurnResult:
        await asyncio.sleep(self._chance.uniform(0, 0.03))
        return await super().turn(request)


@pytest.mark.parametrize("many", [25, pytest.param(500, marks=pytest.mark.long)])
async def test_joins_amid_turns_lose_and_repeat_nothing(house: House, many: int) -> None:
    """Both sides write while they are joined, at random moments, by two workers."""
    chance = random.Random(7)  # a test's own moments
    house.answer._ask._engine = Slow(chance)
    async with working(house.worker(), house.worker()):
        for first in range(0, many, 5):
            await asyncio.gather(
                *(_join_amid(house, chance, n) for n in range(first, min(first + 5, many)))
            )
    async with house.store.begin() as uow:
        tally = await uow.ledger.tally()
    assert (tally.unexplained, tally.waiting) == (0, 0)


async def _join_amid(house: House, chance: random.Random, number: int) -> None:
    one, two = f"a{number}", f"b{number}"
    await house.say("before", visitor=one, id="0")
    code = await code_for(house, one)

    async def talk(visitor: str, texts: Sequence[str]) -> None:
        for position, text in enumerate(texts, 1):
            await asyncio.sleep(chance.uniform(0, 0.05))
            await house.say(text, visitor=visitor, id=str(position))

    said = [f"{n}" for n in range(6)]
    with_link = [*said[:3], f"link {code}", *said[3:]]
    await asyncio.gather(talk(one, said), talk(two, with_link))
    await settled(house)
    roots = set(await customers(house, web(one), web(two)))
    assert len(roots) == 1
    lines = await house.front.lines(roots.pop(), after=0)
    heard = [line for line in lines if line.author is Author.CUSTOMER]
    assert len(heard) == 1 + 6 + 7
    for line in heard:
        by_bot = [x for x in lines if x.reply_to == line.id and x.author is Author.BOT]
        assert len(by_bot) == 1, (line.text, [x.text for x in by_bot])
