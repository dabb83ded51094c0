"""The desk's door: who gets in, how often one may try, and how one gets out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import text

from nitka.domain.staff import Purpose, Role
from nitka.service.sign_in import make_link
from tests.scenario.desk.conftest import PASSWORD, Browser, Desk


async def test_a_password_opens_a_session_that_javascript_cannot_read(desk: Desk) -> None:
    """The cookie is HttpOnly and SameSite=Strict; what is kept of it is a digest."""
    await desk.hire("olga")
    browser = desk.browser()
    entered = await browser.sign_in("OLGA@nitka.test")
    assert entered.status_code == 200
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    me = (await browser.get("/me")).json()
    assert (me["account"]["email"], me["rights"]) == ("olga@nitka.test", ["read", "answer"])
    assert (await desk.browser().get("/me")).json()["code"] == "signed_out"


async def test_a_change_needs_the_pages_own_token(desk: Desk) -> None:
    """The cookie alone changes nothing; nor does another origin sign anybody in."""
    browser = await desk.at_work("olga")
    good, browser.csrf = browser.csrf, "bent"
    refused = await browser.post("/me/available", {"available": False})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    browser.csrf = good
    assert (await browser.post("/me/available", {"available": False})).status_code == 204
    foreign = await browser.http.post(
        "/api/desk/session",
        json={"email": "olga@nitka.test", "password": PASSWORD},
        headers={"Origin": "https://evil.example"},
    )
    assert foreign.json()["code"] == "csrf"


async def test_wrong_tries_are_counted_and_then_even_the_right_one_waits(desk: Desk) -> None:
    """Five for an account; somebody who does not exist is answered just the same."""
    await desk.hire("olga")
    browser = desk.browser()
    for email in ("olga@nitka.test", "nobody@nitka.test"):
        codes = [(await browser.sign_in(email, "wrong")).json()["code"] for _ in range(6)]
        assert codes == ["wrong_credentials"] * 5 + ["too_many_requests"]
    assert (await browser.sign_in("olga@nitka.test")).status_code == 429
    desk.clock.ahead = timedelta(minutes=16)
    assert (await browser.sign_in("olga@nitka.test")).status_code == 200


async def test_an_invitation_is_good_once_and_wants_a_good_password(desk: Desk) -> None:
    """Weak ones are refused with a reason; the link is used up by a good one only."""
    admin = await desk.at_work("anna", Role.ADMIN)
    invited = await admin.post("/staff", {"email": "ewa@nitka.test", "name": "Ewa"})
    assert invited.status_code == 201
    assert (await admin.post("/staff", {"email": "EWA@nitka.test", "name": "E"})).status_code == 409
    token = invited.json()["link"].rpartition("/")[2]
    ewa = desk.browser()
    assert (await ewa.post("/links/whose", {"token": token})).json() == {
        "email": "ewa@nitka.test",
        "name": "Ewa",
        "purpose": "invite",
    }
    for weak in ("short", "password123456", "ewa@nitka.test", "y" * 300):
        refused = await ewa.post("/links/use", {"token": token, "password": weak})
        assert (refused.status_code, refused.json()["code"]) == (422, "weak_password"), weak
    used = await ewa.post("/links/use", {"token": token, "password": PASSWORD})
    assert used.status_code == 200
    again = await ewa.post("/links/use", {"token": token, "password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (404, "link_gone")
    assert (await ewa.get("/me")).json()["account"]["role"] == "agent"


async def test_a_link_grows_old_and_a_reset_ends_every_session(desk: Desk) -> None:
    """A newer link of the same kind makes the older one useless."""
    admin = await desk.at_work("anna", Role.ADMIN)
    olga = await desk.at_work("olga")
    account = (await olga.get("/me")).json()["account"]["id"]
    links = [(await admin.post(f"/staff/{account}/reset")).json()["link"] for _ in range(2)]
    first, second = (link.rpartition("/")[2] for link in links)
    fresh = desk.browser()
    body = {"password": "another walnut in orbit"}
    assert (await fresh.post("/links/use", {**body, "token": first})).status_code == 404
    assert (await fresh.post("/links/use", {**body, "token": second})).status_code == 200
    assert (await olga.get("/me")).status_code == 401
    old = (await admin.post(f"/staff/{account}/reset")).json()["link"].rpartition("/")[2]
    desk.clock.ahead = timedelta(hours=3)
    assert (await fresh.post("/links/use", {**body, "token": old})).status_code == 404


async def test_one_time_passwords_are_good_once(desk: Desk) -> None:
    """Turned on with the first code; a code that was used does not open again; off by password."""
    olga = await desk.at_work("olga")
    begun = (await olga.post("/me/totp")).json()
    secret = parse_qs(urlsplit(begun["uri"]).query)["secret"][0]
    totp = pyotp.TOTP(secret)
    wrong = await olga.post("/me/totp/on", {"sealed": begun["sealed"], "code": "000000"})
    assert wrong.json()["code"] == "wrong_code"
    code = totp.at(desk.clock.now())
    on = await olga.post("/me/totp/on", {"sealed": begun["sealed"], "code": code})
    assert on.status_code == 200
    browser = desk.browser()
    assert (await browser.sign_in("olga@nitka.test")).json()["code"] == "code_needed"
    assert (await browser.sign_in("olga@nitka.test", code=code)).status_code == 401
    desk.clock.ahead = timedelta(seconds=60)
    assert (
        await browser.sign_in("olga@nitka.test", code=totp.at(desk.clock.now()))
    ).status_code == 200
    assert (await browser.post("/me/totp/off", {"password": "no"})).status_code == 403
    assert (await browser.post("/me/totp/off", {"password": PASSWORD})).status_code == 204


async def test_sessions_are_listed_and_ended(desk: Desk) -> None:
    """One by one or all; nobody ends another's; after twelve hours they end by themselves."""
    await desk.hire("olga")
    first, second = desk.browser(), desk.browser()
    for browser in (first, second):
        await browser.sign_in("olga@nitka.test")
    listed = (await first.get("/me/sessions")).json()["sessions"]
    assert [session["current"] for session in listed].count(True) == 1
    piotr = await desk.at_work("piotr")
    other = next(session["id"] for session in listed if not session["current"])
    stolen = await piotr.post(f"/me/sessions/{other}", method="DELETE")
    assert (stolen.status_code, stolen.json()["code"]) == (404, "unknown_session")
    assert (await first.post(f"/me/sessions/{other}", method="DELETE")).status_code == 204
    assert (await second.get("/me")).status_code == 401
    desk.clock.ahead = timedelta(hours=12, minutes=1)
    assert (await first.get("/me")).status_code == 401


async def test_roles(desk: Desk) -> None:
    """Agents do not manage accounts; who is turned off is out at once; an admin is always left."""
    admin = await desk.at_work("anna", Role.ADMIN)
    olga = await desk.at_work("olga")
    refused = await olga.post("/staff", {"email": "x@nitka.test", "name": "X"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    everybody = {s["email"]: s["id"] for s in (await olga.get("/staff")).json()["staff"]}
    off = await admin.post(
        f"/staff/{everybody['olga@nitka.test']}", {"active": False}, method="PATCH"
    )
    assert off.json()["active"] is False
    assert (await olga.get("/me")).status_code == 401
    assert (await olga.sign_in("olga@nitka.test")).status_code == 401
    last = await admin.post(
        f"/staff/{everybody['anna@nitka.test']}", {"role": "agent"}, method="PATCH"
    )
    assert (last.status_code, last.json()["code"]) == (409, "last_admin")


async def test_a_personal_token_acts_for_its_owner(desk: Desk) -> None:
    """At the desk's API and at `/api/v1`, without a cookie and without CSRF; until he is gone."""
    admin = await desk.at_work("anna", Role.ADMIN)
    olga = await desk.at_work("olga")
    token = (await olga.post("/me/tokens", {"name": "script"})).json()["token"]
    assert (await olga.post("/me/tokens", {"name": "script"})).status_code == 409
    plain = desk.browser().http
    headers = {"Authorization": f"Bearer {token}"}
    me = await plain.get("/api/desk/me", headers=headers)
    assert me.json()["account"]["email"] == "olga@nitka.test"
    assert (await plain.get("/api/v1/handoffs", headers=headers)).status_code == 200
    account = me.json()["account"]["id"]
    await admin.post(f"/staff/{account}", {"active": False}, method="PATCH")
    assert (await plain.get("/api/desk/me", headers=headers)).status_code == 401
    assert (await plain.get("/api/v1/handoffs", headers=headers)).status_code == 401


async def test_a_demo_link_signs_in_once(desk: Desk) -> None:
    """Without a password: what `nitka up` prints on a laptop."""
    account = await desk.hire("demo", Role.ADMIN)
    async with desk.house.store.begin() as uow:
        token = await make_link(
            uow, account, Purpose.SIGN_IN, at=desk.clock.now(), actor="nitka up"
        )
    browser = desk.browser()
    assert (await browser.post("/links/use", {"token": token})).status_code == 200
    assert (await browser.post("/links/use", {"token": token})).status_code == 404


@pytest.mark.parametrize("path", ["/me", "/staff", "/me/sessions"])
async def test_nothing_is_open_to_strangers(desk: Desk, path: str) -> None:
    """401, whatever is asked for."""
    assert (await desk.browser().get(path)).status_code == 401


async def test_ones_own_password_is_changed_and_other_sessions_end(desk: Desk) -> None:
    """With the present one only, for one that is not easily guessed; this session goes on."""
    browser, elsewhere = await desk.at_work("olga"), desk.browser()
    assert (await elsewhere.sign_in("olga@nitka.test")).status_code == 200
    new = "a harbour of seven quiet moths"
    for old, wanted, status, code in (
        ("not it", new, 403, "wrong_password"),
        (PASSWORD, "password123456", 422, "weak_password"),
    ):
        refused = await browser.post("/me/password", {"old": old, "new": wanted})
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await elsewhere.get("/me")).status_code == 200
    changed = await browser.post("/me/password", {"old": PASSWORD, "new": new})
    assert changed.status_code == 204
    assert (await browser.get("/me")).status_code == 200
    assert (await elsewhere.get("/me")).status_code == 401
    assert (await elsewhere.sign_in("olga@nitka.test")).status_code == 401
    assert (await elsewhere.sign_in("olga@nitka.test", new)).status_code == 200


async def test_an_admin_helps_who_has_lost_his_app(desk: Desk) -> None:
    """Two-factor sign-in is off, the sessions end, the password opens again; agents cannot."""
    account = await desk.hire("olga", totp=desk.passwords.new_totp(account="olga")[0])
    admin, piotr = await desk.at_work("anna", Role.ADMIN), await desk.at_work("piotr")
    olga = desk.browser()
    assert (await olga.sign_in("olga@nitka.test")).json()["code"] == "code_needed"
    path = f"/staff/{account.id}/totp"
    assert (await piotr.post(path, method="DELETE")).status_code == 403
    assert (await admin.post(path, method="DELETE")).status_code == 204
    assert (await olga.sign_in("olga@nitka.test")).status_code == 200
    unknown = f"/staff/{account.id.hex[::-1]}/totp"
    assert (await admin.post(unknown, method="DELETE")).status_code == 404


async def two_factor(desk: Desk, name: str) -> tuple[Browser, pyotp.TOTP, list[str]]:
    """Somebody who has turned two-factor sign-in on; his app and his recovery codes."""
    browser = await desk.at_work(name)
    begun = (await browser.post("/me/totp")).json()
    totp = pyotp.TOTP(parse_qs(urlsplit(begun["uri"]).query)["secret"][0])
    first = {"sealed": begun["sealed"], "code": totp.at(desk.clock.now())}
    return browser, totp, (await browser.post("/me/totp/on", first)).json()["codes"]


async def trail(desk: Desk) -> list[tuple[str, str, object]]:
    """What the audit says of recovery codes, in order."""
    async with desk.house.store._engine.connect() as connection:
        query = "SELECT actor, action, facts FROM audit WHERE action LIKE 'recovery%' ORDER BY id"
        return [tuple(row) for row in await connection.execute(text(query))]


async def test_a_recovery_code_opens_once_in_place_of_the_app(desk: Desk) -> None:
    """Ten of them, read as people type them, each good once and for its owner only; none is kept
    as it is; wrong ones count as wrong tries do."""
    olga, _, codes = await two_factor(desk, "olga")
    _, _, others = await two_factor(desk, "piotr")
    assert len(set(codes)) == 10
    assert (await olga.get("/me/recovery-codes")).json() == {"left": 10}
    async with desk.house.store._engine.connect() as connection:
        kept = str((await connection.execute(text("SELECT * FROM staff_recovery_codes"))).all())
    assert not any(code in kept for code in codes)
    door = desk.browser()
    typed = f" {codes[0][:5].lower()}-{codes[0][5:]} "
    assert (await door.sign_in("olga@nitka.test", "wrong", code=codes[1])).status_code == 401
    assert (await door.sign_in("olga@nitka.test", code=typed)).status_code == 200
    assert (await olga.get("/me/recovery-codes")).json() == {"left": 9}
    assert await trail(desk) == [("olga@nitka.test", "recovery_code_used", {"left": 9})]
    for wrong in (codes[0], others[0], "22222-22222", "żółw żółw", "000000"):
        refused = await desk.browser().sign_in("olga@nitka.test", code=wrong)
        assert (refused.status_code, refused.json()["code"]) == (401, "wrong_credentials"), wrong
    locked = await door.sign_in("olga@nitka.test", code=codes[2])
    assert (locked.status_code, locked.json()["code"]) == (429, "too_many_requests")
    desk.clock.ahead = timedelta(minutes=16)
    both = [desk.browser().sign_in("olga@nitka.test", code=codes[2]) for _ in range(2)]
    assert sorted(one.status_code for one in await asyncio.gather(*both)) == [200, 401]
    assert (await olga.get("/me/recovery-codes")).json() == {"left": 8}


async def test_recovery_codes_are_made_anew_by_who_proves_who_he_is(desk: Desk) -> None:
    """By the password or a fresh code of the app; the older ones are good no more, and with
    two-factor sign-in off, by whomever, there are none."""
    admin = await desk.at_work("anna", Role.ADMIN)
    olga, totp, first = await two_factor(desk, "olga")
    path = "/me/recovery-codes"
    for given, status, code in (
        ({}, 422, "invalid_request"),
        ({"password": PASSWORD, "code": "123456"}, 422, "invalid_request"),
        ({"password": "not it"}, 403, "wrong_password"),
        ({"code": totp.at(desk.clock.now())}, 403, "wrong_code"),  # it was used to turn it on
    ):
        refused = await olga.post(path, given)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    by_password = (await olga.post(path, {"password": PASSWORD})).json()["codes"]
    desk.clock.ahead = timedelta(seconds=60)
    by_app = (await olga.post(path, {"code": totp.at(desk.clock.now())})).json()["codes"]
    assert len({*first, *by_password, *by_app}) == 30
    assert (await olga.get(path)).json() == {"left": 10}
    for old in (first[0], by_password[0]):
        assert (await desk.browser().sign_in("olga@nitka.test", code=old)).status_code == 401
    assert (await desk.browser().sign_in("olga@nitka.test", code=by_app[0])).status_code == 200
    assert [one[1] for one in await trail(desk)].count("recovery_codes_made") == 2
    account = (await olga.get("/me")).json()["account"]["id"]
    await admin.post(f"/staff/{account}/totp", method="DELETE")
    again = desk.browser()
    assert (await again.sign_in("olga@nitka.test")).status_code == 200
    assert (await again.get(path)).json() == {"left": 0}
    off = await again.post(path, {"password": PASSWORD})
    assert (off.status_code, off.json()["code"]) == (409, "no_two_factor")
    piotr, _, _ = await two_factor(desk, "piotr")
    assert (await piotr.post("/me/totp/off", {"password": PASSWORD})).status_code == 204
    assert (await piotr.get(path)).json() == {"left": 0}
    for _ in range(6):
        last = await again.post(path, {"password": "not it"})
    assert (last.status_code, last.json()["code"]) == (429, "too_many_requests")
