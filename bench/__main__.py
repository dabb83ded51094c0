"""The benchmarks: `make bench SECONDS=60 MESSAGES=400`. Prints tables, writes `var/bench/*.json`.

Everything that is compared runs in the same run, in rounds. Nothing is asserted: the machine may
be busy. docs/benchmarks.md says what each number means.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import end_to_end, growth, loading, machine, report, stock_pipeline, throughput
from bench.stage import stage
from bench.written import write
from nitka.up.model import model_path, train

PARTS = ("loading", "growth", "throughput", "end_to_end")
FEWEST = 60  # turns, so that early and late ones are different ones


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for throughput and end to end")
    parser.add_argument("--messages", type=int, default=400, help="turns of the one customer")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure only this")
    parser.add_argument(
        "--stock-pipeline",
        action="store_true",
        help="compare with rasa init's pipeline too (trains it first: tens of minutes)",
    )
    given = parser.parse_args(arguments)
    if given.messages < FEWEST:
        parser.error(f"--messages must be {FEWEST} at least")
    wanted = given.only or PARTS
    train(anew=False)
    console = Console(width=100)
    stock_model = _stock_model(train_it=given.stock_pipeline)
    result = asyncio.run(_measure(console, wanted, given.seconds / 2, given.messages, stock_model))
    path = write(result)
    report.show(console, result)
    console.print(f"\nall numbers: {path}")
    return 0


def _stock_model(*, train_it: bool) -> Path | None:
    if train_it:
        return stock_pipeline.train()
    path = stock_pipeline.model()
    return path if path.exists() else None


async def _measure(
    console: Console, wanted: tuple[str, ...], seconds: float, turns: int, stock_model: Path | None
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.facts(),
        "model": model_path().name.removesuffix(".tar.gz"),
    }
    with tempfile.TemporaryDirectory(prefix="nitka-bench-") as scratch:
        folder = Path(scratch)
        if "loading" in wanted:
            console.print("loading models …")
            models = {"ours": model_path()}
            if stock_model:
                models["stock, DIET pipeline"] = stock_model
            result["loading"] = loading.measure(models)
        if "growth" in wanted or "throughput" in wanted:
            console.print("starting our engines and the stock one …")
            with stage(folder / "engines", stock_model=stock_model) as running:
                if "growth" in wanted:
                    console.print(f"one customer, {turns} turns with each …")
                    result["growth"] = await growth.measure(running, turns)
                if "throughput" in wanted:
                    console.print("many customers …")
                    result["throughput"] = await throughput.measure(running, seconds)
                result["engines"] = [
                    {
                        "engine": engine.name,
                        "ready_after_s": round(engine.ready_after, 1),
                        "memory_gb": round(engine.memory(), 2),
                    }
                    for engine in running.engines
                ]
        if "end_to_end" in wanted:
            console.print("a whole Nitka, by web socket …")
            result["end_to_end"] = await end_to_end.measure(folder, seconds)
    return result


if __name__ == "__main__":
    sys.exit(main())
