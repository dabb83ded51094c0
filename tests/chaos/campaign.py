"""Visitors who talk without end while parts are killed at random."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg

from tests.chaos.conversations import CONVERSATIONS, Step, heard
from tests.chaos.proof import judge
from tests.chaos.table import Row
from tests.support.nitka_up import UP, NitkaUp
from tests.support.webclient import WebClient, visiting


@dataclass
class Campaign:
    """`visitors` talk at a time until `seconds` have passed; then every conversation is finished.

    In the first half one part at a time is killed and everything is well again before the next;
    in the second half parts are killed whether the others are back or not, two at once too.
    """

    nitka: NitkaUp
    seconds: float
    chance: random.Random
    visitors: int = 4
    row: Row = field(default_factory=lambda: Row("at random"))
    killed: dict[str, int] = field(default_factory=dict)
    conversations: int = 0
    _half_filled: asyncio.Event = field(default_factory=asyncio.Event)
    _killed_at: float | None = None
    _ends_at: float = 0.0

    async def run(self) -> None:
        """Talk and kill, then finish; what went wrong stands in `row`."""
        self._ends_at = time.monotonic() + self.seconds
        order = itertools.cycle(CONVERSATIONS)
        async with asyncio.TaskGroup() as group:
            for _ in range(self.visitors):
                group.create_task(self._talk(order))
            group.create_task(self._kill())

    # ── talking ────────────────────────────────────────────────────────────────────────────

    async def _talk(self, order: Iterator[tuple[Step, ...]]) -> None:
        while time.monotonic() < self._ends_at:
            steps = next(order)
            async with visiting(self.nitka.base) as client:
                for step in steps:
                    if step.half_filled:
                        self._half_filled.set()
                    said_at = time.monotonic()
                    await heard(client, await client.say(step.says), step)
                    self._note_recovery(said_at)
                await self._judge(client, steps)
            self.conversations += 1
        self._half_filled.set()

    def _note_recovery(self, said_at: float) -> None:
        """The first answer to what was said after a kill is the recovery from it."""
        if self._killed_at is not None and said_at >= self._killed_at:
            self.row.recoveries.append(time.monotonic() - self._killed_at)
            self._killed_at = None

    async def _judge(self, client: WebClient, steps: tuple[Step, ...]) -> None:
        """Judge once the database can be asked."""
        while True:
            try:
                self.row.verdict.add(await judge(self.nitka, client, steps))
            except psycopg.OperationalError:
                await asyncio.to_thread(self.nitka.wait_until_ready)
            else:
                return

    # ── killing ────────────────────────────────────────────────────────────────────────────

    async def _kill(self) -> None:
        begun = time.monotonic()
        while (now := time.monotonic()) < self._ends_at:
            self._half_filled.clear()
            await self._half_filled.wait()
            await asyncio.sleep(self.chance.uniform(0, 0.5))  # the moment within a turn
            one_by_one = now - begun < self.seconds / 2
            count = 1 if one_by_one or self.chance.random() < 0.7 else 2
            parts = self.chance.sample(self.nitka.parts, count)
            await self._kill_all(parts)
            if one_by_one:
                await asyncio.to_thread(self.nitka.wait_until_ready)
        await asyncio.to_thread(self.nitka.wait_until_ready)

    async def _kill_all(self, parts: list[str]) -> None:
        self._killed_at = self._killed_at or time.monotonic()
        for part in parts:
            if self.nitka.kill(part):
                self.row.kills += 1
                self.killed[part] = self.killed.get(part, 0) + 1
            if part == UP:
                await asyncio.to_thread(self.nitka.start)
