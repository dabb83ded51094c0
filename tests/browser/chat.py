"""The chat as a visitor uses it: what is on the page, by its selectors, and what one does with it.

The only module that knows the widget's markup; locators see through its open shadow root.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.async_api import ConsoleMessage, Locator, Page, expect

AFTER_MY_LAST = "article.customer:not(:has(~ article.customer)) ~ article.bot .text"

_LINES = """nodes => nodes.map(node => [
    ["customer", "bot", "agent", "system"].find(name => node.classList.contains(name)),
    node.querySelector(".text")?.textContent ?? "",
])"""


@dataclass
class Chat:
    """One tab with the chat; `troubles` is what its console complained of."""

    page: Page
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))

    @property
    def launcher(self) -> Locator:
        return self.page.locator("button.launcher")

    @property
    def badge(self) -> Locator:
        return self.page.locator(".badge")

    @property
    def panel(self) -> Locator:
        return self.page.locator("section.panel")

    @property
    def field(self) -> Locator:
        return self.page.locator("textarea.input")

    @property
    def mine(self) -> Locator:
        """What this visitor said."""
        return self.page.locator("article.customer")

    @property
    def answers(self) -> Locator:
        """What the bot said."""
        return self.page.locator("article.bot .text")

    @property
    def banner(self) -> Locator:
        return self.page.locator(".banner")

    @property
    def owner(self) -> Locator:
        """Who is on the other side, below the heading."""
        return self.page.locator("#owner")

    @property
    def notice(self) -> Locator:
        """What the composer has to say about a file."""
        return self.page.locator(".notice")

    @property
    def typing(self) -> Locator:
        return self.page.locator(".typing")

    def choice(self, title: str) -> Locator:
        """The newest button of that title."""
        return self.page.get_by_role("button", name=title, exact=True).last

    async def visit(self, url: str) -> None:
        """Go to a page and wait until its chat can be opened."""
        await self.page.goto(url)
        await expect(self.launcher).to_be_visible()

    async def open(self) -> None:
        """Open the chat and wait until the server has welcomed it."""
        await self.launcher.click()
        await expect(self.panel).to_be_visible()
        await expect(self.banner).to_be_empty()

    async def reload(self) -> None:
        """Load the page anew and open the chat again."""
        await self.page.reload()
        await expect(self.launcher).to_be_visible()
        await self.open()

    async def say(self, text: str) -> None:
        """Write and send, without waiting for anything."""
        await self.field.fill(text)
        await self.field.press("Enter")

    async def ask(self, text: str, *answers: str) -> None:
        """Say something and wait for the bot's answers, regular expressions, in any number."""
        before = await self.mine.count()
        await self.say(text)
        await expect(self.mine).to_have_count(before + 1)
        await self.hears(*answers)

    async def hears(self, *answers: str) -> None:
        """Wait for the bot's answers, regular expressions, to what was said last."""
        said = self.page.locator(AFTER_MY_LAST)
        for answer in answers:
            await expect(said.filter(has_text=re.compile(answer)).first).to_be_visible()

    async def delivered(self, count: int) -> None:
        """Wait until so many of the visitor's messages are shown, all stored by the server."""
        await expect(self.mine).to_have_count(count)
        await expect(self.page.locator("article.customer.stored")).to_have_count(count)

    async def lines(self) -> list[tuple[str, str]]:
        """Give everything the chat shows now, as (author, text)."""
        found = await self.page.locator("article.message").evaluate_all(_LINES)
        return [(author, text) for author, text in found]

    async def shows(self, lines: list[tuple[str, str]]) -> None:
        """Wait until the chat shows these lines and nothing else."""
        await expect(self.page.locator("article.message")).to_have_count(len(lines))
        assert await self.lines() == lines

    async def texts(self, author: str) -> list[str]:
        """Give what one author said, in order."""
        return [text for who, text in await self.lines() if who == author]

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)
