"""What the API's description allows never breaks the service."""

from __future__ import annotations

import asyncio
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok

from nitka.domain.staff import Role
from tests.scenario.desk.conftest import Desk, serving
from tests.scenario.desk.test_api import handed_over

_ENDLESS = "/api/desk/events"
_EXAMPLES = 12  # for each operation
_SETTINGS = settings(
    max_examples=_EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


async def test_nothing_described_is_an_internal_error(desk: Desk) -> None:
    """Schemathesis calls every operation of the desk and of `/api/v1/handoffs`: no 5xx."""
    admin = await desk.at_work("anna", Role.ADMIN)
    await handed_over(desk)
    token = (await admin.post("/me/tokens", {"name": "fuzz"})).json()["token"]
    async with serving(desk.app) as url:
        broken = await asyncio.to_thread(_call_all, url, token)
    assert broken == []


def _call_all(url: str, token: str) -> list[str]:
    headers = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_url(f"{url}/api/openapi.json")
    broken: list[str] = []
    called = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), "the description itself is broken"
        operation = found.ok()
        ours = operation.path.startswith(("/api/desk/", "/api/v1/handoffs"))
        if not ours:
            continue
        called += 1

        @_SETTINGS
        @given(case=operation.as_strategy())
        def call(case: Any) -> None:
            if case.path == _ENDLESS:
                status, text = _begin(case, url, headers)
            else:
                answer = case.call(base_url=url, headers=headers, timeout=30)
                status, text = answer.status_code, answer.text
            if status >= 500:
                broken.append(f"{case.method} {case.formatted_path}: {text[:300]}")

        call()
    assert called > 30
    return broken


def _begin(case: Any, url: str, headers: dict[str, str]) -> tuple[int, str]:
    """Call what never ends, and read its beginning."""
    asked = case.as_transport_kwargs(base_url=url, headers=headers)
    with requests.request(**asked, stream=True, timeout=30) as answer:
        return answer.status_code, str(next(answer.iter_content(100), b""))
