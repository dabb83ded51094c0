"""The two ways in which Nitka and the platforms are connected, for tests that fit one only."""

from __future__ import annotations

import pytest

POLLING, WEBHOOKS = "polling", "webhooks"

called_only = pytest.mark.parametrize("running_nitka", [WEBHOOKS], indirect=True, scope="package")
"""The test is about what platforms post to us: it runs where they do."""
