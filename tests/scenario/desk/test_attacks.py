"""What people try who mean no good, and broken clients: refused; nothing breaks or gets lost."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from nitka.api.desk.gate import COOKIE
from nitka.domain.staff import Role
from nitka.service.sign_in import SESSION_LIFE
from tests.scenario.desk.conftest import PASSWORD, Browser, Desk
from tests.scenario.desk.test_api import handed_over
from tests.scenario.desk.test_attach import PNG, kept, taken
from tests.scenario.test_privacy import dump

_OPEN = {"POST /session", "POST /links/whose", "POST /links/use"}
_OWN = "/me"  # everybody's own account
_READERS_CHANGE = {"DELETE /session", "POST /customers/{customer_id}/read"}


def operations(desk: Desk) -> Iterator[tuple[str, str]]:
    """Give the method and path of everything at the desk."""
    for path, item in desk.app.openapi()["paths"].items():
        if path.startswith("/api/desk"):
            for method in item:
                yield method.upper(), path.removeprefix("/api/desk")


def filled(path: str) -> str:
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))


async def raw(
    browser: Browser, method: str, path: str, content: bytes | str, **headers: str
) -> Any:
    """Send a body as it is."""
    told = {"X-CSRF-Token": browser.csrf, "Content-Type": "application/json", **headers}
    named = [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
    return await browser.http.request(method, f"/api/desk{path}", content=content, headers=named)


async def test_every_door_is_locked(desk: Desk) -> None:
    """To strangers, forged and ended sessions, pages without the token, and who may not do it."""
    designer = await desk.at_work("dora", Role.DESIGNER)
    agent = await desk.at_work("olga")
    ended, forged, stranger = await desk.at_work("ex"), desk.browser(), desk.browser()
    cookie = ended.http.cookies[COOKIE]
    await ended.post("/session", method="DELETE")
    ended.http.cookies.set(COOKIE, cookie)
    forged.http.cookies.set(COOKIE, cookie[:-1] + ("A" if cookie[-1] != "A" else "B"))
    seen = Counter[str]()
    for method, path in operations(desk):
        name, url = f"{method} {path}", filled(path)
        if name in _OPEN:
            continue
        for nobody in (ended, forged, stranger):
            answer = await raw(nobody, method, url, "{}")
            assert (answer.status_code, answer.json()["code"]) == (401, "signed_out"), name
        if method == "GET":
            continue
        for token in ("", "0" * 64, agent.csrf, "\xe9"):
            answer = await raw(designer, method, url, "{}", **{"X-CSRF-Token": token})
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), name
        if name in _READERS_CHANGE or path.startswith(_OWN):
            continue
        answer = await raw(designer, method, url, "{}")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), name
        answer = await raw(agent, method, url, "{}")
        seen[f"agent {answer.status_code}"] += 1
    assert seen["agent 403"] >= 8, "accounts, canned replies, erasing"
    assert (await agent.get(filled("/customers/{id}/export"))).status_code == 403
    desk.clock.ahead = SESSION_LIFE + timedelta(minutes=1)
    assert (await agent.get("/me")).json()["code"] == "signed_out"


def _texts(case: str, customer: str) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Give every text that the desk takes: method, path, a body, and the text's place in it."""
    yield "POST", f"/handoffs/{case}/messages", {"seen": 99, "key": "k" * 9}, "text"
    yield "POST", f"/handoffs/{case}/messages", {"seen": 99, "text": "x"}, "key"
    yield "POST", f"/handoffs/{case}/messages", {"seen": 99, "text": "x"}, "files.0"
    yield "POST", f"/handoffs/{case}/notes", {}, "text"
    yield "POST", f"/handoffs/{case}/notes", {"text": "x"}, "mentions.0"
    yield "POST", f"/handoffs/{case}/pass-on", {}, "to"
    back = {"outcome": "x", "next": "reminder", "at": "2100-01-01T00:00:00Z"}
    for name in ("outcome", "words", "tell"):
        yield "POST", f"/handoffs/{case}/hand-back", back, name
    for place in ("facts.order_number", "facts.deep.0.deeper", "facts.@"):
        yield "POST", f"/handoffs/{case}/hand-back", {"outcome": "x"}, place
    yield "POST", f"/customers/{customer}/notes", {}, "text"
    yield "POST", f"/customers/{customer}/notes", {"text": "x"}, "mentions.0"
    yield "PUT", f"/customers/{customer}/tags", {}, "tags.0"
    yield "POST", f"/customers/{customer}/join", {"other": str(uuid4()), "version": "v"}, "reason"
    yield "POST", f"/customers/{customer}/join", {"other": str(uuid4()), "reason": "why"}, "version"
    yield "POST", f"/links/{uuid4()}/split", {"version": "v"}, "reason"
    yield "POST", f"/customers/{customer}/erase", {}, "confirm"
    yield "POST", "/canned", {"shortcut": "s", "language": "en"}, "text"
    yield "POST", "/canned", {"text": "x", "language": "en"}, "shortcut"
    yield "POST", "/staff", {"email": "a@b.c"}, "name"
    yield "POST", "/staff", {"name": "A"}, "email"
    yield "POST", "/me/tokens", {}, "name"
    yield "POST", "/me/totp/on", {"code": "123456"}, "sealed"
    yield "POST", "/me/totp/off", {}, "password"
    yield "POST", "/me/password", {"new": "x"}, "old"
    yield "POST", "/me/password", {"old": PASSWORD}, "new"
    yield "POST", "/session", {"password": "x"}, "email"
    yield "POST", "/session", {"email": "a@b.c"}, "password"
    yield "POST", "/links/whose", {}, "token"
    yield "POST", "/links/use", {"token": "x"}, "password"


def _with(body: dict[str, Any], place: str, value: object) -> dict[str, Any]:
    """Give a body with a value at a place; `@` is a name that is the value itself."""
    whole = json.loads(json.dumps(body))
    *way, last = place.split(".")
    at: Any = whole
    for name, following in zip(way, [*way, last][1:], strict=True):
        fresh: Any = [] if following.isdigit() else {}
        if name.isdigit():
            at.append(fresh)
            at = at[-1]
        else:
            at = at.setdefault(name, fresh)
    if last.isdigit():
        at.append(value)
    elif last == "@":
        at[value] = "x"
    else:
        at[last] = value
    return dict(whole)


_BENT = {
    "NUL": "a\x00b",
    "half a pair": "a\ud800b",
    "the other half": "\udfff" * 9,
    "too long": "x" * 900_000,
}


async def test_no_text_breaks_anything(desk: Desk) -> None:
    """NUL, lone surrogates, far too much, and what is no text, in every field of every body."""
    boss = await desk.at_work("boss", Role.ADMIN)
    customer, case, _ = await taken(desk, boss)
    broken = []
    for method, path, body, place in _texts(case, str(customer)):
        bent = _BENT if place.startswith("facts") else {**_BENT, "a number": 10**400, "none": {}}
        for what, value in bent.items():
            sent = json.dumps(_with(body, place, value))
            answer = await raw(boss, method, path, sent)
            if answer.status_code >= 500 or answer.status_code < 400:
                broken.append(f"{method} {path} {place}: {what}: {answer.status_code}")
    assert broken == []
    async with desk.house.store.begin() as uow:
        (handoff,) = await uow.handoffs.of(customer)
    assert handoff.closed_at is None


@pytest.mark.parametrize("depth", [20, 300, 950, 100_000])
async def test_no_depth_breaks_anything(desk: Desk, depth: int) -> None:
    """A fact as deep as it likes: taken or refused; what is taken can be read ever after."""
    boss = await desk.at_work("boss", Role.ADMIN)
    customer, case, _ = await taken(desk, boss)
    for opens, closes in (("[", "]"), ('{"a":', "}")):
        deep = f"{opens * depth}1{closes * depth}"
        body = f'{{"outcome": "x", "facts": {{"order_number": {deep}}}}}'
        answer = await raw(boss, "POST", f"/handoffs/{case}/hand-back", body)
        assert answer.status_code < 500, (opens, answer.text)
        for path in ("/inbox?view=all", f"/customers/{customer}"):
            assert (await boss.http.get(f"/api/desk{path}")).status_code == 200, path


async def test_odd_requests_are_refused(desk: Desk) -> None:
    """Bodies that are no JSON, or of another type; addresses with anything in them."""
    boss = await desk.at_work("boss", Role.ADMIN)
    customer, case, _ = await taken(desk, boss)
    bodies: list[tuple[bytes, str]] = [
        (b"", "application/json"),
        (b"null", "application/json"),
        (b"\xff\xfe{", "application/json"),
        (b'{"text": "x"', "application/json"),
        (b'{"text": NaN}', "application/json"),
        (b"1" * 5000, "application/json"),
        (b"text=x", "application/x-www-form-urlencoded"),
        (b"--x\r\n\r\nx", "multipart/form-data; boundary=x"),
        (b'{"text": "x"}', "text/plain"),
        (b'{"text": "x"}', "\xe9/\xe9"),
        (b"x" * (1024 * 1024 + 1), "application/json"),
    ]
    for method, path in operations(desk):
        if method == "GET" or path.startswith("/me/sessions") or path == "/session":
            continue
        url = path.replace("{customer_id}", str(customer)).replace("{handoff_id}", case)
        if method == "DELETE" or url.endswith(("/take", "/decline", "/me/totp", "/files")):
            continue
        for content, kind in bodies:
            answer = await raw(boss, method, filled(url), content, **{"Content-Type": kind})
            fits = path.endswith(("/take-over", "/looking")) and content == b'{"text": NaN}'
            allowed = range(200, 500) if fits else range(400, 500)
            assert answer.status_code in allowed, (path, content[:20], kind, answer.text)
    for path in (
        "/files/%00",
        "/files/..%2f..%2fetc%2fpasswd",
        f"/files/{'a' * 5000}",
        "/files/%ed%a0%80",
        "/customers/%00",
        "/customers/..%2f..",
        "/search?q=%00%00",
        "/search?q=%ed%a0%80x",
        "/search?q=" + "%F0%9F%92%A9" * 200,
        "/search?q=" + "a+" * 100,
        "/search?q=%5C%5C%27%27%3A%2A%26",
        "/inbox?before=0001-01-01T00:00:00%2B23:59",
        "/inbox?before=9999-12-31T23:59:59-23:59",
        "/inbox?before=0001-01-01T00:00:00",
        "/inbox?view=all&before=1e300",
        "/inbox?limit=-1",
        f"/customers/{customer}/messages?after=9007199254740991",
        f"/customers/{customer}/messages?after=99999999999999999999",
        f"/customers/{customer}/join?other={customer}",
        f"/customers/{customer}/notes?before=0",
        "/messages/not-an-id/history",
        "/events/../events%00",
    ):
        answer = await boss.http.get(f"/api/desk{path}")
        assert answer.status_code < 500, (path, answer.text)
    for path in ("/desk/%00", "/desk/..%2f..%2fetc%2fpasswd", f"/desk/{'a' * 5000}", "/desk/%ff",
                 "/demo/%00", "/%00", "/api/webchat/files/%00"):  # fmt: skip
        answer = await boss.http.get(path)
        assert answer.status_code < 500 or answer.json()["code"] == "assets_missing", path


@pytest.mark.parametrize(
    "origin",
    ["null", "http://[", "http://[::1", "https://evil.test", "//", "http://nitka.test.evil"],
)
async def test_a_page_elsewhere_signs_nobody_in(desk: Desk, origin: str) -> None:
    """Whatever it calls itself."""
    await desk.hire("olga")
    browser = desk.browser()
    body = json.dumps({"email": "olga@nitka.test", "password": PASSWORD})
    for path in ("/session", "/links/whose", "/links/use"):
        answer = await raw(browser, "POST", path, body, Origin=origin)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


async def at_once(steps: int, step: Any) -> list[httpx.Response]:
    return list(await asyncio.gather(*(step(number) for number in range(steps))))


async def test_the_same_at_once_is_once(desk: Desk) -> None:
    """Replies with one key, tags, canned replies, tokens, invitations, splits, erasures."""
    boss = await desk.at_work("boss", Role.ADMIN)
    customer, case, seen = await taken(desk, boss)
    reply = {"text": "once", "seen": seen, "key": "one and the same"}
    said = await at_once(8, lambda _: boss.post(f"/handoffs/{case}/messages", reply))
    assert {(one.status_code, one.json().get("id")) for one in said} == {
        (201, said[0].json()["id"])
    }
    page = (await boss.get(f"/customers/{customer}/messages")).json()["messages"]
    assert [line["text"] for line in page].count("once") == 1
    other, another, _ = await taken(desk, boss, "bob")
    assert other != customer
    with_file = {"text": "", "seen": 99, "files": [await kept(boss)]}
    went = await at_once(
        6, lambda n: boss.post(f"/handoffs/{[case, another][n % 2]}/messages", with_file)
    )
    assert sorted(one.status_code for one in went) == [201, *[409] * 5]
    assert {one.json()["code"] for one in went if one.status_code == 409} == {"file_gone"}
    tags = [["vip", "new"], ["vip", "old"], ["vip"]]
    tagged = await at_once(
        9, lambda n: boss.post(f"/customers/{customer}/tags", {"tags": tags[n % 3]}, method="PUT")
    )
    assert {one.status_code for one in tagged} == {200}
    assert (await boss.get(f"/customers/{customer}")).json()["tags"] in [sorted(t) for t in tags]
    for path, body, code in (
        ("/canned", {"shortcut": "s", "language": "en", "text": "x"}, "shortcut_taken"),
        ("/me/tokens", {"name": "same"}, "token_exists"),
        ("/staff", {"email": "new@nitka.test", "name": "New"}, "account_exists"),
    ):
        made = await at_once(6, lambda _, p=path, b=body: boss.post(p, b))
        assert sorted(one.status_code for one in made) == [201, *[409] * 5], path
        assert {one.json()["code"] for one in made if one.status_code == 409} == {code}
    erased = await at_once(
        4, lambda _: boss.post(f"/customers/{customer}/erase", {"confirm": str(customer)[:8]})
    )
    assert sorted(one.status_code for one in erased) == [200, 404, 404, 404]


async def test_a_key_is_one_replys_only(desk: Desk) -> None:
    """Of one hand-off and one text; a key that comes again for another never loses a reply."""
    olga = await desk.at_work("olga")
    said = []
    for visitor in ("ann", "bob"):
        _, case = await handed_over(desk, visitor)
        await olga.post(f"/handoffs/{case}/take")
        reply = {"text": f"for {visitor}", "seen": 99, "key": "reply-1-of-mine"}
        said.append((case, await olga.post(f"/handoffs/{case}/messages", reply)))
    assert [answer.status_code for _, answer in said] == [201, 201]
    assert [answer.json()["text"] for _, answer in said] == ["for ann", "for bob"]
    other = {"text": "something else", "seen": 99, "key": "reply-1-of-mine"}
    refused = await olga.post(f"/handoffs/{said[0][0]}/messages", other)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


async def test_what_is_somebody_elses_stays_his(desk: Desk) -> None:
    """Another agent's hand-off, lines, files, sessions: nobody else changes them by their ids."""
    olga, piotr = await desk.at_work("olga"), await desk.at_work("piotr")
    customer, case, seen = await taken(desk, olga)
    line = await olga.post(f"/handoffs/{case}/messages", {"text": "mine", "seen": seen})
    upload = {"file": ("../../../etc/passwd\x00.png", PNG, "image/png")}
    told = {"X-CSRF-Token": olga.csrf}
    file = (await olga.http.post("/api/desk/files", files=upload, headers=told)).json()
    assert "/" not in file["name"]
    (session,) = (await olga.get("/me/sessions")).json()["sessions"]
    tries = [
        ("POST", f"/handoffs/{case}/messages", {"text": "x", "seen": 99}),
        ("POST", f"/handoffs/{case}/hand-back", {"outcome": "x"}),
        ("POST", f"/handoffs/{case}/pass-on", {"to": "piotr@nitka.test"}),
        ("POST", f"/handoffs/{case}/take", {}),
        ("POST", f"/customers/{customer}/take-over", {}),
        ("PATCH", f"/messages/{line.json()['id']}", {"text": "x"}),
        ("DELETE", f"/messages/{line.json()['id']}", {}),
        ("DELETE", f"/files/{file['id']}", {}),
        ("DELETE", f"/me/sessions/{session['id']}", {}),
    ]
    for method, path, body in tries:
        answer = await piotr.post(path, body, method=method)
        assert answer.status_code in (403, 404, 409), (path, answer.text)
    assert (await piotr.get(f"/files/{file['id']}")).status_code == 404
    assert (await olga.get("/me")).status_code == 200


async def test_whatever_comes_amid_an_erasure_leaves_no_trace(
    desk: Desk, database_url: str
) -> None:
    """Looks, notes, tags, reads, replies: done before it or refused, and gone either way."""
    boss = await desk.at_work("boss", Role.ADMIN)
    for number in range(5):
        customer, case, seen = await taken(desk, boss)
        path, reply = f"/customers/{customer}", {"text": "x", "seen": seen}
        looks = [f"{path}{more}" for more in ("", "/messages", "/identity", "/notes", "/portrait")]
        steps: list[Coroutine[Any, Any, httpx.Response]] = [
            *(boss.get(look) for look in looks * 2),
            boss.post(f"{path}/erase", {"confirm": str(customer)[:8]}),
            *(boss.get(look) for look in looks * 2),
            *(boss.post(f"{path}/read", {"seq": n}) for n in range(1, 4)),
            *(boss.post(f"{path}/notes", {"text": f"note {n}"}) for n in range(3)),
            boss.post(f"{path}/tags", {"tags": ["vip"]}, method="PUT"),
            boss.post(f"{path}/take-over", {}),
            boss.post(f"/handoffs/{case}/messages", reply),
            boss.post(f"/handoffs/{case}/pass-on", {"team": "support"}),
            boss.post(f"/handoffs/{case}/hand-back", {"outcome": "x"}),
        ]
        shift = number * 3 % len(steps)
        answers = await asyncio.gather(*steps[shift:], *steps[:shift])
        assert {one.status_code for one in answers} <= {200, 201, 204, 404, 409}
        assert str(customer) not in dump(database_url)


async def test_a_note_amid_a_join_stays_with_its_customer(desk: Desk) -> None:
    """Whoever is written on while two become one: nothing is left in a thread nobody reads."""
    olga = await desk.at_work("olga")
    for number in range(4):
        pair = [
            (await desk.house.say("hello", visitor=f"{side}{number}")).customer_id
            for side in ("one", "two")
        ]
        noting = [
            olga.post(f"/customers/{pair[n % 2]}/notes", {"text": f"note {n}"}) for n in range(12)
        ]
        joining = desk.house.confirm.join(*pair, staff="x", reason="the same person")
        root, noted = await asyncio.gather(joining, asyncio.gather(*noting))
        assert {one.status_code for one in noted} == {201}
        page = (await olga.get(f"/customers/{root}/messages")).json()
        assert {f"note {n}" for n in range(12)} <= {line["text"] for line in page["messages"]}
        assert [line["seq"] for line in page["messages"]] == list(range(1, page["seq"] + 1))


async def test_accounts_changed_at_once_keep_every_change(desk: Desk) -> None:
    """A new password, two names, an end; and two admins who demote each other: one is left."""
    ada, bea = await desk.at_work("ada", Role.ADMIN), await desk.at_work("bea", Role.ADMIN)
    ids = {one["email"]: one["id"] for one in (await ada.get("/staff")).json()["staff"]}
    for number in range(3):
        olga = await desk.at_work(f"olga{number}")
        account = (await olga.get("/me")).json()["account"]["id"]
        path = f"/staff/{account}"
        new = {"old": PASSWORD, "new": f"{PASSWORD} and more"}
        answers = await asyncio.gather(
            olga.post("/me/password", new),
            *(ada.post(path, {"name": f"Olga {n}"}, method="PATCH") for n in range(20)),
        )
        assert {one.status_code for one in answers} <= {200, 204}
        assert (await desk.browser().sign_in(f"olga{number}@nitka.test")).status_code == 401
        answers = await asyncio.gather(
            bea.post(path, {"active": False}, method="PATCH"),
            *(ada.post(path, {"capacity": n + 1}, method="PATCH") for n in range(10)),
        )
        assert {one.status_code for one in answers} == {200}
        assert (await olga.get("/me")).status_code == 401
    demoted = await asyncio.gather(
        ada.post(f"/staff/{ids['bea@nitka.test']}", {"role": "agent"}, method="PATCH"),
        bea.post(f"/staff/{ids['ada@nitka.test']}", {"role": "agent"}, method="PATCH"),
    )
    assert sorted(one.status_code for one in demoted) in ([200, 403], [200, 409])


async def test_one_link_lets_in_once(desk: Desk) -> None:
    """However many use it at the same moment."""
    ada = await desk.at_work("ada", Role.ADMIN)
    invited = await ada.post("/staff", {"email": "new@nitka.test", "name": "New"})
    token = invited.json()["link"].rsplit("/", 1)[1]
    used = await at_once(
        5,
        lambda n: desk.browser().post(
            "/links/use", {"token": token, "password": f"{PASSWORD} number {n}"}
        ),
    )
    assert sorted(one.status_code for one in used) == [200, *[404] * 4]
