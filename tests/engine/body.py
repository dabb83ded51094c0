"""The body of a turn's request, as tests in both environments send it."""

from __future__ import annotations

import uuid
from typing import Any


def body(text: str = "", **changes: Any) -> dict[str, Any]:
    """Returns a request of a new customer on the web; ``language`` is English unless said."""
    return {
        "version": 1,
        "turn_id": uuid.uuid4().hex,
        "customer": "5f0c1c6e-0000-4000-8000-000000000001",
        "channel": "web",
        "text": text,
        "payload": None,
        "language": "en",
        "language_fixed": False,
        "profile": {"name": None},
        "attachments": [],
        "state": None,
        **changes,
    }
