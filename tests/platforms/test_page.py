"""The page shows what people see and lets them act."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.platforms.journal import Json
from tests.platforms.page import Page
from tests.platforms.serving import serving
from tests.platforms.slack.server import slack_server
from tests.platforms.telegram.server import telegram_server


@pytest.fixture
async def page() -> AsyncIterator[tuple[Page, str]]:
    async with telegram_server() as telegram, slack_server() as slack:
        page = Page(telegram, slack, "http://127.0.0.1:8080")
        async with serving(page.app()) as port:
            yield page, f"http://127.0.0.1:{port}"


async def seen(http: aiohttp.ClientSession, url: str) -> Json:
    """Read the first of the events, which is everything there is."""
    async with http.get(f"{url}/events") as stream:
        line = await stream.content.readline()
    told: Json = json.loads(line.removeprefix(b"data: "))
    return told


async def test_what_people_do_is_seen(page: tuple[Page, str]) -> None:
    """Typing on the page writes as that person; buttons, files and troubles work too."""
    behind, url = page
    anna = behind.telegram.person(1001)
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "c:1"}]]}
    offer = behind.telegram.world.post(
        anna.chat, behind.telegram.world.bot, text="Tea?", reply_markup=keyboard
    )
    acts: list[Json] = [
        {"platform": "telegram", "person": "1001", "act": "say", "text": "Hi"},
        {"platform": "telegram", "person": "1001", "act": "say", "text": "all", "shared": True},
        {"platform": "telegram", "person": "1001", "act": "block"},
        {
            "platform": "telegram",
            "person": "1001",
            "act": "press",
            "message": str(offer.id),
            "data": "c:1",
        },
        {"platform": "slack", "person": "U0USER000", "act": "say", "text": "Hi"},
        {"platform": "slack", "person": "U0USER000", "act": "say", "text": "/nitka help"},
        {
            "platform": "slack",
            "person": "U0USER000",
            "act": "fault",
            "method": "chat.postMessage",
            "kind": "lost",
        },
    ]
    async with aiohttp.ClientSession() as http:
        for one in acts:
            async with http.post(f"{url}/act", json=one) as answer:
                assert answer.status == 200, one
        async with http.post(f"{url}/upload/slack/U0USER000?name=a.pdf", data=b"%PDF") as answer:
            assert answer.status == 200
        async with http.post(f"{url}/act", json={**acts[0], "act": "dance"}) as answer:
            assert answer.status == 400
        told = await seen(http, url)
        telegram, slack = told["telegram"]["people"][0], told["slack"]["people"][0]
        assert [one["text"] for one in telegram["messages"]] == ["Tea?", "Hi"]
        assert telegram["blocked"]
        assert [one["text"] for one in told["telegram"]["group"]["messages"]] == ["all"]
        assert [one["text"] for one in slack["messages"]] == ["Hi", ""]
        file = slack["messages"][1]["files"][0]
        async with http.get(f"{url}/file/slack/{file}") as answer:
            assert await answer.read() == b"%PDF"
        async with http.get(url) as answer:
            assert "Telegram and Slack" in await answer.text()
    assert len(behind.telegram.world.presses) == 1
