"""What is counted and timed, all in one place. One `Metrics` belongs to one process.

Prometheus: https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The process's own registry and everything in it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.inbounds = Counter(
            "nitka_inbounds", "Inbounds stored", ["channel", "duplicate"], registry=self.registry
        )
        self.turns = Counter(
            "nitka_turns", "Turns asked of the engine, by how they ended", ["outcome"],
            registry=self.registry,
        )  # fmt: skip
        self.turn_seconds = Histogram(
            "nitka_turn_seconds", "Time of one turn of the engine", buckets=_SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self.deliveries = Counter(
            "nitka_deliveries", "Tries to send a message, by how they ended",
            ["channel", "outcome"], registry=self.registry,
        )  # fmt: skip
        self.sockets = Gauge(
            "nitka_sockets", "Web chat sockets that are open", registry=self.registry
        )
        self.request_seconds = Histogram(
            "nitka_request_seconds", "Time of one HTTP request",
            ["method", "route", "status"], buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip

    def render(self) -> bytes:
        """Give all of it in Prometheus' text format."""
        return generate_latest(self.registry)
