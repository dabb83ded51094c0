"""The campaign's result as a table that a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.chaos.proof import Verdict


@dataclass
class Row:
    """What the kills of one part did. `recoveries` in seconds: from the kill to the next answer."""

    part: str
    kills: int = 0
    recoveries: list[float] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)


def show(rows: Sequence[Row], *, title: str) -> None:
    """Print the table."""
    table = Table(title=title)
    table.add_column("part killed")
    for name in ("kills", "answered after (median)", "at most", "messages", "lost", "doubled"):
        table.add_column(name, justify="right")
    for row in rows:
        seconds = row.recoveries
        table.add_row(
            row.part,
            str(row.kills),
            f"{median(seconds):.1f} s" if seconds else "",
            f"{max(seconds):.1f} s" if seconds else "",
            str(row.verdict.messages),
            str(len(row.verdict.lost)),
            str(len(row.verdict.doubled)),
        )
    console = Console(width=110)
    console.print()
    console.print(table)
