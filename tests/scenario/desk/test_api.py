"""The desk's API: inbox, threads, steps, search, and what is live."""

from __future__ import annotations

import json
from contextlib import aclosing
from uuid import UUID

from nitka.api.desk.events import EventsApi
from nitka.api.desk.gate import Caller, DeskGate
from nitka.domain.staff import Role
from nitka.domain.thread import Team
from nitka.domain.turn import Effect
from nitka.engine.scripted import answer
from nitka.ports import topic_of
from nitka.service.sign_in import SignIn
from nitka.service.tell_desk import DESK, DeskFanout
from tests.scenario.desk.conftest import Browser, Desk


async def handed_over(desk: Desk, visitor: str = "ann", team: str = "support") -> tuple[UUID, str]:
    effect = Effect("hand_over", {"team": team, "reason": "ask_human", "order_number": "NT-1"})
    desk.house.engine.script = lambda request: answer("passing on", effects=(effect,))
    received = await desk.house.say(f"{visitor} needs a person", visitor=visitor)
    await desk.house.answer(received.customer_id)
    async with desk.house.store.begin() as uow:
        (handoff, *_) = await uow.handoffs.of(received.customer_id)
    return received.customer_id, str(handoff.id)


async def names(browser: Browser, view: str) -> list[str]:
    threads = (await browser.get("/inbox", view=view)).json()["threads"]
    return [thread["last"]["text"] for thread in threads]


async def test_the_inbox_by_view(desk: Desk) -> None:
    """Mine, waiting, the team's, all; an agent of one team does not see the other's queue."""
    olga = await desk.at_work("olga", teams=(Team.SUPPORT,))
    boss = await desk.at_work("boss", Role.SUPERVISOR, teams=())
    _, first = await handed_over(desk, "ann")
    await handed_over(desk, "bob", team="sales")
    assert await names(olga, "mine") == []
    assert len(await names(olga, "waiting")) == 1
    assert len(await names(boss, "waiting")) == 2
    assert len(await names(olga, "all")) == 2
    assert (await olga.post(f"/handoffs/{first}/take")).status_code == 200
    assert await names(olga, "waiting") == []
    assert len(await names(olga, "mine")) == 1
    customer = {
        "customer": (await boss.get("/inbox", view="waiting")).json()["threads"][0]["customer"]
    }
    assert len((await boss.get("/inbox", view="waiting", **customer)).json()["threads"]) == 1
    assert (await boss.get("/inbox", view="mine", **customer)).json()["threads"] == []
    (mine,) = (await olga.get("/inbox")).json()["threads"]
    assert (mine["owner"], mine["agent"], mine["unread"]) == ("agent", "olga@nitka.test", True)
    assert mine["handoff"]["facts"]["order_number"] == "NT-1"
    upto = {"seq": 2}
    assert (await olga.post(f"/customers/{mine['customer']}/read", upto)).status_code == 204
    assert (await olga.get("/inbox")).json()["threads"][0]["unread"] is False


async def test_a_hand_offs_life_at_the_desk(desk: Desk) -> None:
    """Take, stale reply, reply once, note with a mention, pass on, hand back."""
    olga, piotr = await desk.at_work("olga"), await desk.at_work("piotr")
    customer, handoff = await handed_over(desk)
    await olga.post(f"/handoffs/{handoff}/take")
    lost = await piotr.post(f"/handoffs/{handoff}/take")
    assert (lost.status_code, lost.json()["owner"]) == (409, "olga@nitka.test")
    stale = await olga.post(f"/handoffs/{handoff}/messages", {"text": "Hi", "seen": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_reply")
    seen = stale.json()["messages"][-1]["seq"]
    reply = {"text": "Hi", "seen": seen, "key": "one-reply-1"}
    said = [await olga.post(f"/handoffs/{handoff}/messages", reply) for _ in range(2)]
    assert [one.status_code for one in said] == [201, 201]
    assert said[0].json()["id"] == said[1].json()["id"]
    assert (said[0].json()["name"], said[0].json()["staff"]) == ("Olga", "olga@nitka.test")
    note = {"text": "look, please", "mentions": ["PIOTR@nitka.test", "nobody@nitka.test"]}
    assert (await olga.post(f"/handoffs/{handoff}/notes", note)).json()["internal"] is True
    mentions = (await piotr.get("/mentions")).json()
    ((mention,), unread) = (mentions["mentions"], mentions["unread"])
    assert (unread, (await olga.get("/mentions")).json()["unread"]) == (1, 0)
    assert (mention["message"]["text"], mention["read"]) == ("look, please", False)
    await piotr.post(f"/customers/{customer}/read", {"seq": 9})
    assert (await piotr.get("/mentions")).json()["unread"] == 0
    nobody = await olga.post(f"/handoffs/{handoff}/pass-on", {"to": "nobody@nitka.test"})
    assert nobody.json()["code"] == "unknown_account"
    passed = await olga.post(f"/handoffs/{handoff}/pass-on", {"to": "piotr@nitka.test"})
    assert passed.json()["agent"] == "piotr@nitka.test"
    assert (await olga.post(f"/handoffs/{handoff}/hand-back", {"outcome": "x"})).status_code == 409
    back = await piotr.post(f"/handoffs/{handoff}/hand-back", {"outcome": "done", "next": "bot"})
    assert (back.json()["state"], back.json()["next"]) == ("closed", "bot")
    page = (await piotr.get(f"/customers/{customer}/messages")).json()
    assert [line["author"] for line in page["messages"]] == [
        "customer",
        "bot",
        "agent",
        "agent",
        "system",
        "bot",
    ]
    earlier = await piotr.get(f"/customers/{customer}/messages", before=3, limit=1)
    assert [line["seq"] for line in earlier.json()["messages"]] == [2]


async def test_staff_take_over_from_the_bot_and_return_to_the_queue(desk: Desk) -> None:
    """Without a hand-off of the bot's; a supervisor may move what others have."""
    olga = await desk.at_work("olga")
    boss = await desk.at_work("boss", Role.SUPERVISOR)
    received = await desk.house.say("hello")
    await desk.house.answer(received.customer_id)
    taken = await olga.post(f"/customers/{received.customer_id}/take-over", {"team": "sales"})
    assert (taken.json()["state"], taken.json()["reason"]) == ("active", "staff")
    moved = await boss.post(f"/handoffs/{taken.json()['id']}/pass-on", {"team": "support"})
    assert (moved.json()["state"], moved.json()["team"]) == ("waiting", "support")
    assert "agent" not in moved.json()


async def test_a_look_at_a_history_is_in_the_audit_once(desk: Desk) -> None:
    """Going on reading is the same look; another person's is another."""
    olga, piotr = await desk.at_work("olga"), await desk.at_work("piotr", Role.DESIGNER)
    customer, _ = await handed_over(desk)
    for browser in (olga, olga, piotr):
        assert (await browser.get(f"/customers/{customer}")).status_code == 200
        await browser.get(f"/customers/{customer}/messages")
    async with desk.house.store.begin() as uow:
        trail = await uow.ledger.trail(customer)
    looks = [entry.actor for entry in trail if entry.action == "look"]
    assert looks == ["olga@nitka.test", "piotr@nitka.test"]
    refused = await piotr.post(f"/customers/{customer}/take-over", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


async def test_search_and_tags(desk: Desk) -> None:
    """People by what is known of them, lines by their words, whatever the letters."""
    olga = await desk.at_work("olga")
    customer, _ = await handed_over(desk, "Żółw")
    hits = (await olga.get("/search", q="żółw person")).json()
    assert [line["customer"] for line in hits["messages"]] == [str(customer)]
    assert (await olga.get("/search", q="Żółw")).json()["customers"] == [{"id": str(customer)}]
    assert (await olga.get("/search", q="100%_\\")).json() == {"customers": [], "messages": []}
    tags = {"tags": ["vip", "b2b"]}
    assert (await olga.post(f"/customers/{customer}/tags", tags, method="PUT")).status_code == 200
    assert (await olga.get(f"/customers/{customer}")).json()["tags"] == ["b2b", "vip"]


async def test_canned_replies_are_written_by_supervisors(desk: Desk) -> None:
    """One for each name and language; all may use them; what cannot be filled in is refused."""
    olga, boss = await desk.at_work("olga"), await desk.at_work("boss", Role.SUPERVISOR)
    polish = {"shortcut": "hi", "language": "pl", "text": "Dzień dobry, {name}!"}
    assert (await olga.post("/canned", polish)).json()["code"] == "not_allowed"
    kept = (await boss.post("/canned", polish)).json()
    other = (await boss.post("/canned", {**polish, "language": "en", "text": "Hello"})).json()
    assert (await boss.post("/canned", polish)).json()["code"] == "shortcut_taken"
    wrong = await boss.post("/canned", {**polish, "shortcut": "x", "text": "{nome}, {agent} {}"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_placeholder")
    assert wrong.json()["unknown"] == ["nome", ""]
    assert "{order_number}" in wrong.json()["detail"]
    path = f"/canned/{other['id']}"
    clash = await boss.post(path, polish, method="PUT")
    assert (clash.status_code, clash.json()["code"]) == (409, "shortcut_taken")
    changed = {"shortcut": "hi", "language": "en", "text": "Hello {name}"}
    assert (await boss.post(path, changed, method="PUT")).status_code == 200
    shelf = (await olga.get("/canned")).json()
    assert [one["text"] for one in shelf["canned"]] == ["Hello {name}", polish["text"]]
    assert shelf["placeholders"] == ["name", "agent", "order_number", "product"]
    assert (await olga.post(path, method="DELETE")).status_code == 403
    for status in (204, 404):
        gone = await boss.post(f"/canned/{kept['id']}", method="DELETE")
        assert gone.status_code == status
    assert (await boss.post(f"/canned/{kept['id']}", polish, method="PUT")).status_code == 404


async def test_events_say_where_to_look_and_make_one_present(desk: Desk) -> None:
    """`hello` at every connection, then what is published of any customer; never a word of it."""
    account = await desk.hire("olga")
    fanout = DeskFanout(desk.house.fanout)
    sign_in = SignIn(desk.house.store, desk.passwords, desk.clock)
    gate = DeskGate(desk.house.store, sign_in, secure=False)
    api = EventsApi(gate, sign_in=sign_in, store=desk.house.store, fanout=fanout, clock=desk.clock)
    customer, _ = await handed_over(desk)
    seen = []
    async with aclosing(api.stream(Caller(account, None), None)) as stream:
        async for event in stream:
            if event.startswith("data: "):
                seen.append(json.loads(event.removeprefix("data: ")))
            if event == ": beat\n\n":
                await fanout.publish(topic_of(customer), {"kind": "state", "owner": "bot"})
            if seen[-1].get("customer"):
                break
    assert seen[0] == {"kind": "hello"}
    assert seen[-1] == {"kind": "state", "owner": "bot", "customer": str(customer)}
    async with desk.house.store.begin() as uow:
        now = await uow.accounts.get(account.id)
    assert now is not None
    assert now.is_present(desk.clock.now())
    assert DESK == "desk"
