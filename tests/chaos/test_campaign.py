"""The kill campaign: `make chaos SECONDS=60`; `CHAOS_SEED=…` repeats the choice of kills."""

from __future__ import annotations

import os
import random

import pytest

from tests.chaos.campaign import Campaign
from tests.chaos.proof import judge_whole
from tests.chaos.table import Row
from tests.support.nitka_up import NitkaUp

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]


async def test_a_campaign_of_kills_loses_and_doubles_nothing(
    nitka: NitkaUp, rows: list[Row]
) -> None:
    """Whatever dies while visitors talk, every conversation ends as it would have without it."""
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**6))
    campaign = Campaign(nitka, float(os.environ.get("SECONDS") or 60), random.Random(seed))
    rows.append(campaign.row)
    try:
        await campaign.run()
    finally:
        kills = ", ".join(f"{part} {count}" for part, count in sorted(campaign.killed.items()))
        print(f"\nCHAOS_SEED={seed}: {campaign.conversations} conversations; killed {kills}")
    assert campaign.row.kills > 0
    assert not campaign.row.verdict.faults, "\n".join(campaign.row.verdict.faults)
    assert judge_whole(nitka) == []
