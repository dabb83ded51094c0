"""The numbers as tables for people; what counts are the ratios, seconds differ by machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

LIMIT = 1.2
"""At most this many times the early turn may the late one cost (ours)."""


def show(console: Console, result: Mapping[str, Any]) -> None:
    """Print everything that was measured."""
    machine = result["machine"]
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, load before {machine['load_before']}; "
        f"model {result['model']}\n"
    )
    if "loading" in result:
        _show_loading(console, result["loading"])
    if "growth" in result:
        _show_growth(console, result["growth"])
    if "throughput" in result:
        _show_throughput(console, result["throughput"])
    if "engines" in result:
        _show_engines(console, result["engines"])
    if "end_to_end" in result:
        _show_end_to_end(console, result["end_to_end"])


def _show_loading(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    table = _table("A model is loaded, Rasa imported before", ("model", "MB", "s"))
    for row in rows:
        table.add_row(row["model"], f"{row['megabytes']:.0f}", f"{row['seconds']:.1f}")
    console.print(table)
    console.print()


def _show_engines(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = ("engine", "ready after, s", "memory at the end, GB")
    table = _table("The engines of this run", columns)
    for row in rows:
        table.add_row(row["engine"], f"{row['ready_after_s']:.0f}", f"{row['memory_gb']:.2f}")
    console.print(table)
    console.print()


def _show_growth(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    turns = rows[0]["turns"]
    table = _table(
        f"One customer, {turns} turns: median ms of a turn",
        ("engine", "turns 11-30", "last 20", "ratio", "without drift", "answers"),
    )
    for row in rows:
        late, early = f"{row['late_ms']:.0f}", f"{row['early_ms']:.0f}"
        ratios = f"{row['ratio']:.2f}", f"{row['ratio_without_drift']:.2f}"
        table.add_row(row["engine"], early, late, *ratios, str(row["answers"]))
    console.print(table)
    worst = max(rows[0]["ratio"], rows[0]["ratio_without_drift"])
    verdict = "holds" if worst <= LIMIT else "does NOT hold"
    console.print(f"ours at most {LIMIT}: {verdict}\n")


def _show_throughput(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    base = {
        row["customers"]: row["turns_per_second"]
        for row in rows
        if row["engine"] == "stock, same model"
    }
    table = _table(
        "Turns per second",
        ("engine", "customers at once", "turns/s", "median ms", "to stock, same model"),
    )
    for row in rows:
        ratio = row["turns_per_second"] / base[row["customers"]]
        table.add_row(
            row["engine"],
            str(row["customers"]),
            f"{row['turns_per_second']:.1f}",
            f"{row['median_ms']:.0f}",
            f"{ratio:.2f}",
        )
    console.print(table)
    console.print()


def _show_end_to_end(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    table = _table(
        "Web socket to answer, through the whole service, 1 engine",
        ("visitors at once", "messages/s", "p50 ms", "p95 ms", "p95 / p50"),
    )
    for row in rows:
        table.add_row(
            str(row["visitors"]),
            f"{row['messages_per_second']:.1f}",
            f"{row['p50_ms']:.0f}",
            f"{row['p95_ms']:.0f}",
            f"{row['p95_ms'] / row['p50_ms']:.1f}",
        )
    console.print(table)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(columns[0])
    for column in columns[1:]:
        table.add_column(column, justify="right")
    return table
