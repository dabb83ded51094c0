"""What a platform server saw: every call, every breach of the specification, and waiting for them.

Kept by both servers in the same form, so that tests and the page ask the same questions.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Condition = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing in one call that the specification does not allow."""

    method: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.method}: {self.where}: {self.what}" if self.where else self.what


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a call. `refusal`: what the platform answers; None: it lets it pass."""

    where: str
    what: str
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A call's arguments in their types, and what is wrong with them."""

    values: Json
    faults: list[Fault]

    @property
    def refusal(self) -> str | None:
        """Give what the platform answers, if it does not take the call."""
        return next((fault.refusal for fault in self.faults if fault.refusal), None)


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it was answered. `status` is HTTP's; 0: the platform gave no answer.

    `at` is in seconds of `time.monotonic`.
    """

    method: str
    given: Mapping[str, Any]
    status: int
    at: float = field(default_factory=time.monotonic)


@dataclass
class Journal:
    """The record of one server. `until` waits on it without polling."""

    calls: list[Call] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    _wake: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def note(self, call: Call, faults: list[Fault]) -> None:
        """Write down an answered call with whatever was wrong in it."""
        self.calls.append(call)
        self.violations += [Violation(call.method, one.where, one.what) for one in faults]
        self.changed()

    def of(self, *methods: str, status: int | None = None) -> list[Call]:
        """Give the calls of some methods, answered with a status if one is named."""
        return [
            call
            for call in self.calls
            if call.method in methods and (status is None or call.status == status)
        ]

    def changed(self) -> None:
        """Wake whoever waits: something happened on the platform."""
        self._wake.set()
        self._wake = asyncio.Event()

    async def until(
        self, condition: Condition | Callable[[], Awaitable[object]], *, seconds: float = 60
    ) -> None:
        """Wait until a condition (plain or async) holds; looks whenever something happens.

        Raises `AssertionError` naming the condition's source when `seconds` are over. A condition
        over something outside the platform is looked at four times a second besides.
        """
        end = time.monotonic() + seconds
        while True:
            wake = self._wake
            found = condition()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return
            left = end - time.monotonic()
            assert left > 0, f"{_named(condition)} did not hold within {seconds:g} s"
            try:
                await asyncio.wait_for(wake.wait(), min(0.25, left))
            except TimeoutError:
                continue


def _named(condition: Callable[[], object]) -> str:
    code = getattr(condition, "__code__", None)
    return f"the condition at {code.co_filename}:{code.co_firstlineno}" if code else repr(condition)
