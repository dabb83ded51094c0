"""The servers that are measured: our engines and a stock Rasa, over the same action server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from nitka.settings import ROOT
from nitka.up.assembly import actions_part, engine_part
from nitka.up.home import free_port
from nitka.up.model import engine_python, model_path
from nitka.up.part import Part
from nitka.up.postgres import EmbeddedPostgres
from nitka.up.probes import http_ok
from nitka.up.process import running
from nitka.up.valkey import EmbeddedValkey


@dataclass(frozen=True)
class Engine:
    """An engine that runs, and the seconds that it took to be ready."""

    name: str
    url: str
    process: psutil.Process
    ready_after: float

    def memory(self) -> float:
        """Give the memory that it holds now, in gigabytes."""
        return float(self.process.memory_info().rss / 1e9)


@dataclass(frozen=True)
class Stage:
    """What runs: two engines of ours, a stock Rasa on our model, and perhaps another one on the
    pipeline that `rasa init` chooses."""

    ours: tuple[Engine, ...]
    stock: Engine
    stock_pipeline: Engine | None

    @property
    def engines(self) -> tuple[Engine, ...]:
        return (*self.ours, self.stock, *([self.stock_pipeline] if self.stock_pipeline else []))


@contextmanager
def stage(scratch: Path, *, stock_model: Path | None) -> Iterator[Stage]:
    """Run the servers for the length of the block."""
    logs = scratch / "logs"
    with ExitStack() as stack:

        def run(part: Part) -> int:
            started = stack.enter_context(running(part, log=logs / f"{part.name}.log"))
            return started.process.pid

        def engine(name: str, port: int, part: Part) -> Engine:
            began = time.perf_counter()
            pid = run(part)
            took = time.perf_counter() - began
            return Engine(name, f"http://127.0.0.1:{port}", psutil.Process(pid), took)

        postgres = EmbeddedPostgres(
            folder=scratch / "postgres", port=free_port(), log=logs / "initdb.log", durable=False
        )
        valkey = EmbeddedValkey(folder=scratch / "valkey", port=free_port())
        run(postgres.part())
        run(valkey.part())
        port = free_port()
        run(actions_part(port, postgres.url))
        actions = f"http://127.0.0.1:{port}"
        ours = []
        for number in (1, 2):
            port = free_port()
            part = engine_part(port, actions, name=f"engine-{number}")
            ours.append(engine(f"ours, engine {number}", port, part))

        def stock(name: str, model: Path) -> Engine:
            port, folder = free_port(), scratch / name.replace(", ", "-").replace(" ", "-")
            files = _rasa_files(folder, valkey.url, actions)
            return engine(name, port, _stock_part(folder.name, port, model, files))

        yield Stage(
            tuple(ours),
            stock("stock, same model", model_path()),
            stock("stock, DIET pipeline", stock_model) if stock_model else None,
        )


def _rasa_files(folder: Path, redis_url: str, actions: str) -> tuple[str, ...]:
    """Write what a stock Rasa is configured by; its options for them. (JSON is YAML.)"""
    folder.mkdir(parents=True)
    redis = urlsplit(redis_url)
    endpoints = {
        "tracker_store": {
            "type": "redis",
            "url": redis.hostname,
            "port": redis.port,
            "db": 1,
            "password": redis.password,
        },
        "lock_store": {"type": "in_memory"},
        "action_endpoint": {"url": f"{actions}/webhook"},
    }
    (folder / "endpoints.yml").write_text(json.dumps(endpoints), encoding="utf-8")
    (folder / "credentials.yml").write_text('{"rest": {}}', encoding="utf-8")
    return (
        *("--endpoints", str(folder / "endpoints.yml")),
        *("--credentials", str(folder / "credentials.yml")),
    )


def _stock_part(name: str, port: int, model: Path, files: tuple[str, ...]) -> Part:
    """Describe `rasa run` as its handbook has it, with the REST channel."""
    ours = engine_part(port, "", model=model)
    command = (
        *(str(engine_python()), "-m", "rasa", "run", "--enable-api", "--model", str(model)),
        *("--port", str(port), "--interface", "127.0.0.1", *files),
    )
    quiet = {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "OMP_NUM_THREADS": "1",
    }
    return replace(
        ours,
        name=name,
        command=command,
        environment={**ours.environment, **quiet},
        ready=http_ok("127.0.0.1", port, "/status"),
        patience=timedelta(minutes=6),
        folder=ROOT,
    )
