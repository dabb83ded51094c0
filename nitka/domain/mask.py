"""What is shown of an address or a number to who need not know all of it."""

from __future__ import annotations

_HIDDEN = "•••"


def masked(value: str) -> str:
    """Give the beginning of an e-mail address with its host, or the end of anything else.

    So much that somebody who knows it recognises it; what is short is hidden whole.
    """
    name, at, host = value.rpartition("@")
    if at and name:
        return f"{name[0]}{_HIDDEN}@{host}"
    return f"{_HIDDEN}{value[-3:]}" if len(value) >= 8 else _HIDDEN
