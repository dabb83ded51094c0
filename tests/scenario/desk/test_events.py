"""The stream of events on a real socket: whoever asks, and however he asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from nitka.api.desk import events
from nitka.domain.staff import Role
from tests.scenario.desk.conftest import Browser, Desk, serving

_EVENTS = "/api/desk/events"
_ODD_HEADERS = (
    ("Last-Event-ID", b"-1"),
    ("Last-Event-ID", b"9" * 4000),
    ("Last-Event-ID", b"not a number"),
    ("Last-Event-ID", b"\xd0\x96\xff\xfe"),
    ("Last-Event-ID", b""),
    ("Accept", b"application/json"),
    ("Accept", b"*/*;q=nan"),
    ("Range", b"bytes=0-10"),
)
_ODD_QUERIES = (
    "after=-1",
    "after=99999999999999999999999",
    "after=%00",
    "after=%ff",
    "after=1&after=2",
    "before[]=x",
)


@pytest.fixture
async def url(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The desk's address; it looks often whether who listens is still signed in."""
    monkeypatch.setattr(events, "_BEAT", 0.1)
    async with serving(desk.app) as address:
        yield address


def _cookie(browser: Browser) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())}


async def _first(answer: httpx.Response) -> str:
    async for line in answer.aiter_lines():
        if line:
            return line
    return ""


async def test_odd_cursors_begin_as_everybody_does(desk: Desk, url: str) -> None:
    """The stream has no cursor: `hello` says to look anew, whatever a browser believes to know."""
    cookie = _cookie(await desk.at_work("olga"))
    own = [(name.encode(), value.encode()) for name, value in cookie.items()]
    asked = [(_EVENTS, [*own, (name.encode(), value)]) for name, value in _ODD_HEADERS]
    asked += [(f"{_EVENTS}?{query}", own) for query in _ODD_QUERIES]
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        for path, headers in asked:
            async with http.stream("GET", path, headers=headers) as answer:
                assert answer.status_code == 200, (path, headers)
                assert answer.headers["content-type"].startswith("text/event-stream")
                assert await _first(answer) == 'data: {"kind": "hello"}', (path, headers)


async def test_nobody_listens_who_is_not_signed_in(desk: Desk, url: str) -> None:
    """No cookie, a wrong one, a wrong token: said at once, as JSON."""
    cookies: list[dict[str, str]] = [
        {},
        {"Cookie": "nitka_desk="},
        {"Cookie": "nitka_desk=guess"},
        {"Cookie": f"nitka_desk={'x' * 5000}"},
        {"Authorization": "Bearer guess"},
        {"Authorization": "Bearer"},
    ]
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        for headers in cookies:
            answer = await http.get(_EVENTS, headers=headers)
            assert answer.status_code == 401, headers
            assert answer.json()["code"] in ("signed_out", "unauthorized")


async def test_other_methods_are_refused(desk: Desk, url: str) -> None:
    """HEAD must not open a stream that nobody reads."""
    cookie = _cookie(await desk.at_work("olga"))
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        for method in ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            answer = await http.request(method, _EVENTS, headers=cookie)
            assert answer.status_code in (404, 405), method


async def test_an_ended_session_ends_its_stream(desk: Desk, url: str) -> None:
    """At the next sign of life; who comes again is told to sign in. Others go on listening."""
    olga, piotr = await desk.at_work("olga"), await desk.at_work("piotr", Role.DESIGNER)
    async with (
        asyncio.timeout(20),
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as http,
        http.stream("GET", _EVENTS, headers=_cookie(piotr)) as staying,
    ):
        beats = staying.aiter_lines()
        cookie = _cookie(olga)
        async with http.stream("GET", _EVENTS, headers=cookie) as leaving:
            lines = leaving.aiter_lines()
            assert await anext(lines) == 'data: {"kind": "hello"}'
            assert (await olga.post("/session", method="DELETE")).status_code == 204
            assert [line async for line in lines if line.startswith("data: ")] == []
        assert (await http.get(_EVENTS, headers=cookie)).status_code == 401
        for _ in range(6):
            await anext(beats)
