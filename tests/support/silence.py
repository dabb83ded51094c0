"""What is heard where nobody says anything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping


async def silence() -> AsyncIterator[Mapping[str, object]]:
    """Give nothing, and end."""
    nothing_said: tuple[Mapping[str, object], ...] = ()
    for nothing in nothing_said:
        yield nothing
