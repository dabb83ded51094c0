"""What the API's description allows never breaks the service."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok

from nitka.domain.staff import Role
from tests.scenario.desk.conftest import Desk
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
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        server = uvicorn.Server(uvicorn.Config(desk.app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            broken = await asyncio.to_thread(_call_all, url, token)
        finally:
            server.should_exit = True
            await serving
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
        if not ours or operation.path == _ENDLESS:
            continue
        called += 1

        @_SETTINGS
        @given(case=operation.as_strategy())
        def call(case: Any) -> None:
            answer = case.call(base_url=url, headers=headers, timeout=30)
            if answer.status_code >= 500:
                broken.append(f"{case.method} {case.formatted_path}: {answer.text[:300]}")

        call()
    assert called > 30
    return broken
