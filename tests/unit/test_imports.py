"""What a process loads at its start."""

from __future__ import annotations

import subprocess
import sys

from nitka.settings import ROOT


def test_no_messengers_sdk_is_loaded_for_a_channel_that_is_off() -> None:
    """Their imports take seconds, and every restart after a crash would pay for them."""
    sdks = {"aiogram", "slack_bolt", "slack_sdk"}
    look = f"import sys, nitka.bootstrap; print({sdks} & {{*sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
