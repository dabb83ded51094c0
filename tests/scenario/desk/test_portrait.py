"""A customer as a buyer: only what is proved to be his, and never in anybody's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from nitka.domain.customer import Language, Profile
from nitka.domain.portrait import Bought, Buyer, Offer, Purchase
from nitka.domain.turn import TurnRequest, TurnResult
from nitka.engine.business import ActionServer
from nitka.engine.scripted import echo
from nitka.errors import Unavailable
from tests.scenario.desk.conftest import Desk, Shopfront
from tests.scenario.test_identity import signed, web

BOUGHT = Bought(
    (Purchase("NT-10001", "shipped", date(2026, 11, 20), ("Kettle",)),),
    (Offer("CUP-01", "Mug", "49 PLN"),),
)


async def test_the_shop_is_asked_with_what_is_proved(desk: Desk, shopfront: Shopfront) -> None:
    """A signed address for itself; one that was only stated, together with numbers he gave."""
    shopfront.answer = BOUGHT
    olga = await desk.at_work("olga")
    word = signed("ann-7", email="ann@example.com")
    await desk.house.recognise.recognise(web("ann"), Profile(), word, seen_with=None)
    wishes = iter(["price", "bulk_quote", "greet", "bulk_quote"])
    slots = {"order_number": "NT-10001", "email": "other@example.com", "product": "KET-01"}

    def knows(request: TurnRequest) -> TurnResult:
        return replace(echo(request), understanding={"intent": next(wishes)}, slots=slots)

    desk.house.engine.script = knows
    for text in ("how much", "for an office", "hello", "fifty"):
        received = await desk.house.say(text)
        await desk.house.answer(received.customer_id)
    shown = (await olga.get(f"/customers/{received.customer_id}/portrait")).json()
    assert shown["interests"][0] == {"wish": "bulk_quote", "times": 2}
    assert "greet" not in [one["wish"] for one in shown["interests"]]
    assert [one["number"] for one in shown["orders"]] == ["NT-10001"]
    assert (shown["offers"][0]["name"], shown["shop"]) == ("Mug", "ok")
    assert shopfront.asked == [
        Buyer(("ann@example.com",), {"other@example.com": ("NT-10001",)}, ("KET-01",))
    ]


async def test_a_shop_that_is_away_or_not_there_leaves_its_part_empty(
    desk: Desk, shopfront: Shopfront
) -> None:
    """The portrait shows without it; a look is in the audit all the same."""
    olga = await desk.at_work("olga")
    received = await desk.house.say("hello")
    path = f"/customers/{received.customer_id}/portrait"
    assert (await olga.get(path)).json()["shop"] == "none"
    shopfront.away = True
    shown = (await olga.get(path)).json()
    assert (shown["shop"], shown["orders"]) == ("away", [])
    assert (await olga.get(f"/customers/{uuid4()}/portrait")).status_code == 404
    async with desk.house.store.begin() as uow:
        trail = await uow.ledger.trail(received.customer_id)
    assert [entry.action for entry in trail].count("look") == 1


@asynccontextmanager
async def answers(words: bytes | None) -> AsyncIterator[str]:
    """A shop that says just this, or nothing at all."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if words is None:
            await reader.read()
        else:
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(words)}\r\n\r\n".encode()
            writer.write(head + words)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("words", [None, b"{}", b"[]", b'{"orders": [{}], "offers": []}', b"no"])
async def test_a_slow_or_bent_shop_is_unavailable(words: bytes | None) -> None:
    """Within two seconds."""
    async with answers(words) as url, asyncio.timeout(4):
        with pytest.raises(Unavailable):
            await ActionServer(url).bought(Buyer(("a@b.c",)), Language.EN)
