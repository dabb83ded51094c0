"""The report's pictures, as SVG: which route is taken for which, and how right confidence is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_CELL = 64
_LEFT = 120
_TOP = 60
_FONT = 'font-family="sans-serif" font-size="13"'


def confusion_picture(told: Iterable[tuple[str, str, str]]) -> str:
    """Returns one table per language: rows are where messages belong, columns where they went."""
    rows = list(told)
    languages = sorted({language for language, *_ in rows})
    routes = sorted({route for _, *both in rows for route in both})
    width = _LEFT + _CELL * len(routes) + 20
    parts = []
    for number, language in enumerate(languages):
        counts = Counter((meant, got) for spoken, meant, got in rows if spoken == language)
        parts.append(
            f'<g transform="translate({number * width},0)">'
            f'<text x="8" y="20" {_FONT} font-weight="bold">{escape(language)}</text>'
            f"{_table(counts, routes)}</g>"
        )
    height = _TOP + _CELL * len(routes) + 10
    return _picture(width * len(languages), height, "".join(parts))


def _table(counts: Mapping[tuple[str, str], int], routes: list[str]) -> str:
    parts = []
    for row, meant in enumerate(routes):
        y = _TOP + row * _CELL
        parts.append(f'<text x="8" y="{y + 36}" {_FONT}>{escape(meant)}</text>')
        total = sum(counts.get((meant, got), 0) for got in routes) or 1
        for column, got in enumerate(routes):
            x, number = _LEFT + column * _CELL, counts.get((meant, got), 0)
            colour = "46,125,50" if meant == got else "198,40,40"
            shade = 0.15 + 0.85 * number / total if number else 0.04
            parts.append(
                f'<rect x="{x}" y="{y}" width="{_CELL - 2}" height="{_CELL - 2}" '
                f'fill="rgba({colour},{shade:.2f})"/>'
                f'<text x="{x + _CELL / 2}" y="{y + 36}" text-anchor="middle" {_FONT}>'
                f"{number}</text>"
            )
    for column, got in enumerate(routes):
        x = _LEFT + column * _CELL + _CELL / 2
        parts.append(f'<text x="{x}" y="48" text-anchor="middle" {_FONT}>{escape(got[:9])}</text>')
    return "".join(parts)


def calibration_picture(table: Iterable[Mapping[str, Any]]) -> str:
    """Returns confidence against what was right; on the line they are the same."""
    side, edge = 320, 40
    parts = [
        f'<line x1="{edge}" y1="{edge + side}" x2="{edge + side}" y2="{edge}" stroke="#999"/>',
        f'<rect x="{edge}" y="{edge}" width="{side}" height="{side}" fill="none" stroke="#333"/>',
        f'<text x="{edge}" y="28" {_FONT}>right, by confidence</text>',
    ]
    for row in table:
        x = edge + side * float(row["confidence"])
        y = edge + side * (1 - float(row["right"]))
        size = 3 + min(12.0, float(row["messages"]) ** 0.4)
        parts.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{size:.1f}" fill="rgba(21,101,192,.6)">'
            f"<title>{row['messages']} messages</title></circle>"
        )
    return _picture(side + 2 * edge, side + 2 * edge, "".join(parts))


def _picture(width: float, height: float, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}">'
        f'<rect width="100%" height="100%" fill="white"/>{body}</svg>'
    )
