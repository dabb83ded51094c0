"""Every part is killed once in the middle of conversations, and these go on where they were."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.chaos.conversations import ENGLISH, Step, heard, take
from tests.chaos.proof import judge, judge_whole
from tests.chaos.table import Row
from tests.support.nitka_up import UP, NitkaUp
from tests.support.webclient import WebClient, visiting

pytestmark = pytest.mark.timeout(1200)
PARTS = ["worker", "web", "engine", "actions", "valkey", "postgres", UP]
FILLED = 2
"""Steps until the order form waits for its number."""


@pytest.mark.parametrize("part", PARTS)
async def test_a_killed_part_loses_and_doubles_nothing(
    nitka: NitkaUp, rows: list[Row], part: str
) -> None:
    """One visitor writes into the outage, another's turn is under way when the part dies.

    Both forms are half filled and go on with the number; every message is there once and is
    answered once, in order; the complaint that follows is opened once.
    """
    assert part in nitka.parts
    row = Row(part)
    rows.append(row)
    async with visiting(nitka.base) as calm, visiting(nitka.base) as hurried:
        for client in (calm, hurried):
            await _all_of(client, ENGLISH[:FILLED])
        under_way = await hurried.say(ENGLISH[FILLED].says)
        await hurried.until(lambda: under_way.id in hurried.sent, "sending")
        killed_at = time.monotonic()
        assert nitka.kill(part)
        row.kills += 1
        again = asyncio.create_task(asyncio.to_thread(_see_to_it, nitka, part))
        await take(calm, ENGLISH[FILLED])
        row.recoveries.append(time.monotonic() - killed_at)
        await again
        await heard(hurried, under_way, ENGLISH[FILLED])
        for client in (calm, hurried):
            await _all_of(client, ENGLISH[FILLED + 1 :])
            row.verdict.add(await judge(nitka, client, ENGLISH))
    assert not row.verdict.faults, "\n".join(row.verdict.faults)
    assert judge_whole(nitka) == []


async def _all_of(client: WebClient, steps: tuple[Step, ...]) -> None:
    for step in steps:
        await take(client, step)


def _see_to_it(nitka: NitkaUp, part: str) -> None:
    """Start `nitka up` again, as a person would; the other parts it brings back by itself."""
    if part == UP:
        nitka.start()
    else:
        nitka.wait_until_ready()
