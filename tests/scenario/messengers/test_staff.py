"""Staff who answer customers on messengers, by the running service's own API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from nitka.bootstrap import add_staff
from nitka.settings import Settings
from tests.platforms.faults import Kind
from tests.scenario.desk.conftest import PASSWORD
from tests.scenario.desk.test_attach import PNG
from tests.scenario.messengers.house import Nitka


@dataclass
class Agent:
    """Somebody at the desk, without a browser; each call is to succeed unless told otherwise."""

    http: httpx.AsyncClient
    csrf: str = ""

    async def call(self, method: str, path: str, status: int = 200, **given: Any) -> Any:
        headers = {"X-CSRF-Token": self.csrf}
        answer = await self.http.request(method, f"/api/desk{path}", headers=headers, **given)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


@asynccontextmanager
async def at_the_desk(nitka: Nitka, email: str) -> AsyncIterator[Agent]:
    settings = Settings(
        home=nitka.servers.folder / "home",
        port=nitka.port,
        database_url=SecretStr(nitka.servers.database_url),
    )
    link = await add_staff(settings, email=email, name="Olga", role="agent")
    async with httpx.AsyncClient(base_url=nitka.url, trust_env=False, timeout=30) as http:
        agent = Agent(http)
        used = {"token": link.rpartition("/")[2], "password": PASSWORD}
        agent.csrf = (await agent.call("POST", "/links/use", json=used))["csrf"]
        yield agent


async def taken_over(nitka: Nitka, agent: Agent, native_id: object) -> str:
    """Take the customer over; gives the hand-off's id."""
    (row,) = await nitka.rows(
        "SELECT customer_id FROM addresses WHERE native_id = %s", str(native_id)
    )
    path = f"/customers/{row['customer_id']}/take-over"
    return str((await agent.call("POST", path, json={}))["id"])


async def say(agent: Agent, handoff: str, text: str, *files: str) -> Any:
    reply = {"text": text, "seen": 99, "files": files}
    return await agent.call("POST", f"/handoffs/{handoff}/messages", 201, json=reply)


async def test_files_and_changes_reach_messengers(nitka: Nitka) -> None:
    """Attached, said in other words, taken back; refused when too old; once when the answer to a
    change was lost."""
    anna, carl = nitka.telegram.person(nitka.number()), nitka.slack.person(nitka.slack_id())
    anna.say("hello")
    carl.say("hello")
    await nitka.telegram.until(lambda: anna.texts)
    await nitka.slack.until(lambda: carl.texts)
    async with at_the_desk(nitka, f"olga{nitka.number()}@nitka.test") as olga:
        lines = []
        for person in (anna, carl):
            handoff = await taken_over(nitka, olga, person.id)
            upload = {"file": ("cup.png", PNG, "application/octet-stream")}
            file = await olga.call("POST", "/files", 201, files=upload)
            lines.append(await say(olga, handoff, "Is it this cupp?", file["id"]))
        await nitka.telegram.until(lambda: anna.texts[-1] == "Is it this cupp?")
        await nitka.slack.until(lambda: len(carl.chat.from_bot) == 3)
        await nitka.slack.until(nitka.settled)
        (photo,) = (one for one in anna.chat.from_bot if "photo" in one.message)
        assert nitka.telegram.world.files[photo.file_id() or ""].content == PNG
        shared = carl.chat.from_bot[-1].message["files"][0]
        assert (shared["name"], shared["size"]) == ("cup.png", len(PNG))

        other: dict[str, Any] = {"json": {"text": "Is it this cup?"}}
        nitka.telegram.faults.plan("editMessageCaption", Kind.LOST)
        path = f"/messages/{lines[0]['id']}"
        lost = await olga.call("PATCH", path, 503, **other)
        assert lost["code"] == "channel_busy"
        assert (await olga.call("PATCH", path, **other))["edited"] is True
        assert photo.text == "Is it this cup?"
        await olga.call("PATCH", f"/messages/{lines[1]['id']}", **other)
        assert "Is it this cup?" in carl.texts

        sent_at = photo.message["date"]
        photo.message["date"] = sent_at - 3 * 24 * 3600
        old = await olga.call("DELETE", path, 409)
        assert old["code"] == "channel_refuses"
        photo.message["date"] = sent_at
        for line in lines:
            assert (await olga.call("DELETE", f"/messages/{line['id']}"))["deleted"] is True
        assert photo.deleted
        assert len(carl.chat.from_bot) == 1
        customer = lines[0]["customer"]
        await olga.call("POST", f"/customers/{customer}/looking", 204, json={"what": "typing"})
        await nitka.telegram.until(lambda: "typing" in anna.chat.actions)
