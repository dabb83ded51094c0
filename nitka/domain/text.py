"""Text from outside, in a form that everything behind can keep."""

from __future__ import annotations


def storable(text: str) -> str:
    """Drop what no database and no other channel takes: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
