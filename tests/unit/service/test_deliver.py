"""Delivery: how long it waits between tries, and when it gives up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nitka.domain.address import Address, Channel, Evidence
from nitka.domain.customer import KnownAddress
from nitka.domain.message import Author, Message, MessageState
from nitka.errors import SendError, SendFault
from nitka.ports import Capabilities, Due, Job, Part, Sent, Store
from nitka.service.deliver import _LONGEST_PAUSE, _MOST_ATTEMPTS, Deliver, _pause
from tests.unit.service.doubles import Alone

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_ADDRESS = KnownAddress(uuid4(), Address(Channel.WEB, "site", "ann"), Evidence.OWN, True, uuid4())
_DOWN = SendError(SendFault.PLATFORM_DOWN, "503", retryable=True)
_GONE = SendError(SendFault.UNREACHABLE, "blocked", retryable=False)


# ── the pause ──────────────────────────────────────────────────────────────────────────────


@given(attempts=st.integers(0, 10_000))
def test_the_pause_doubles_with_jitter_up_to_a_limit(attempts: int) -> None:
    """Between half of it and all of it, so that many do not come back at once."""
    whole = min(timedelta(seconds=2 ** min(attempts, 20)), _LONGEST_PAUSE)
    assert whole / 2 <= _pause(_DOWN, attempts=attempts) <= whole


@given(attempts=st.integers(0, 100), seconds=st.integers(0, 10**6))
def test_a_platform_that_says_when_is_obeyed(attempts: int, seconds: int) -> None:
    """To the second, whatever our own rule would be."""
    asked = timedelta(seconds=seconds)
    error = SendError(SendFault.RATE_LIMITED, "429", retryable=True, retry_after=asked)
    assert _pause(error, attempts=attempts) == asked


# ── one outbox ─────────────────────────────────────────────────────────────────────────────


class Clock:
    def now(self) -> datetime:
        return _NOW


@dataclass
class Outbox:
    """An outbox of one address in memory: what is due now, and what was noted."""

    waiting: list[Due]
    sent_ids: list[UUID] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    reached: list[bool] = field(default_factory=list)
    states: list[MessageState] = field(default_factory=list)
    progressed: list[int] = field(default_factory=list)

    async def due(self, customer_id: UUID) -> list[Due]:
        return self.waiting[:1]

    async def sending(self, message_id: UUID) -> None:
        return None

    async def progress(
        self, message_id: UUID, parts_sent: int, *, native_id: str | None = None
    ) -> None:
        self.progressed.append(parts_sent)

    async def sent(self, message_id: UUID, *, native_id: str | None = None) -> None:
        self.sent_ids.append(message_id)
        self.waiting.pop(0)

    async def failed(self, message_id: UUID, **noted: Any) -> None:
        self.failures.append(noted)
        self.waiting.pop(0)

    async def raise_state(
        self, message_id: UUID, state: MessageState, *, native_id: str | None = None
    ) -> bool:
        self.states.append(state)
        return True

    async def reach(self, address_id: UUID, *, reachable: bool) -> None:
        self.reached.append(reachable)

    @property
    def outbox(self) -> Outbox:
        return self

    messages = customers = outbox

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Outbox]:
        yield self


@dataclass
class Platform:
    """A channel that raises `faults` first; each message has `parts` parts."""

    faults: list[Exception] = field(default_factory=list)
    parts: int = 1
    tried: list[tuple[str, bool]] = field(default_factory=list)
    channel: Channel = Channel.WEB
    account: str = "site"

    def capabilities(self) -> Capabilities:
        return Capabilities(4000, True, True, True, True, False, True)

    def render(self, message: Message) -> Sequence[Part]:
        return [Part(f"{message.text}{number}", {}) for number in range(self.parts)]

    async def send(self, address: Address, part: Part, *, doubtful: bool) -> Sent:
        self.tried.append((part.key, doubtful))
        if self.faults:
            raise self.faults.pop(0)
        return Sent("native")

    async def download(self, source: str) -> bytes:
        return b""

    async def typing(self, address: Address) -> None:
        return None

    async def close(self) -> None:
        return None


def _due(text: str, *, attempts: int = 0, doubtful: bool = False, parts_sent: int = 0) -> Due:
    message = Message(uuid4(), uuid4(), 1, Author.BOT, text, MessageState.PENDING, _NOW)
    return Due(message, _ADDRESS, attempts, doubtful, parts_sent)


async def _deliver(outbox: Outbox, platform: Platform | None, queue: Alone | None = None) -> None:
    connectors = {Channel.WEB: platform} if platform else {}
    deliver = Deliver(
        cast("Store", outbox), queue=queue or Alone(), connectors=connectors, clock=Clock()
    )
    await deliver(uuid4())


async def test_everything_that_is_due_goes_out() -> None:
    """One after the other, until nothing is left."""
    outbox, platform = Outbox([_due("a"), _due("b")]), Platform()
    await _deliver(outbox, platform)
    assert platform.tried == [("a0", False), ("b0", False)]
    assert (len(outbox.sent_ids), outbox.states) == (2, [MessageState.SENT] * 2)


@pytest.mark.parametrize(
    ("error", "attempts", "again", "doubtful"),
    [
        (_DOWN, 0, True, None),
        (_DOWN, _MOST_ATTEMPTS - 1, True, None),
        (_DOWN, _MOST_ATTEMPTS, False, None),
        (SendError(SendFault.NETWORK, "cut", retryable=True), 0, True, True),
        (SendError(SendFault.RATE_LIMITED, "429", retryable=True), 0, True, False),
        (SendError(SendFault.RATE_LIMITED, "429", retryable=True), 999, True, False),
        (SendError(SendFault.REJECTED, "odd", retryable=False), 0, False, False),
        (_GONE, 0, False, False),
    ],
)
async def test_a_failure_comes_back_or_is_a_dead_letter(
    error: SendError, attempts: int, again: bool, doubtful: bool | None
) -> None:
    """As the fault and the number of tries say; a dead letter is `failed` for staff to see."""
    outbox = Outbox([_due("a", attempts=attempts)])
    await _deliver(outbox, Platform([error]))
    (noted,) = outbox.failures
    assert (noted["retry_at"] is not None) is again
    assert noted["error"] == str(error)
    assert noted["doubtful"] is doubtful or doubtful is None
    assert outbox.states == ([] if again else [MessageState.FAILED])
    assert outbox.reached == ([False] if error is _GONE else [])


async def test_no_answer_in_time_leaves_doubts(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have arrived: tried again later, and looked up first."""
    monkeypatch.setattr("nitka.service.deliver._SEND_TIMEOUT", 0.01)
    outbox = Outbox([_due("a")])
    await _deliver(outbox, Platform([TimeoutError()]))
    assert outbox.failures[0]["doubtful"]
    assert outbox.failures[0]["retry_at"] > _NOW


async def test_only_what_is_not_out_yet_is_sent() -> None:
    """Parts that arrived are left out; the one that was under way is doubtful, no other."""
    outbox, platform = Outbox([_due("a", doubtful=True, parts_sent=1)]), Platform(parts=4)
    await _deliver(outbox, platform)
    assert platform.tried == [("a1", True), ("a2", False), ("a3", False)]
    assert outbox.progressed == [2, 3]


async def test_a_channel_that_is_off_keeps_its_messages() -> None:
    """For a while: it may be on again."""
    outbox = Outbox([_due("a")])
    await _deliver(outbox, None)
    assert outbox.failures[0]["retry_at"] > _NOW


async def test_a_message_that_breaks_its_worker_again_and_again_is_given_up() -> None:
    """It would block all those behind it for ever: they go out."""
    broken = _due("a", attempts=_MOST_ATTEMPTS + 1, doubtful=True)
    outbox, platform = Outbox([broken, _due("b")]), Platform()
    await _deliver(outbox, platform)
    assert platform.tried == [("b0", False)]
    assert outbox.failures[0]["retry_at"] is None


async def test_what_breaks_is_not_swallowed() -> None:
    """A connector's own mistake comes out, the lease is given back, and the try is known."""
    outbox, queue = Outbox([_due("a")]), Alone()
    with pytest.raises(KeyError):
        await _deliver(outbox, Platform([KeyError("bug")]), queue)
    assert not queue.held
    assert not outbox.failures


async def test_who_does_not_get_the_lease_sends_nothing() -> None:
    """Somebody else is at it."""

    class Taken(Alone):
        async def try_lease(self, job: Job, customer_id: UUID) -> str | None:
            return None

    outbox, platform = Outbox([_due("a")]), Platform()
    await _deliver(outbox, platform, Taken())
    assert not platform.tried
