"""How often something may be done: token buckets, in bounded memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

Monotonic = Callable[[], float]


class Bucket:
    """Allows `burst` at once and `per_second` in the long run."""

    def __init__(
        self, burst: float, per_second: float, *, monotonic: Monotonic = time.monotonic
    ) -> None:
        self._burst, self._per_second, self._monotonic = burst, per_second, monotonic
        self._left, self._at = burst, monotonic()

    def take(self) -> float:
        """Take one and give 0, or take nothing and give the seconds to wait for the next."""
        now = self._monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0
        return (1 - self._left) / self._per_second


class Visits:
    """Allows so many sessions by IP address (IPv6: by /64); knows the last `remember` of them.

    This machine itself is not limited: that is a proxy which does not say for whom it asks, or
    the person who runs the service.
    """

    def __init__(
        self,
        burst: float = 120,
        per_second: float = 2,
        *,
        remember: int = 10_000,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._burst, self._per_second = burst, per_second
        self._remember, self._monotonic = remember, monotonic
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, host: str | None) -> float:
        """Count one visit and give 0, or give the seconds to wait."""
        source = _source(host)
        if source is None:
            return 0
        bucket = self._buckets.pop(source, None) or Bucket(
            self._burst, self._per_second, monotonic=self._monotonic
        )
        self._buckets[source] = bucket
        if len(self._buckets) > self._remember:
            self._buckets.popitem(last=False)
        return bucket.take()


def _source(host: str | None) -> str | None:
    try:
        address = ip_address(host or "")
    except ValueError:
        return None  # a Unix socket, or a test's client: nobody from outside
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return None if address.is_loopback else str(ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return None if address.is_loopback else str(address)
