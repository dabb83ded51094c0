"""Long polling: stored before it is confirmed, and back after every fault."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest

from connectors.telegram.connector import Telegram
from connectors.telegram.names import KINDS
from nitka.domain.inbound import Ignored
from nitka.errors import ConfigError
from tests.connectors.harness import Case, table
from tests.connectors.telegram.doubles import MemoryFront, Naps
from tests.connectors.telegram.made import in_group, message, pressed
from tests.connectors.telegram.platform import Platform, Reply, no, ok

IDLE = 0.3  # the pause when a server answers "nothing" at once


def numbered(number: int, text: str) -> dict[str, Any]:
    return {"update_id": number, "message": message(text=text, message_id=number)}


@asynccontextmanager
async def listening(telegram: Telegram, front: MemoryFront) -> AsyncIterator[None]:
    task = asyncio.ensure_future(telegram.listen(front))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def offsets(platform: Platform) -> list[str | None]:
    return [call.given.get("offset") for call in platform.called("getUpdates")]


def asked(platform: Platform, offset: int) -> Callable[[], bool]:
    return lambda: str(offset) in offsets(platform)


async def test_in_order_and_confirmed(
    telegram: Telegram, platform: Platform, front: MemoryFront
) -> None:
    """Updates are stored in order; asking for the next confirms them. All kinds are asked for."""
    platform.updates = [numbered(900 + n, f"{n}") for n in range(120)]
    async with listening(telegram, front):
        await platform.until(asked(platform, 1020))
    assert front.texts == [f"{n}" for n in range(120)]
    assert list(dict.fromkeys(offsets(platform)))[:3] == [None, "1000", "1020"]
    first = platform.called("getUpdates")[0].given
    assert json.loads(first["allowed_updates"]) == list(KINDS)
    assert first["timeout"] == "25"


async def test_not_stored_is_not_confirmed(
    telegram: Telegram, platform: Platform, front: MemoryFront, naps: Naps
) -> None:
    """While the storage is away nothing is confirmed; afterwards everything is there, once."""
    front.down = 3
    platform.updates = [numbered(900, "one"), numbered(901, "two")]
    async with listening(telegram, front):
        await platform.until(asked(platform, 902))
    assert front.texts == ["one", "two"]
    assert offsets(platform)[:4] == [None] * 4
    assert len([pause for pause in naps.taken if pause != IDLE]) == 3


@table(
    Case("down", [no(502, "Bad Gateway")] * 6, None),
    Case("too many", [no(429, "Too Many Requests", retry_after=9)], 9.0),
    Case("hung up", [Reply("", 0)] * 3, None),
    Case("no JSON", [Reply("<html>")] * 2, None),
    Case("no list", [ok({"a": 1})] * 2, None),
    Case("another bot polls", [no(409, "Conflict: terminated by other getUpdates request")], None),
    Case("refused", [no(400, "Bad Request")], None),
)
async def test_comes_back(
    telegram: Telegram,
    platform: Platform,
    front: MemoryFront,
    naps: Naps,
    given: list[Reply],
    expected: float | None,
) -> None:
    """After every fault of the platform it goes on, with pauses that grow up to half a minute."""
    platform.updates = [numbered(900, "one")]
    platform.will("getUpdates", *given)
    async with listening(telegram, front):
        await platform.until(asked(platform, 901))
    assert front.texts == ["one"]
    pauses = naps.taken[: len(given)]
    assert all(0 < pause <= 30 for pause in pauses)
    assert pauses[-1] >= (expected or 0.5)


async def test_a_webhook_is_taken_away(
    telegram: Telegram, platform: Platform, front: MemoryFront
) -> None:
    """A webhook that keeps polling from working is deleted; what waits for it is kept."""
    conflict = "Conflict: can't use getUpdates method while webhook is active"
    platform.will("getUpdates", no(409, conflict))
    platform.updates = [numbered(900, "one")]
    async with listening(telegram, front):
        await platform.until(asked(platform, 901))
    (deleted,) = platform.called("deleteWebhook")
    assert deleted.given == {"drop_pending_updates": "false"}
    assert front.texts == ["one"]


@table(
    Case("revoked", no(401, "Unauthorized"), None),
    Case("unknown", no(404, "Not Found"), None),
)
async def test_a_refused_token_stops(
    telegram: Telegram, platform: Platform, front: MemoryFront, given: Reply, expected: None
) -> None:
    """Trying again is no use without another token."""
    platform.will("getUpdates", given)
    with pytest.raises(ConfigError, match="NITKA_TELEGRAM_TOKEN"):
        await telegram.listen(front)


async def test_nothing_blocks_those_behind_it(
    telegram: Telegram, platform: Platform, front: MemoryFront
) -> None:
    """Bent updates, future kinds and one that breaks the storage are passed, each accounted for."""
    front.breaks = {"poison"}
    bent: list[Any] = [
        {"update_id": 900, "message": {"text": 5}},
        {"update_id": 901, "thought_read": {}},
        numbered(902, "poison"),
        {"update_id": 903, "message": None},
        "no update",
        {"poll": {}},
    ]
    platform.updates = [update for update in bent if isinstance(update, dict)]
    platform.updates.append(numbered(904, "good"))
    platform.will("getUpdates", ok(bent))
    async with listening(telegram, front):
        await platform.until(asked(platform, 905))
    reasons = [one.reason for one in front.came if isinstance(one, Ignored)]
    assert front.texts == ["good"]
    assert set(reasons) == {"malformed", "unknown_thought_read", "broken", "poll"}


async def test_numbers_that_begin_anew(
    telegram: Telegram, platform: Platform, front: MemoryFront, naps: Naps
) -> None:
    """Lower numbers are followed; after a quiet day none is asked for, so that they can come."""
    platform.will("getUpdates", ok([numbered(900, "one")]), ok([numbered(5, "two")]))
    async with listening(telegram, front):
        await platform.until(asked(platform, 6))
        naps.now += timedelta(days=2).total_seconds()
        seen = len(offsets(platform))
        await platform.until(lambda: None in offsets(platform)[seen:])
        platform.updates = [numbered(3, "three")]
        await platform.until(asked(platform, 4))
    assert front.texts == ["one", "two", "three"]


async def test_presses_are_answered(
    telegram: Telegram, platform: Platform, front: MemoryFront
) -> None:
    """A press is answered once it is stored, and a refused answer harms nothing."""
    platform.will("answerCallbackQuery", no(400, "Bad Request: query is too old"))
    platform.updates = [{**pressed(), "update_id": 1}, {**pressed(id="q2"), "update_id": 2}]
    async with listening(telegram, front):
        await platform.until(lambda: len(platform.called("answerCallbackQuery")) == 2)
    answered = [call.given for call in platform.called("answerCallbackQuery")]
    assert answered == [{"callback_query_id": "q1"}, {"callback_query_id": "q2"}]
    assert front.texts == ["No", "No"]


async def test_a_group_waits_for_the_bots_name(
    telegram: Telegram, platform: Platform, front: MemoryFront
) -> None:
    """A mention is not lost when Telegram has not yet said what the bot is called."""
    mention = {"type": "mention", "offset": 0, "length": 9}
    platform.updates = [in_group(text="@shop_bot hi", entities=[mention])]
    platform.will("getMe", no(500, "Internal Server Error"))
    async with listening(telegram, front):
        await platform.until(asked(platform, 901))
    assert front.texts == ["hi"]
    assert len(platform.called("getMe")) == 2
