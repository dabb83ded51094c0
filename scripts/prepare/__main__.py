"""Makes what Nitka needs inside the project: environments, Node.js, browser assets.

    python3 scripts/prepare [service] [tests] [engine] [web] [browser]

Needs Python 3.11 and the standard library only. What is there already is not made again; what
was left half made is. Everything lands in `.tools/`, `.venv/`, `bot/.venv/` and `web/`.
"""

from __future__ import annotations

import fcntl
import sys

import chromium
import environments
import frontend
from steps import ROOT, Failed, say

STEPS = {
    "service": environments.service,
    "tests": environments.tests,
    "engine": environments.engine,
    "web": frontend.build,
    "browser": chromium.install,
}


def main(names: list[str]) -> int:
    """Run the named steps in order; 0, or 1 after one sentence on what failed and what to do."""
    unknown = [name for name in names if name not in STEPS]
    if unknown or not names:
        say(f"usage: prepare {' '.join(f'[{name}]' for name in STEPS)}")
        return 2
    (ROOT / ".tools").mkdir(exist_ok=True)
    with (ROOT / ".tools" / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another make is preparing the project: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            for name in names:
                STEPS[name]()
        except Failed as failure:
            say(f"\n{failure}")
            return 1
        except OSError as error:
            say(f"\nthe project's folder cannot be used as it must be: {error}")
            return 1
        except KeyboardInterrupt:
            say("\nstopped; the next run goes on from here")
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
