"""Ends what a killed `nitka up` left: the last one to leave, run by path with `python -I -S`.

Its standard input comes from the supervisor: `+PID` when a part was started, `-PID` when it is
gone for good. At the end of the input, however the supervisor ended, every group still there gets
SIGTERM and, after a grace (the argument, in seconds), SIGKILL. (On Linux parts are
told of their parent's death besides; this catches their own children, and other systems.)
"""

from __future__ import annotations

import os
import signal
import sys
import time


def main() -> None:
    """Follow the supervisor's list to its end, then end what stands on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    left: set[int] = set()
    for line in sys.stdin:
        pid = int(line[1:])
        (left.add if line[0] == "+" else left.discard)(pid)
    left = {pid for pid in left if _signal(pid, signal.SIGTERM)}
    until = time.monotonic() + float(sys.argv[1])
    while left and time.monotonic() < until:
        time.sleep(0.1)
        left = {pid for pid in left if _signal(pid, 0)}
    for pid in left:
        _signal(pid, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
