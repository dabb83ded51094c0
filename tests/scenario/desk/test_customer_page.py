"""What the customer page does: who is who, joins and splits, notes, export and erasure."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from nitka.domain.address import Channel
from nitka.domain.customer import Language, Profile
from nitka.domain.link import Claim, ClaimKind, Source
from nitka.domain.staff import Role
from nitka.domain.turn import TurnRequest, TurnResult
from nitka.engine.scripted import answer
from tests.scenario.desk.conftest import Browser, Desk
from tests.scenario.desk.test_api import handed_over
from tests.scenario.test_identity import signed, web

OLA = Profile(name="Ola", email="ola@example.com", locale="pl", time_zone="Europe/Warsaw")
ALEKSANDRA = Profile(name="Aleksandra", email="ola@example.com", phone="+48600100200")
WHY = "she said so by phone"


def remembers_email(request: TurnRequest) -> TurnResult:
    """A bot that finds e-mail addresses in what is said."""
    slots = {"email": "ola@example.com"} if "@" in request.text else {}
    return replace(answer("noted", state={"events": []}), slots=slots)


async def two_of_one(desk: Desk) -> tuple[UUID, UUID]:
    """A person on the web and in Telegram, whom only her e-mail address hints at."""
    house = desk.house
    house.engine.script = remembers_email
    first = await house.say("ola@example.com from the site", visitor="ann", profile=OLA)
    second = await house.say(
        "ola@example.com from the phone",
        visitor="770011223",
        channel=Channel.TELEGRAM,
        profile=ALEKSANDRA,
    )
    for received in (first, second):
        await house.answer(received.customer_id)
    return first.customer_id, second.customer_id


async def trail(desk: Desk, customer: UUID) -> list[tuple[str, str]]:
    async with desk.house.store.begin() as uow:
        return [(one.actor, one.action) for one in await uow.ledger.trail(customer)]


async def compared(browser: Browser, one: UUID, other: UUID) -> dict[str, Any]:
    answer = await browser.get(f"/customers/{one}/join", other=str(other))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def texts(browser: Browser, customer: object) -> list[str]:
    page = (await browser.get(f"/customers/{customer}/messages")).json()
    return [line["text"] for line in page["messages"]]


async def test_a_suggestion_is_looked_at_joined_and_split_again(desk: Desk) -> None:
    """Side by side without a history; joined with a reason; every step in the audit."""
    olga = await desk.at_work("olga")
    one, other = await two_of_one(desk)
    person = (await olga.get(f"/customers/{one}/identity")).json()
    assert [s["because"] for s in person["suggestions"]] == [["email"]]
    assert [m["name"] for m in person["members"]] == ["Ola"]
    assert {"kind": "email", "value": "ola@example.com", "source": "typed"} in person["claims"]
    shown = await compared(olga, one, other)
    sides = {side["customer"]: side for side in (shown["kept"], shown["other"])}
    beside = sides[str(other)]
    assert beside["email"] == "o•••@example.com"
    assert [a["address"] for a in beside["addresses"]] == ["•••223"]
    assert (beside["lines"], beside["last"][0]["text"]) == (2, "ola@example.com from the phone")
    kept, lost = shown["kept"]["name"], shown["other"]["name"]
    assert shown["conflicts"] == {"name": [kept, lost]}
    assert "refused" not in shown
    joining = {"other": str(other), "reason": WHY, "version": shown["version"]}
    root = (await olga.post(f"/customers/{one}/join", joining)).json()["customer"]
    assert root == shown["kept"]["customer"]
    assert {"ola@example.com from the site", "ola@example.com from the phone"} <= set(
        await texts(olga, root)
    )
    person = (await olga.get(f"/customers/{other}/identity")).json()
    (link,) = person["links"]
    assert (link["by"], link["reason"]) == ("staff:olga@nitka.test", WHY)
    assert {m["name"] for m in person["members"]} == {"Ola", "Aleksandra"}
    assert {a["evidence"]: a.get("proof") for a in person["addresses"]} == {
        "own": None,
        "proved": "staff",
    }
    parting = (await olga.get(f"/links/{link['id']}/split")).json()
    assert (parting["lines"], parting["lines_left"]) == (2, 2)
    away = {"reason": "two people", "version": parting["version"]}
    assert (await olga.post(f"/links/{link['id']}/split", away)).status_code == 200
    assert "ola@example.com from the phone" not in await texts(olga, one)
    assert "ola@example.com from the site" not in await texts(olga, other)
    again = await olga.post(f"/links/{link['id']}/split", away)
    assert (again.status_code, again.json()["code"]) == (409, "already_split")
    steps = [*await trail(desk, one), *await trail(desk, other)]
    for step in ("look", "preview_join", "preview_split"):
        assert ("olga@nitka.test", step) in steps
    for step in ("join", "split"):
        assert ("staff:olga@nitka.test", step) in steps


async def test_what_cannot_be_joined_is_refused_with_the_reason(desk: Desk) -> None:
    """With himself, with nobody, with whom the site calls another, and not as it was shown."""
    boss = await desk.at_work("boss", Role.SUPERVISOR)
    one, other = await two_of_one(desk)
    for with_whom, code in ((one, "already_joined"), (uuid4(), "unknown_customer")):
        looked = await boss.get(f"/customers/{one}/join", other=str(with_whom))
        tried = {"other": str(with_whom), "reason": WHY, "version": "x"}
        joined = await boss.post(f"/customers/{one}/join", tried)
        assert [looked.json()["code"], joined.json()["code"]] == [code, code]
    shown = await compared(boss, one, other)
    whole = {a["address"] for side in ("kept", "other") for a in shown[side]["addresses"]}
    assert whole == {"ann", "770011223"}
    async with desk.house.store.begin() as uow:
        await uow.customers.speak(other, Language.RU, fixed=True)
    stale = {"other": str(other), "reason": WHY, "version": shown["version"]}
    refused = await boss.post(f"/customers/{one}/join", stale)
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_preview")
    short = await boss.post(f"/customers/{one}/join", stale | {"reason": "x"})
    assert short.status_code == 422
    for visitor, subject in (("s1", "1"), ("s2", "2")):
        await desk.house.recognise.recognise(web(visitor), OLA, signed(subject), seen_with=None)
    async with desk.house.store.begin() as uow:
        found = [await uow.customers.find(web(visitor)) for visitor in ("s1", "s2")]
    s1, s2 = (one[0].id for one in found if one)
    clash = await compared(boss, s1, s2)
    assert clash["refused"] == "identity_clash"
    tried = {"other": str(s2), "reason": WHY, "version": clash["version"]}
    refused = await boss.post(f"/customers/{s1}/join", tried)
    assert (refused.status_code, refused.json()["code"]) == (409, "identity_clash")


async def test_a_split_is_done_only_as_it_was_shown(desk: Desk) -> None:
    """Another join in between makes it another split; nothing of the refused one is kept."""
    olga = await desk.at_work("olga")
    one, other = await two_of_one(desk)
    await desk.house.confirm.join(one, other, staff="x", reason=WHY)
    (link,) = (await olga.get(f"/customers/{one}/identity")).json()["links"]
    shown = (await olga.get(f"/links/{link['id']}/split")).json()
    third = await desk.house.say("me too", visitor="third")
    await desk.house.confirm.join(one, third.customer_id, staff="x", reason=WHY)
    away = {"reason": "two people", "version": shown["version"]}
    refused = await olga.post(f"/links/{link['id']}/split", away)
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_preview")
    assert len((await olga.get(f"/customers/{one}/identity")).json()["links"]) == 2
    unknown = await olga.get(f"/links/{uuid4()}/split")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_link")


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.DESIGNER, ["look"]),
        (Role.AGENT, ["look", "join", "note"]),
        (Role.SUPERVISOR, ["look", "join", "note", "export", "erase"]),
    ],
)
async def test_who_may_do_what(desk: Desk, role: Role, allowed: Sequence[str]) -> None:
    """Reading for all, joins and notes for who answers, export and erasure for who directs;
    nothing is changed without the page's token, and a personal token is no way around."""
    somebody = await desk.at_work("somebody", role)
    one, other = await two_of_one(desk)
    version = (await compared(somebody, one, other))["version"]
    calls: dict[str, tuple[str, str, object]] = {
        "look": ("GET", f"/customers/{one}/notes", None),
        "note": ("POST", f"/customers/{one}/notes", {"text": "x"}),
        "export": ("GET", f"/customers/{one}/export", None),
        "join": (
            "POST",
            f"/customers/{one}/join",
            {"other": str(other), "reason": WHY, "version": version},
        ),
        "erase": ("POST", f"/customers/{one}/erase", {"confirm": str(one)[:8]}),
    }
    for step, (method, path, body) in calls.items():
        if method == "POST":
            bare = await somebody.http.post(f"/api/desk{path}", json=body)
            assert (bare.status_code, bare.json()["code"]) == (403, "csrf")
        answer = await somebody.post(path, body, method=method)
        if step in allowed:
            assert answer.status_code in (200, 201, 409), (step, answer.text)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), step
    if role is Role.AGENT:
        token = (await somebody.post("/me/tokens", {"name": "script"})).json()["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        for method, step in (("GET", "export"), ("POST", "erase")):
            path = f"/api/v1/customers/{one}/{step}"
            answer = await desk.browser().http.request(method, path, headers=bearer)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_notes_are_written_without_a_hand_off_and_follow_a_split(desk: Desk) -> None:
    """The newest first, with who is asked for; they stay with whom they were written on."""
    olga, piotr = await desk.at_work("olga"), await desk.at_work("piotr")
    one, other = await two_of_one(desk)
    for customer, words in ((one, "pays late"), (other, "on holiday"), (one, "pays again")):
        given = {"text": words, "mentions": ["piotr@nitka.test"]}
        made = await olga.post(f"/customers/{customer}/notes", given)
        assert (made.status_code, made.json()["internal"]) == (201, True)
    assert len((await piotr.get("/mentions")).json()["mentions"]) == 3

    async def notes(customer: UUID, **more: Any) -> list[str]:
        found = (await piotr.get(f"/customers/{customer}/notes", **more)).json()["notes"]
        return [note["text"] for note in found]

    assert await notes(one) == ["pays again", "pays late"]
    assert await notes(one, limit=1) == ["pays again"]
    await desk.house.confirm.join(one, other, staff="x", reason=WHY)
    assert await notes(other) == ["pays again", "on holiday", "pays late"]
    (link,) = (await olga.get(f"/customers/{one}/identity")).json()["links"]
    await desk.house.confirm.split(UUID(link["id"]), staff="x", reason=WHY)
    assert (await notes(one), await notes(other)) == (["pays again", "pays late"], ["on holiday"])
    unknown = await olga.post(f"/customers/{uuid4()}/notes", {"text": "x"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_customer")
    assert (await olga.post(f"/customers/{one}/notes", {"text": "  "})).status_code == 422


async def test_tags_come_with_a_join_and_go_with_a_split(desk: Desk) -> None:
    """Each stays with whom it was put on."""
    olga = await desk.at_work("olga")
    one, other = await two_of_one(desk)
    for customer, own in ((one, ["vip", "shop"]), (other, ["vip", "abroad"])):
        await olga.post(f"/customers/{customer}/tags", {"tags": own}, method="PUT")

    async def tags(customer: UUID) -> list[str]:
        found: list[str] = (await olga.get(f"/customers/{customer}")).json()["tags"]
        return found

    await desk.house.confirm.join(one, other, staff="x", reason=WHY)
    assert await tags(one) == await tags(other) == ["abroad", "shop", "vip"]
    (link,) = (await olga.get(f"/customers/{one}/identity")).json()["links"]
    await desk.house.confirm.split(UUID(link["id"]), staff="x", reason=WHY)
    assert (await tags(one), await tags(other)) == (["shop", "vip"], ["abroad", "vip"])


async def test_a_customer_is_exported_and_erased(desk: Desk) -> None:
    """A real archive; erased only by his number; the receipt counts, and he is unknown then."""
    boss = await desk.at_work("boss", Role.SUPERVISOR)
    customer, _ = await handed_over(desk)
    await boss.post(f"/customers/{customer}/notes", {"text": "a secret of ours"})
    file = await boss.get(f"/customers/{customer}/export")
    assert file.headers["content-type"] == "application/zip"
    assert file.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
        told = json.loads(packed.read("data.json"))
    assert [line["text"] for line in told["messages"]] == ["ann needs a person", "passing on"]
    assert ("staff:boss@nitka.test", "export") in await trail(desk, customer)
    for typed in ("", "yes", "00000000"):
        refused = await boss.post(f"/customers/{customer}/erase", {"confirm": typed})
        assert (refused.status_code, refused.json()["code"]) == (409, "not_confirmed")
    typed = f" {str(customer)[:8].upper()} "
    receipt = (await boss.post(f"/customers/{customer}/erase", {"confirm": typed})).json()
    assert receipt["erased"]["messages"] == 3
    for path in ("", "/identity", "/messages", "/notes", "/export"):
        gone = await boss.get(f"/customers/{customer}{path}")
        assert (gone.status_code, gone.json()["code"]) == (404, "unknown_customer")
    async with desk.house.store._engine.connect() as connection:
        rows = await connection.execute(text("SELECT actor FROM audit WHERE action = 'erase'"))
        assert list(rows.scalars()) == ["staff:boss@nitka.test"]


async def test_a_look_amid_an_erasure_finds_him_or_nobody(desk: Desk) -> None:
    """Whatever is read at that moment is an answer or `unknown_customer`, nothing broken."""
    boss = await desk.at_work("boss", Role.SUPERVISOR)
    for number in range(4):
        received = await desk.house.say("hello", visitor=f"v{number}")
        customer = received.customer_id
        erasing = boss.post(f"/customers/{customer}/erase", {"confirm": str(customer)[:8]})
        looks = [boss.get(f"/customers/{customer}/identity") for _ in range(8)]
        erased, *seen = await asyncio.gather(erasing, *looks)
        assert erased.status_code == 200
        assert {answer.status_code for answer in seen} <= {200, 404}


async def suggested(browser: Browser, customer: object) -> tuple[list[str], list[str]]:
    """Give who is suggested to be the same, and who is not by the word of staff, by id."""
    found = (await browser.get(f"/customers/{customer}/identity")).json()
    return tuple([one["customer"] for one in found[kind]] for kind in ("suggestions", "dismissed"))  # type: ignore[return-value]


async def test_a_suggestion_is_dismissed_until_something_else_speaks_for_it(desk: Desk) -> None:
    """For everybody and from both sides; the same evidence again is no new one; taken back it is
    there again; each step stands in both trails."""
    house, olga = desk.house, await desk.at_work("olga")
    boss = await desk.at_work("boss", Role.SUPERVISOR)
    one, other = await two_of_one(desk)
    dismiss = {"other": str(other), "reason": "  two sisters "}
    for _ in range(2):
        assert (await olga.post(f"/customers/{one}/dismissals", dismiss)).status_code == 204
    for seen, beside in ((one, other), (other, one)):
        assert await suggested(boss, seen) == ([], [str(beside)])
        shown = (await boss.get(f"/customers/{seen}")).json()
        assert not shown.get("suggestions")
        actions = [step for step in await trail(desk, seen) if step[1] == "dismiss"]
        assert actions == [("staff:olga@nitka.test", "dismiss")]
    (told,) = (await boss.get(f"/customers/{other}/identity")).json()["dismissed"]
    assert (told["by"], told["reason"], told["because"], told["name"]) == (
        "olga@nitka.test",
        "two sisters",
        ["email"],
        "Ola",
    )
    await house.say("ola@example.com once more", visitor="ann", profile=OLA)
    await house.answer(one)
    assert await suggested(boss, one) == ([], [str(other)])
    async with house.store.begin() as uow:
        for customer in (one, other):
            await uow.claims.add(customer, Claim(ClaimKind.PHONE, "48600100200", Source.TYPED))
    found = (await boss.get(f"/customers/{one}/identity")).json()
    assert found["dismissed"] == []
    assert [one["because"] for one in found["suggestions"]] == [["email", "phone"]]
    assert (
        await boss.post(f"/customers/{other}/dismissals", {"other": str(one)})
    ).status_code == 204
    assert await suggested(boss, one) == ([], [str(other)])
    back = f"/customers/{one}/dismissals/{other}"
    for _ in range(2):
        assert (await olga.post(back, method="DELETE")).status_code == 204
    assert await suggested(boss, one) == ([str(other)], [])
    assert ("staff:olga@nitka.test", "take_back_dismissal") in await trail(desk, other)


async def test_a_dismissal_that_cannot_be_is_refused(desk: Desk) -> None:
    """Of himself, of nobody, where nothing speaks for it, and by who only reads."""
    olga, reader = await desk.at_work("olga"), await desk.at_work("dora", Role.DESIGNER)
    one, other = await two_of_one(desk)
    stranger = (await desk.house.say("hello", visitor="stranger")).customer_id
    path = f"/customers/{one}/dismissals"
    for with_whom, status, code in (
        (one, 409, "already_joined"),
        (uuid4(), 404, "unknown_customer"),
        (stranger, 409, "no_suggestion"),
    ):
        refused = await olga.post(path, {"other": str(with_whom)})
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await olga.post(path, {"other": str(other), "reason": "x" * 501})).status_code == 422
    assert (await reader.post(path, {"other": str(other)})).status_code == 403
    assert (await reader.post(f"{path}/{other}", method="DELETE")).status_code == 403
    gone = await olga.post(f"{path}/{uuid4()}", method="DELETE")
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_customer")
    assert await suggested(olga, one) == ([str(other)], [])


async def test_a_dismissal_goes_with_joins_and_splits_export_and_erasure(desk: Desk) -> None:
    """Who was joined with either is not suggested by it; a split parts it; nothing of it is left
    with who stays when the other is erased."""
    house, olga = desk.house, await desk.at_work("olga")
    one, other = await two_of_one(desk)
    third = (await house.say("ola@example.com again", visitor="third")).customer_id
    await house.answer(third)
    assert set((await suggested(olga, one))[0]) == {str(other), str(third)}
    await olga.post(f"/customers/{one}/dismissals", {"other": str(other), "reason": "sisters"})
    root = await house.confirm.join(one, third, staff="x", reason=WHY)
    assert await suggested(olga, root) == ([], [str(other)])
    assert await suggested(olga, other) == ([], [str(root)])
    (link,) = (await olga.get(f"/customers/{root}/identity")).json()["links"]
    await house.confirm.split(UUID(link["id"]), staff="x", reason=WHY)
    again, dismissed = await suggested(olga, third)
    assert (set(again), dismissed) == ({str(one), str(other)}, [])
    assert await suggested(olga, other) == ([str(third)], [str(one)])
    joined = await house.confirm.join(one, other, staff="x", reason=WHY)
    assert (await suggested(olga, joined))[1] == []
    (link,) = (await olga.get(f"/customers/{joined}/identity")).json()["links"]
    await house.confirm.split(UUID(link["id"]), staff="x", reason=WHY)
    assert await suggested(olga, one) == ([str(third)], [str(other)])
    async with house.store.begin() as uow:
        kept = await uow.personal.everything(other, frozenset({other}))
    assert [(row["kind"], row["value"]) for row in kept["dismissed"]] == [
        ("email", "ola@example.com")
    ]
    assert "sisters" not in str(kept), "what staff tell each other stays inside"
    await house.privacy.erase(other, staff="x")
    assert await suggested(olga, one) == ([str(third)], [])
    async with house.store._engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM dismissals"))).scalar() == 0
