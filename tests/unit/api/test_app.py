"""Errors, health, metrics, assets: what every part of the HTTP side has in common."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import APIRouter, Request
from jsonschema import Draft202012Validator

from nitka.api import health
from nitka.errors import Refused, Unavailable
from tests.unit.api.conftest import Check, House, build

PROBLEM = Draft202012Validator(
    {
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "status": {"type": "integer"},
            "code": {"type": "string", "pattern": "^[a-z_]+$"},
            "detail": {"type": "string", "minLength": 5},
        },
    }
)


def _broken() -> APIRouter:
    router = APIRouter()

    @router.get("/refused")
    async def _refused() -> None:
        raise Refused("too_late", "It is too late for that.", status=409)

    @router.get("/away")
    async def _away() -> None:
        raise Unavailable("PostgreSQL at 10.0.0.5 is away")

    @router.get("/broken")
    async def _broke() -> None:
        raise RuntimeError("a secret thing")

    @router.post("/echo")
    async def _echo(request: Request) -> int:
        return len(await request.body())

    return router


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "not_found"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
        ("GET", "/api/v1/customers?id=1", 401, "unauthorized"),
        ("GET", "/api/v1/customers", 401, "unauthorized"),
        ("GET", "/refused", 409, "too_late"),
        ("GET", "/away", 503, "unavailable"),
        ("GET", "/broken", 500, "internal_error"),
    ],
)
async def test_every_error_is_a_problem(
    dist: Path, method: str, path: str, status: int, code: str
) -> None:
    """RFC 9457 with a stable code and a sentence; nothing of the inside is shown."""
    house = build(dist, routers=[_broken()])
    answer = await house.http.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    PROBLEM.validate(answer.json())
    for inside in ("secret", "Traceback", "10.0.0.5", ".py"):
        assert inside not in answer.text


async def test_an_unforeseen_error_has_an_id_that_the_request_has_too(dist: Path) -> None:
    """Who reports it can be helped."""
    house = build(dist, routers=[_broken()])
    answer = await house.http.get("/broken", headers={"X-Request-Id": "abc-12345"})
    assert answer.json()["error_id"] == "abc-12345"
    assert answer.headers["x-request-id"] == "abc-12345"


async def test_a_request_id_of_rubbish_is_not_taken_over(house: House) -> None:
    """What goes into the log is ours or harmless."""
    answer = await house.http.get("/healthz", headers={"X-Request-Id": "a b\tc;"})
    assert len(answer.headers["x-request-id"]) == 16


async def test_unavailable_says_when_to_come_back(dist: Path) -> None:
    """503 with `Retry-After`, from any endpoint."""
    house = build(dist)
    house.store.down = True
    answer = await house.http.get("/api/v1/handoffs", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_405_names_what_is_allowed(house: House) -> None:
    """`Allow` is kept."""
    answer = await house.http.post("/healthz")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("told", [True, False])
async def test_a_body_too_large_is_refused(dist: Path, told: bool) -> None:
    """413, whether the length is told beforehand or not; a path may have its own limit."""
    house = build(dist, routers=[_broken()], body_limits={"/echo": 10})

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * 6
        yield b"x" * 6

    content = b"x" * 12 if told else chunks()
    answer = await house.http.post("/echo", content=content)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert (await house.http.post("/echo", content=b"x" * 10)).json() == 10


async def test_open_paths_answer_pages_of_any_origin(dist: Path) -> None:
    """Preflight and answers, errors too, below the prefix only, and never with cookies."""
    house = build(dist, routers=[_broken()], open_prefixes=("/broken", "/refused"))
    origin = {"Origin": "https://shop.example"}
    for path in ("/broken", "/refused"):
        answer = await house.http.get(path, headers=origin)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    asked = {"Access-Control-Request-Method": "POST"} | origin
    asked["Access-Control-Request-Headers"] = "authorization,content-type"
    assert (await house.http.options("/refused", headers=asked)).status_code == 200
    other = await house.http.get("/away", headers=origin)
    assert "access-control-allow-origin" not in other.headers


async def test_every_answer_is_guarded(house: House) -> None:
    """Headers that keep browsers from guessing types and framing."""
    answer = await house.http.get("/healthz")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def _yes() -> bool:
    return True


async def _no() -> bool:
    return False


async def _breaks() -> bool:
    raise RuntimeError("broken")


async def _hangs() -> bool:
    await asyncio.Event().wait()
    return True


async def test_ready_when_all_parts_are(house: House) -> None:
    """200 and each part by name."""
    house.checks.update(database=_yes, redis=_yes)
    answer = await house.http.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert answer.json()["parts"]["redis"]["ready"] is True


@pytest.mark.parametrize("check", [_no, _breaks, _hangs])
async def test_not_ready_when_one_part_is_not(
    house: House, monkeypatch: pytest.MonkeyPatch, check: Check
) -> None:
    """503; a part that breaks or hangs when asked is not ready, the others still answer."""
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.05)
    house.checks.update(database=_yes, engine=check)
    answer = await house.http.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not_ready")
    parts = answer.json()["parts"]
    assert (parts["database"]["ready"], parts["engine"]["ready"]) == (True, False)


async def test_metrics_count_requests_by_route(house: House) -> None:
    """A route's name, never a customer's id or a made-up address, is a label."""
    await house.http.get("/api/v1/customers/00000000-0000-4000-8000-000000000001/messages")
    await house.http.get("/made/up")
    text = (await house.http.get("/metrics")).text
    assert 'route="/api/v1/customers/{customer_id}/messages",status="401"' in text
    assert 'route="other",status="404"' in text
    assert "made" not in text
    assert "nitka_sockets" in text


async def test_the_demo_is_served(house: House) -> None:
    """The page asks again each time, hashed assets never; the page runs only our scripts."""
    page = await house.http.get("/")
    assert "Shop" in page.text
    assert page.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in page.headers["content-security-policy"]
    asset = await house.http.get("/demo/assets/main-AbC123.css")
    assert "immutable" in asset.headers["cache-control"]
    again = await house.http.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert (await house.http.head("/")).status_code == 200


async def test_files_are_served_compressed_to_who_takes_them_so(house: House, dist: Path) -> None:
    """As the build has compressed them, each with an `ETag` of its own; whatever else is asked
    for, the plain file."""
    name = "/demo/assets/main-AbC123.css"
    plain = (dist / name[1:]).read_bytes()
    (dist / f"{name[1:]}.gz").write_bytes(gzip.compress(plain))
    (dist / f"{name[1:]}.br").write_bytes(b"brotli, as it were")
    seen = {}
    for asked, coding in (
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0, *", "gzip"),
        ("GZIP;Q=1", "gzip"),
        ("deflate", None),
        ("gzip;q=0", None),
        ("gzip;q=x, ;;,=", None),
        ("", None),
    ):
        request = house.http.build_request("GET", name, headers={"Accept-Encoding": asked})
        answer = await house.http.send(request, stream=True)
        body = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == coding, asked
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "immutable" in answer.headers["cache-control"]
        assert len(body) == int(answer.headers["content-length"])
        if coding == "gzip":
            assert gzip.decompress(body) == plain
        seen[coding] = answer.headers["etag"]
    assert len(set(seen.values())) == 3
    for coding, etag in seen.items():
        headers = {"Accept-Encoding": coding or "identity", "If-None-Match": etag}
        again = await house.http.get(name, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["vary"] == "Accept-Encoding"
    other = {"Accept-Encoding": "identity", "If-None-Match": seen["gzip"]}
    assert (await house.http.get(name, headers=other)).content == plain
    assert (await house.http.get(f"/demo/{'x' * 300}")).status_code == 404


async def test_the_widget_may_be_used_on_any_site(house: House) -> None:
    """A script from another origin, also under a strict embedder policy."""
    answer = await house.http.get("/widget.js")
    assert "javascript" in answer.headers["content-type"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    "path", ["/demo/../widget.js", "/demo/%2e%2e/%2e%2e/etc/passwd", "/demo/x"]
)
async def test_nothing_else_is_served(house: House, path: str) -> None:
    """No way out of the demo's folder."""
    answer = await house.http.get(path)
    assert answer.status_code == 404 or "the widget" in answer.text


async def test_the_demo_can_be_off(dist: Path) -> None:
    """Then `/` is a 404 problem and the widget is still there."""
    house = build(dist, demo=False)
    answer = await house.http.get("/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await house.http.get("/widget.js")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/widget.js"])
async def test_files_that_are_not_built_are_a_clear_sentence(tmp_path: Path, path: str) -> None:
    """Says what to do."""
    house = build(tmp_path / "nothing")
    answer = await house.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "assets_missing")
    assert "make up" in answer.json()["detail"]


async def test_every_api_is_described(house: House) -> None:
    """OpenAPI with problems as problems, and no reference that leads nowhere."""
    answer = await house.http.get("/api/openapi.json")
    described = answer.json()
    assert {"/api/v1/customers", "/api/v1/messages", "/readyz"} <= described["paths"].keys()
    assert "HTTPValidationError" not in answer.text
    schemas = described["components"]["schemas"]
    for reference in set(_references(described)):
        assert reference.rsplit("/", 1)[-1] in schemas


def _references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [str(node["$ref"])] if "$ref" in node else []
        return own + [r for value in node.values() for r in _references(value)]
    if isinstance(node, list):
        return [r for value in node for r in _references(value)]
    return []
