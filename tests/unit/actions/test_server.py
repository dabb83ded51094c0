"""The action server: Rasa's protocol over HTTP, and a shop that is opened and closed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from actions.scripted import ScriptedShop
from actions.server import create_app
from actions.shop import Shop

opened: list[str] = []


@asynccontextmanager
async def _shop() -> AsyncIterator[Shop]:
    opened.append("opened")
    yield ScriptedShop()
    opened.append("closed")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A running server over a shop in memory."""
    app = create_app(_shop)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://actions") as client,
    ):
        yield client


def _call(action: str, **tracker: Any) -> dict[str, Any]:
    state = {"sender_id": "c", "slots": {"language": "en"}, "events": [], **tracker}
    return {"next_action": action, "tracker": state, "domain": {}, "version": "3.6.21"}


async def test_it_says_that_it_is_well(client: httpx.AsyncClient) -> None:
    """`/health` answers once the shop is open; at the end the shop is closed."""
    assert (await client.get("/health")).json() == {"status": "ok"}


async def test_the_shop_is_closed_at_the_end() -> None:
    """Whatever was opened."""
    opened.clear()
    app = create_app(_shop)
    async with app.router.lifespan_context(app):
        assert opened == ["opened"]
    assert opened == ["opened", "closed"]


async def test_an_action_answers_with_events_and_responses(client: httpx.AsyncClient) -> None:
    """As Rasa's action server does."""
    answer = await client.post("/webhook", json=_call("action_greet"))
    assert answer.status_code == 200
    assert answer.json()["events"] == []
    assert answer.json()["responses"][0]["response"] == "utter_greet"


async def test_an_unknown_action_is_404(client: httpx.AsyncClient) -> None:
    """With its name, as the engine logs it."""
    answer = await client.post("/webhook", json=_call("action_nothing"))
    assert (answer.status_code, answer.json()["action_name"]) == (404, "action_nothing")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"next_action": "x"}', b"\xff"])
async def test_a_bent_body_is_400(client: httpx.AsyncClient, body: bytes) -> None:
    """And no traceback."""
    assert (await client.post("/webhook", content=body)).status_code == 400
