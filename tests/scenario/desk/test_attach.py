"""Files at the desk: what staff attach goes out with a reply, once; customers' files are safe."""

from __future__ import annotations

import base64
from datetime import timedelta
from uuid import UUID

import httpx

from nitka.domain.address import Address, Channel
from nitka.domain.inbound import Inbound
from nitka.domain.message import Attachment, AttachmentKind
from nitka.domain.staff import Role
from nitka.ports import StoredFile
from nitka.service.sweep import Sweep
from tests.scenario.desk.conftest import FILE_BYTES, Browser, Desk
from tests.scenario.desk.test_api import handed_over

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNQifHDgxhGpQcofQAgBkUBW0GwUgAA"
    "AABJRU5ErkJggg=="
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


async def upload(browser: Browser, content: bytes, name: str = "cup.png") -> httpx.Response:
    return await browser.http.post(
        "/api/desk/files",
        files={"file": (name, content, "application/octet-stream")},
        headers={"X-CSRF-Token": browser.csrf},
    )


async def kept(browser: Browser, content: bytes = PNG, name: str = "cup.png") -> str:
    answer = await upload(browser, content, name)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def taken(desk: Desk, browser: Browser, visitor: str = "ann") -> tuple[UUID, str, int]:
    """Give a customer, his hand-off that `browser` has taken, and the newest line's number."""
    customer, handoff = await handed_over(desk, visitor)
    assert (await browser.post(f"/handoffs/{handoff}/take")).status_code == 200
    page = (await browser.get(f"/customers/{customer}/messages")).json()
    return customer, handoff, page["seq"]


async def test_files_go_out_with_a_reply_once(desk: Desk) -> None:
    """A stale reply leaves them; a key sends them once; nobody else can send or see them before."""
    olga, piotr = await desk.at_work("olga"), await desk.at_work("piotr")
    customer, handoff, seen = await taken(desk, olga)
    file = await kept(olga)
    path = f"/handoffs/{handoff}/messages"
    assert (await piotr.get(f"/files/{file}")).json()["code"] == "unknown_file"
    assert (await olga.get(f"/files/{file}")).content == PNG
    stale = await olga.post(path, {"text": "", "files": [file], "seen": 0})
    assert stale.json()["code"] == "stale_reply"
    reply = {"text": "", "files": [file, file], "seen": seen, "key": "with-a-file"}
    said = [await olga.post(path, reply) for _ in range(2)]
    assert [one.status_code for one in said] == [201, 201]
    assert said[0].json() == said[1].json()
    (attachment,) = said[0].json()["attachments"]
    assert (attachment["kind"], attachment["name"], attachment["file"]) == (
        "image",
        "cup.png",
        file,
    )
    await desk.house.deliver(customer)
    (went,) = desk.house.connector.sent[-1].attachments
    assert went.file_id == file
    again = await olga.post(path, {"files": [file], "seen": said[0].json()["seq"]})
    assert (again.status_code, again.json()["code"]) == (409, "file_gone")
    desk.clock.ahead = timedelta(days=2)
    await Sweep(desk.house.store, files=desk.house.files, clock=desk.clock)()
    assert (await piotr.get(f"/files/{file}")).status_code == 401  # his session is over by then
    desk.clock.ahead = timedelta(0)
    assert (await piotr.get(f"/files/{file}")).content == PNG
    await desk.house.privacy.erase(customer, staff="olga")
    assert (await olga.get(f"/files/{file}")).json()["code"] == "unknown_file"
    assert await desk.house.files.load(file) is None


async def test_what_cannot_be_attached_says_why(desk: Desk) -> None:
    """Too large, of an unsafe kind, empty, of nobody, without a token, by whom may only read."""
    olga, reader = await desk.at_work("olga"), await desk.at_work("dora", Role.DESIGNER)
    _, handoff, seen = await taken(desk, olga)
    refusals = [
        (await upload(olga, b"MZ" + bytes(range(256)), "setup.exe"), 415, "file_type"),
        (await upload(olga, b"x" * (FILE_BYTES + 1), "long.txt"), 413, "file_too_large"),
        (await upload(olga, b"", "empty.txt"), 400, "file_empty"),
        (await upload(reader, PNG), 403, "not_allowed"),
        (await upload(Browser(olga.http, csrf="bent"), PNG), 403, "csrf"),
        (await olga.post(f"/handoffs/{handoff}/messages", {"seen": seen}), 422, "invalid_request"),
    ]
    for answer, status, code in refusals:
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    gone = {"seen": seen, "files": ["x" * 43]}
    refused = await olga.post(f"/handoffs/{handoff}/messages", gone)
    assert (refused.status_code, refused.json()["code"]) == (409, "file_gone")


async def test_a_file_that_is_never_sent_is_swept(desk: Desk) -> None:
    """After a day, or as soon as its author does without it; others cannot have it dropped."""
    olga, piotr = await desk.at_work("olga"), await desk.at_work("piotr")
    left, dropped = await kept(olga), await kept(olga)
    assert (await piotr.post(f"/files/{dropped}", method="DELETE")).status_code == 404
    assert (await olga.post(f"/files/{dropped}", method="DELETE")).status_code == 204
    assert (await olga.post(f"/files/{dropped}", method="DELETE")).status_code == 404
    sweep = Sweep(desk.house.store, files=desk.house.files, clock=desk.clock)
    await sweep()
    assert await desk.house.files.load(dropped) is None
    assert (await olga.get(f"/files/{left}")).status_code == 200
    desk.clock.ahead = timedelta(hours=25)
    await sweep()
    assert await desk.house.files.load(left) is None


async def test_nothing_of_a_customers_file_runs_at_the_desk(desk: Desk) -> None:
    """A picture is shown; an SVG is a download, whatever its platform says; both are a look."""
    olga = await desk.at_work("olga")
    at = Address(Channel.TELEGRAM, "site", "77")
    ids = {}
    for name, content, kind in (("a.png", PNG, "image/png"), ("b.svg", SVG, "image/svg+xml")):
        ids[name] = await desk.house.files.save(content)
        async with desk.house.store.begin() as uow:
            await uow.ledger.add_file(StoredFile(ids[name], str(at), name, kind, len(content)))
    sent = tuple(
        Attachment(file, AttachmentKind.IMAGE, name, "image/png", 9) for name, file in ids.items()
    )
    received = await desk.house.front.receive(Inbound(at, "n1", "look", attachments=sent))
    assert received is not None
    shown, loaded = [await olga.get(f"/files/{file}") for file in ids.values()]
    assert shown.headers["content-disposition"].startswith("inline")
    assert loaded.headers["content-disposition"].startswith("attachment")
    assert loaded.headers["content-type"] == "application/octet-stream"
    for answer in (shown, loaded):
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    async with desk.house.store.begin() as uow:
        trail = await uow.ledger.trail(received.customer_id)
    assert [entry.action for entry in trail if entry.actor == "olga@nitka.test"] == ["look"]
    assert (await desk.browser().get(f"/files/{ids['a.png']}")).status_code == 401
