"""Sessions and files over HTTP."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import jwt
import pytest

from connectors.webchat.rate import Visits
from connectors.webchat.token import Visitor
from nitka.errors import Refused
from nitka.file_http import file_name
from tests.connectors.harness import Case, reveals, table
from tests.connectors.webchat.conftest import SITE_KEY, Site

SESSIONS = "/api/webchat/sessions"
LINKS = "/api/webchat/links"
FILES = "/api/webchat/files"


def identity(sub: str = "42", **more: object) -> str:
    return jwt.encode({"sub": sub, "exp": int(time.time()) + 60, **more}, SITE_KEY)


async def test_a_session_is_opened(site: Site) -> None:
    """A new visitor gets a token, an empty thread, and is told the limits."""
    answer = await site.http.post(SESSIONS, json={})
    assert answer.status_code == 201
    body = answer.json()
    assert body["seq"] == 0
    assert site.tokens.read(body["token"]) is not None
    types = list(site.uploads.types)
    assert body["limits"] == {"text": 4000, "file_bytes": 100_000, "file_types": types}


async def test_a_session_is_resumed(site: Site, visitor: Visitor) -> None:
    """A valid token gives the same token and the thread's seq."""
    token = site.tokens.issue(visitor)
    async with site.visit(visitor) as client:
        await client.send(type="message", id="m1", text="Hi")
        await client.until("ack")
    answer = await site.http.post(SESSIONS, json={"token": token, "locale": "pl"})
    assert (answer.json()["token"], answer.json()["seq"]) == (token, 1)


@pytest.mark.parametrize("token", ["", "nonsense", "nv1.e30.AAAA"])
async def test_an_unknown_token_begins_a_new_session(site: Site, token: str) -> None:
    """Who comes with a token that is not ours is a new visitor."""
    answer = await site.http.post(SESSIONS, json={"token": token})
    assert answer.status_code == 201
    assert answer.json()["token"] != token


@table(
    Case("token is a number", {"token": 5}, "body.token"),
    Case("locale is not ours", {"locale": "de"}, "body.locale"),
    Case("page is a list", {"page": []}, "body.page"),
    Case("identity is an object", {"identity": {}}, "body.identity"),
    Case("huge token", {"token": "x" * 20_000}, "body.token"),
    Case("a list", [], "body"),
)
async def test_a_wrongly_typed_body_names_the_field(
    site: Site, given: object, expected: str
) -> None:
    """422, as a problem, with the field and without what was sent."""
    answer = await site.http.post(SESSIONS, json=given)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_request"
    assert answer.json()["errors"][0]["field"] == expected
    assert "xxxx" not in answer.text


async def test_a_proved_identity_enters_the_profile(site: Site, visitor: Visitor) -> None:
    """The same visitor, whose messages now say who he is."""
    before = site.tokens.issue(visitor)
    signed = identity(name="Aleksandra", email="o@example.com")
    answer = await site.http.post(SESSIONS, json={"token": before, "identity": signed})
    known = site.tokens.read(answer.json()["token"])
    assert known is not None
    assert (known.id, known.subject) == (visitor.id, "42")
    assert (known.profile.name, known.profile.email) == ("Aleksandra", "o@example.com")
    again = await site.http.post(
        SESSIONS, json={"token": answer.json()["token"], "identity": signed}
    )
    assert again.json()["token"] == answer.json()["token"]


async def test_another_customer_in_the_same_browser_is_another_visitor(site: Site) -> None:
    """Two people who share a browser never see each other's thread."""
    first = await site.http.post(SESSIONS, json={"identity": identity("42")})
    second = await site.http.post(
        SESSIONS, json={"token": first.json()["token"], "identity": identity("43")}
    )
    one, two = (site.tokens.read(a.json()["token"]) for a in (first, second))
    assert one is not None
    assert two is not None
    assert one.id != two.id


async def test_a_refused_identity_stores_nothing(site: Site) -> None:
    """401 with a code; no session, and the token is not shown back."""
    bent = identity()[:-3] + "AAA"
    answer = await site.http.post(SESSIONS, json={"identity": bent})
    assert (answer.status_code, answer.json()["code"]) == (401, "identity_invalid")
    assert not reveals(answer.text, bent, SITE_KEY)
    assert site.front.customers == {}


async def test_storage_down_is_503(site: Site) -> None:
    """The client is told to come back."""
    site.front.down = True
    answer = await site.http.post(SESSIONS, json={})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_too_many_sessions_from_one_address_wait(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """429 and when to come again."""
    site.api.visits = Visits(0, 0.5)
    monkeypatch.setattr("connectors.webchat.rate._source", lambda _: "203.0.113.1")
    answer = await site.http.post(SESSIONS, json={})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert int(answer.headers["retry-after"]) in (2, 3)


async def test_only_the_pages_address_is_kept(site: Site) -> None:
    """A page's query may hold what is nobody's business; other schemes are no pages."""
    pages = ["https://shop.example/a?card=4111#x", "javascript:alert(1)"]
    kept = []
    for page in pages:
        answer = await site.http.post(SESSIONS, json={"page": page})
        known = site.tokens.read(answer.json()["token"])
        assert known is not None
        kept.append(known.profile.page)
    assert kept == ["https://shop.example/a", None]


def bearer(site: Site, visitor: Visitor) -> dict[str, str]:
    return {"Authorization": f"Bearer {site.tokens.issue(visitor)}"}


async def test_a_file_goes_up_and_down(site: Site, visitor: Visitor) -> None:
    """201 with its description; served with headers under which no browser runs it."""
    image = b"\x89PNG rest"
    up = await site.http.post(
        FILES, files={"file": ("zdjęcie.png", image)}, headers=bearer(site, visitor)
    )
    assert up.status_code == 201
    file = up.json()
    assert (file["kind"], file["name"], file["size"]) == ("image", "zdjęcie.png", len(image))
    down = await site.http.get(file["url"])
    assert down.content == image
    assert down.headers["content-type"] == "image/png"
    assert down.headers["content-disposition"].startswith("inline")
    assert "zdj%C4%99cie.png" in down.headers["content-disposition"]
    assert down.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in down.headers["content-security-policy"]
    assert "private" in down.headers["cache-control"]


async def test_what_is_no_image_is_downloaded(site: Site, visitor: Visitor) -> None:
    """Other files are never shown inside the page."""
    up = await site.http.post(
        FILES, files={"file": ("a.html", b"<script>")}, headers=bearer(site, visitor)
    )
    down = await site.http.get(up.json()["url"])
    assert down.headers["content-disposition"].startswith("attachment")
    assert down.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("size", [100_001, 150_000, 3_000_000])
@pytest.mark.parametrize("told", [True, False])
async def test_a_file_too_large_is_refused_while_it_is_read(
    site: Site, visitor: Visitor, size: int, told: bool
) -> None:
    """413, whether the length is told beforehand or not."""
    request = site.http.build_request(
        "POST", FILES, files={"file": ("a.txt", b"x" * size)}, headers=bearer(site, visitor)
    )
    body = request.read()
    headers = dict(request.headers)
    if not told:
        del headers["content-length"]

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 50_000):
            yield body[at : at + 50_000]

    answer = await site.http.post(FILES, content=body if told else chunks(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert site.uploads.kept == {}


@table(
    Case("no body", {}, (400, "bad_upload")),
    Case("JSON", {"json": {}}, (400, "bad_upload")),
    Case("another field", {"files": {"other": b"x"}}, (400, "bad_upload")),
    Case("two files", {"files": [("file", b"x"), ("file", b"y")]}, (400, "bad_upload")),
    Case("a field that is no file", {"files": {"file": (None, b"x")}}, (400, "bad_upload")),
    Case("empty", {"files": {"file": ("a.txt", b"")}}, (400, "file_empty")),
    Case("a type not taken", {"files": {"file": ("a.exe", b"MZ\xff\xfe")}}, (415, "file_type")),
    Case(
        "bent multipart",
        {"content": b"--x\r\nrubbish", "headers": {"content-type": "multipart/form-data"}},
        (400, "bad_upload"),
    ),
    Case(
        "cut multipart",
        {
            "content": b"--x\r\n"
            b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\nab',
            "headers": {"content-type": "multipart/form-data; boundary=x"},
        },
        (400, "bad_upload"),
    ),
)
async def test_a_bent_upload_is_a_problem(
    site: Site, visitor: Visitor, given: dict[str, object], expected: tuple[int, str]
) -> None:
    """Each wrong upload has its code, and nothing is kept."""
    headers = {**bearer(site, visitor), **given.pop("headers", {})}  # type: ignore[dict-item]
    answer = await site.http.post(FILES, headers=headers, **given)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == expected
    assert site.uploads.kept == {}


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nonsense", "Basic abc"])
async def test_only_visitors_upload(site: Site, header: str | None) -> None:
    """Without a visitor's token nothing is read."""
    headers = {"Authorization": header} if header else {}
    answer = await site.http.post(FILES, files={"file": b"x"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_token")


async def test_an_unknown_file_is_404(site: Site) -> None:
    """A guessed id finds nothing."""
    answer = await site.http.get(f"{FILES}/nope")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_file")


@table(
    Case("folders", "../../etc/passwd", "passwd"),
    Case("Windows folders", "C:\\x\\a.txt", "a.txt"),
    Case("control characters", "a\r\nb\x00.txt", "ab.txt"),
    Case("nothing", "", "file"),
    Case("only dots", "..", "file"),
    Case("right-to-left override", "a\u202etxt.exe", "atxt.exe"),
    Case("long", "x" * 300 + ".txt", "x" * 196 + ".txt"),
)
def test_a_files_name_is_only_a_name(given: str, expected: str) -> None:
    """No folders, nothing that cannot be shown, not endless."""
    assert file_name(given) == expected


async def test_a_visitor_gets_a_code_for_elsewhere(site: Site, visitor: Visitor) -> None:
    """With the ways that are on; the session says beforehand which there are."""
    opened = await site.http.post(SESSIONS, json={})
    assert opened.json()["channels"] == ["slack", "telegram"]
    answer = await site.http.post(LINKS, json={"token": site.tokens.issue(visitor)})
    assert answer.status_code == 201
    assert answer.json() == {
        "code": "K7WQX2MPRA",
        "expires_at": "2026-11-25T12:00:00Z",
        "telegram": "https://t.me/shop?start=K7WQX2MPRA",
        "slack": "link it",
    }
    assert [address for address, _ in site.continuing.invited] == [visitor.address]


async def test_a_code_is_refused_to_strangers_and_to_who_has_many(
    site: Site, visitor: Visitor
) -> None:
    """401 for a bent token, 429 while there are too many; nothing is given."""
    bent = await site.http.post(LINKS, json={"token": site.tokens.issue(visitor)[:-2] + "AA"})
    assert (bent.status_code, bent.json()["code"]) == (401, "unknown_token")
    site.continuing.closed = True
    many = await site.http.post(LINKS, json={"token": site.tokens.issue(visitor)})
    assert (many.status_code, many.json()["code"]) == (429, "too_many_requests")
    assert site.continuing.invited == []


async def test_a_replayed_identity_opens_no_session(site: Site) -> None:
    """401, and no token is given."""
    replayed = Refused("identity_replayed", "It was used.", status=401)
    site.recognising.refuses.append(replayed)
    answer = await site.http.post(SESSIONS, json={"identity": identity()})
    assert (answer.status_code, answer.json()["code"]) == (401, "identity_replayed")
    assert "token" not in answer.json()


async def test_a_thread_of_another_signed_in_customer_is_left(site: Site, visitor: Visitor) -> None:
    """Whoever signs in where another customer's thread is gets one of his own, hinted at."""
    clash = Refused("identity_clash", "Another's.", status=409)
    site.recognising.refuses.append(clash)
    before = site.tokens.issue(visitor)
    answer = await site.http.post(SESSIONS, json={"token": before, "identity": identity("42")})
    own = site.tokens.read(answer.json()["token"])
    assert own is not None
    assert own.id != visitor.id
    assert own.profile.name is None
    [(address, _, seen_with)] = site.recognising.told
    assert (address, seen_with) == (own.address, visitor.address)


async def test_a_signature_is_known_however_it_is_written(site: Site) -> None:
    """The end of a signature has spare bits: changed ones are the same signed identity."""
    signed = identity()
    for token in (signed, signed + "="):
        await site.http.post(SESSIONS, json={"identity": token})
    digests = {told.digest for _, told, _ in site.recognising.told}
    assert len(digests) == 1
