"""The limits that platforms keep: so much at once, so much in a while; time may run faster."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """At most `amount` within any `seconds`."""

    amount: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Drip:
    """One every `seconds` in the long run; `burst` at once after a rest."""

    burst: int
    seconds: float


class Limits:
    """Counts what went through under each name. `speed` 10: the platform's clock runs tenfold."""

    def __init__(self, *, speed: float = 1.0) -> None:
        self.speed = speed
        self._gone: dict[Hashable, deque[float]] = {}
        self._paid_until: dict[Hashable, float] = {}

    def wait(self, *asked: tuple[Hashable, Window | Drip]) -> float:
        """Let a call through all its limits and give 0, or give the seconds until it may be tried.

        A call that is refused counts for nothing.
        """
        now = time.monotonic() * self.speed
        longest = max((self._left(name, limit, now) for name, limit in asked), default=0.0)
        if longest > 0:
            return longest / self.speed
        for name, limit in asked:
            if isinstance(limit, Window):
                self._gone.setdefault(name, deque()).append(now)
            else:
                self._paid_until[name] = max(self._paid_until.get(name, 0.0), now) + limit.seconds
        return 0.0

    def _left(self, name: Hashable, limit: Window | Drip, now: float) -> float:
        if isinstance(limit, Drip):
            ahead = (limit.burst - 1) * limit.seconds
            return self._paid_until.get(name, 0.0) - ahead - now
        gone = self._gone.setdefault(name, deque())
        while gone and gone[0] <= now - limit.seconds:
            gone.popleft()
        return gone[-limit.amount] + limit.seconds - now if len(gone) >= limit.amount else 0.0
