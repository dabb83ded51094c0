"""After a hand-back: the customer says how it was, and what staff planned comes in its time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import LiteralString

from playwright.async_api import expect

from tests.browser.desk.conftest import Staffed
from tests.browser.desk.test_desk import open_row, take, waiting
from tests.browser.test_access import violations

LATER: LiteralString = """
    WITH theirs AS (
      SELECT h.id, h.customer_id FROM handoffs h JOIN messages m USING (customer_id)
      WHERE m.text = %s
    ), said AS (
      UPDATE messages SET created_at = created_at - interval '1 hour'
      WHERE customer_id IN (SELECT customer_id FROM theirs) RETURNING id
    )
    UPDATE follow_ups SET due_at = now() - interval '1 minute'
    WHERE handoff_id IN (SELECT id FROM theirs) AND kind = %s AND state = 'planned' RETURNING id
"""


async def time_comes(staffed: Staffed, words: str, kind: str) -> None:
    """Let the time of what was planned come, with an hour of calm before it."""
    assert len(await staffed.nitka.rows(LATER, words, kind)) == 1


async def test_a_customer_rates_and_a_reminder_comes_back(staffed: Staffed, tmp_path: Path) -> None:
    """The score and the words stand at the hand-off; the reminder is offered to who planned it."""
    rita = await staffed.at_work("Rita")
    chat = await waiting(staffed, "the red one")
    await open_row(rita, "the red one")
    await take(rita)
    field = rita.get_by_role("textbox", name="Reply", exact=True)
    await field.fill("The carrier looks for it.")
    await field.press("Control+Enter")
    await expect(chat.page.locator("article.agent .text")).to_have_count(1)
    await rita.keyboard.press("Escape")
    await rita.keyboard.press("b")
    await rita.get_by_label("What came of it?").fill("The carrier looks for it")
    await rita.get_by_label("Remind me at a time").check()
    tomorrow = datetime.now() + timedelta(days=1)  # noqa: DTZ005  # as the browser's clock says
    await rita.get_by_label("When").fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
    await rita.get_by_label("A word for whoever gets it").fill("ask the carrier")
    tell = "We have asked the carrier again."
    await rita.get_by_label("What the bot writes to the customer then").fill(tell)
    await rita.screenshot(path=tmp_path / "hand-back.png")
    assert await violations(rita) == []
    await rita.get_by_role("dialog").get_by_role("button", name="Hand back").click()
    planned = rita.locator(".context .planned")
    await expect(planned).to_contain_text("Reminder")
    await expect(planned).to_contain_text("ask the carrier")

    await time_comes(staffed, "the red one", "question")
    question = chat.page.locator("article.system .text", has_text="how well did our colleague")
    await expect(question).to_have_count(1)
    await chat.choice("5 – very good").click()
    thanks = chat.page.locator("article.system .text", has_text="Thank you, that helps us")
    await expect(thanks).to_be_visible()
    await chat.choice("Add a few words").click()
    await expect(
        chat.page.locator("article.system .text", has_text="Please write them")
    ).to_be_visible()
    await chat.say("Rita was quick and kind.")
    await expect(
        chat.page.locator("article.system .text", has_text="we have noted it")
    ).to_be_visible()
    await chat.page.screenshot(path=tmp_path / "rated.png")
    await expect(rita.locator(".context .satisfaction")).to_contain_text("5 of 5 (1)")
    await expect(rita.locator(".context .score")).to_contain_text("Rated 5 of 5")
    await expect(rita.locator(".context blockquote")).to_contain_text("Rita was quick")
    await rita.locator(".context .score").scroll_into_view_if_needed()
    await rita.screenshot(path=tmp_path / "context.png")

    await time_comes(staffed, "the red one", "reminder")
    await chat.hears(re.escape(tell))
    await take(rita)  # it is offered to her; what is open already lies under no dialog
    await expect(rita.locator(".context .reminder")).to_have_text("ask the carrier")
    await expect(rita.locator(".thread .title")).to_contain_text("You have this conversation")
    await rita.screenshot(path=tmp_path / "reminder.png")
    assert await violations(rita) == []
