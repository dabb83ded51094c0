"""A desk whose connection breaks, and what happened meanwhile."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from playwright.async_api import Page, expect

from nitka.domain.message import Author, MessageState
from nitka.ports import Line
from nitka.store.unit_of_work import open_store
from tests.browser.conftest import LOST
from tests.browser.desk.conftest import PASSWORD, Staffed
from tests.browser.desk.test_desk import waiting
from tests.support.relay import relayed

_CALL = """async ([method, path, body]) => {
    const me = await (await fetch("/api/desk/me")).json();
    const answer = await fetch(`/api/desk${path}`, {
        method, body, headers: { "X-CSRF-Token": me.csrf, "Content-Type": "application/json" },
    });
    return [answer.status, await answer.json()];
}"""


async def call(page: Page, method: str, path: str, body: str | None = None) -> Any:
    """Call the desk's API as who has this page open."""
    status, given = await page.evaluate(_CALL, [method, path, body])
    assert status == 200, given
    return given


async def a_long_thread(staffed: Staffed, words: str) -> UUID:
    """Somebody whose first lines are far before the last fifty."""
    await waiting(staffed, words)
    query = "SELECT customer_id FROM messages WHERE text = %s"
    (row,) = await staffed.nitka.rows(query, words)
    customer: UUID = row["customer_id"]
    store = open_store(staffed.nitka.servers.database_url, connections=1)
    async with store.begin() as uow:
        for number in range(70):
            line = Line(Author.BOT, f"Step {number} is done.", MessageState.SENT, None)
            await uow.messages.add(customer, line)
    await store.close()
    return customer


async def test_what_was_changed_during_a_break_is_shown_after_it(staffed: Staffed) -> None:
    """However far up it stands: in other words, and taken back. What is changed later comes by
    the stream as before."""
    words = "a break, please"
    boss = await staffed.at_work("Barbara", "supervisor")
    await staffed.at_work("Wanda")
    customer = await a_long_thread(staffed, words)
    lines = await call(boss, "GET", f"/customers/{customer}/messages?after=1&limit=3")
    said = [line["id"] for line in lines["messages"] if line["author"] == "bot"]
    async with relayed(staffed.nitka.port) as relay:
        wanda = await staffed.page()
        await wanda.goto(f"http://127.0.0.1:{relay.port}/desk")
        await wanda.get_by_label("E-mail").fill("wanda@nitka.test")
        await wanda.get_by_label("Password").fill(PASSWORD)
        await wanda.get_by_role("button", name="Sign in").click()
        await wanda.get_by_role("button", name="All", exact=True).click()
        await wanda.locator(".row", has_text="Step 69").first.click()
        await wanda.get_by_role("button", name="Earlier messages").click()
        first = wanda.locator('.line:has([data-seq="2"])')
        await expect(first).to_contain_text(f"You said: {words}")
        await relay.cut()
        await expect(wanda.get_by_text("No connection. Trying again…")).to_be_visible()
        await call(boss, "PATCH", f"/messages/{said[0]}", '{"text": "Said otherwise."}')
        await call(boss, "DELETE", f"/messages/{said[1]}")
        await relay.mend()
        await expect(first).to_contain_text("Said otherwise.")
        await expect(wanda.locator('.line:has([data-seq="4"])')).to_contain_text("Taken back")
        await expect(wanda.get_by_text("No connection. Trying again…")).to_have_count(0)
        await call(boss, "PATCH", f"/messages/{said[0]}", '{"text": "And once more."}')
        await expect(first).to_contain_text("And once more.")
        await wanda.context.close()
    staffed.troubles[:] = [said for said in staffed.troubles if not LOST.search(said)]
