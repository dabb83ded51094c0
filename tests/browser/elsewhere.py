"""A service with Telegram and Slack on, and the sheet by which one continues there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, Route

from tests.browser.chat import Chat

CODE = "K7WQX2MPRA"
LINK = f"https://t.me/nitka_bot?start={CODE}"
BOTH = ("telegram", "slack")


@dataclass
class Service:
    """What the service answers here: its channels, and one code after the other."""

    channels: Sequence[str] = BOTH
    minutes: float = 10
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)

    async def stand_in(self, page: Page) -> None:
        """Answer for the service from the next request of `page` on."""
        await page.route("**/api/webchat/sessions", self._session)
        await page.route("**/api/webchat/links", self._code)

    async def _session(self, route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(
            response=answer, json={**await answer.json(), "channels": list(self.channels)}
        )

    async def _code(self, route: Route) -> None:
        self.tokens.append(json.loads(route.request.post_data or "{}")["token"])
        body: dict[str, Any] = {
            "code": CODE,
            "expires_at": (datetime.now(UTC) + timedelta(minutes=self.minutes)).isoformat(),
        }
        if "telegram" in self.channels:
            body["telegram"] = LINK
        if "slack" in self.channels:
            body["slack"] = f"link {CODE}"
        if self.status != 201:
            body = {"code": "too_many_requests", "status": self.status}
        await route.fulfill(status=self.status, json=body, headers=self.headers)


def sheet_of(chat: Chat) -> Any:
    return chat.page.locator("section.sheet")
