"""Token buckets."""

from __future__ import annotations

from connectors.webchat.rate import Bucket, Visits


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_rate() -> None:
    """So many at once, then one at a time, told how long to wait."""
    watch = Watch()
    bucket = Bucket(3, 2, monotonic=watch)
    assert [bucket.take() for _ in range(5)] == [0, 0, 0, 0.5, 0.5]
    watch.now = 0.5
    assert [bucket.take(), bucket.take()] == [0, 0.5]


def test_each_source_has_its_own() -> None:
    """One busy address does not lock others out; an IPv6 network counts as one source."""
    visits = Visits(1, 1, monotonic=Watch())
    hosts = ["203.0.113.1", "203.0.113.1", "203.0.113.2", "2001:db8::1", "2001:db8::2"]
    assert [visits.take(host) for host in hosts] == [0, 1, 0, 0, 1]


def test_an_address_written_as_ipv6_is_the_same() -> None:
    """An IPv4 address mapped into IPv6 is that IPv4 address."""
    visits = Visits(1, 1, monotonic=Watch())
    assert [visits.take("203.0.113.1"), visits.take("::ffff:203.0.113.1")] == [0, 1]


def test_this_machine_is_not_limited() -> None:
    """A local proxy asks for everybody."""
    visits = Visits(1, 1, monotonic=Watch())
    assert [visits.take(h) for h in ("127.0.0.1", "127.0.0.1", "::1", "::1", None, "x")] == [0] * 6


def test_memory_is_bounded() -> None:
    """Only the last sources are remembered."""
    visits = Visits(1, 1, remember=2, monotonic=Watch())
    hosts = ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.1", "203.0.113.1"]
    assert [visits.take(host) for host in hosts] == [0, 0, 0, 0, 1]
