"""The supervisor, over small real programs."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta

import psutil
import pytest

from nitka.errors import ConfigError
from nitka.settings import ROOT
from nitka.up.process import PartFailed
from tests.unit.up.stage import Stage


async def test_parts_start_in_order_of_need_and_end_in_reverse(stage: Stage) -> None:
    """A part starts when what it needs is ready; at the end nobody loses what it needs."""
    supervisor = stage.supervisor(
        stage.server("web", needs=["migrate"]),
        stage.part("migrate", "mark('migrated')", needs=["database"], once=True),
        stage.server("database"),
    )
    await asyncio.wait_for(supervisor.run(supervisor.stop), 90)
    assert stage.marks == ["+database", "migrated", "+web", "-web", "-database"]
    assert stage.left() == []


async def test_a_part_that_dies_is_started_again(stage: Stage, death: signal.Signals) -> None:
    """However it ended, it comes back, and that is said."""
    supervisor = stage.supervisor(stage.server("worker"))
    ready = asyncio.Event()
    running = asyncio.ensure_future(supervisor.run(ready.set))
    await asyncio.wait_for(ready.wait(), 90)
    first = stage.pid("worker")
    os.kill(first, death)
    await stage.until(lambda: stage.marks.count("+worker") == 2)
    await stage.until(lambda: "worker is back" in stage.screen.getvalue())
    assert stage.pid("worker") != first
    supervisor.stop()
    await asyncio.wait_for(running, 90)
    how = "was ended by SIGKILL" if death == signal.SIGKILL else "ended with code 0"
    assert f"worker {how}; starting it again in" in stage.screen.getvalue()
    assert stage.left() == []


async def test_a_part_that_cannot_start_ends_the_whole(stage: Stage) -> None:
    """After five deaths in a row the reason is told in the part's own words, and all end."""
    supervisor = stage.supervisor(
        stage.server("database"),
        stage.part("web", "mark('try')\nsys.exit('the port is taken')", ready=lambda: False),
    )
    with pytest.raises(PartFailed, match=r"web cannot be started.*code 1, 5 times") as error:
        await asyncio.wait_for(supervisor.run(lambda: None), 90)
    assert "the port is taken" in str(error.value)
    assert stage.marks.count("try") == 5
    assert stage.left() == []


async def test_a_step_that_fails_ends_the_whole(stage: Stage) -> None:
    """A step is tried once; what needs it never starts."""
    supervisor = stage.supervisor(
        stage.part("migrate", "print('no such table')\nsys.exit(3)", once=True),
        stage.server("web", needs=["migrate"]),
    )
    with pytest.raises(PartFailed, match="migrate ended with code 3:\n  no such table"):
        await asyncio.wait_for(supervisor.run(lambda: None), 90)
    assert stage.marks == []


async def test_what_a_preparation_refuses_is_told(stage: Stage) -> None:
    """A wrong setting that shows only at a part's start ends the whole as well."""

    def refuse() -> None:
        raise ConfigError("the data belong to another user")

    supervisor = stage.supervisor(stage.server("database", prepare=refuse))
    with pytest.raises(ConfigError, match="another user"):
        await asyncio.wait_for(supervisor.run(lambda: None), 90)


async def test_a_part_that_does_not_stop_is_killed(stage: Stage) -> None:
    """After its grace, with what it started itself."""
    stubborn = stage.part(
        "engine",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "mark('up')\ntime.sleep(600)",
        ready=lambda: "up" in stage.marks,
        grace=timedelta(seconds=0.2),
    )
    supervisor = stage.supervisor(stubborn)
    await asyncio.wait_for(supervisor.run(supervisor.stop), 90)
    assert "engine does not stop by itself and is killed" in stage.screen.getvalue()
    assert stage.left() == []


async def test_asked_twice_everything_is_killed_at_once(stage: Stage) -> None:
    """A second Ctrl-C does not wait for anyone's grace."""
    stubborn = stage.part(
        "engine",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nmark('up')\ntime.sleep(600)",
        ready=lambda: "up" in stage.marks,
        grace=timedelta(minutes=5),
    )
    supervisor = stage.supervisor(stubborn)

    def stop_twice() -> None:
        supervisor.stop()
        supervisor.stop()

    await asyncio.wait_for(supervisor.run(stop_twice), 60)
    assert stage.left() == []


async def test_a_part_that_stays_silent_is_started_again(stage: Stage) -> None:
    """Being there is not enough: what does not answer within its patience is killed."""
    silent = stage.part(
        "engine",
        "mark('up')\ntime.sleep(600)",
        ready=lambda: stage.marks.count("up") == 2,
        patience=timedelta(seconds=0.5),
    )
    supervisor = stage.supervisor(silent)
    await asyncio.wait_for(supervisor.run(supervisor.stop), 90)
    assert stage.marks == ["up", "up"]
    assert "engine did not answer within" in stage.screen.getvalue()


async def test_children_of_a_dead_part_do_not_outlive_it(stage: Stage) -> None:
    """A part that is started again starts alone."""
    code = (
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "mark(f'{os.getpid()}:{child.pid}')\ntime.sleep(600)"
    )
    part = stage.part("engine", code, ready=lambda: bool(stage.marks))
    supervisor = stage.supervisor(part)
    ready = asyncio.Event()
    running = asyncio.ensure_future(supervisor.run(ready.set))
    await asyncio.wait_for(ready.wait(), 90)
    parent, child = map(int, stage.marks[0].split(":"))
    os.kill(parent, signal.SIGKILL)
    await stage.until(lambda: len(stage.marks) == 2)
    await stage.until(lambda: not psutil.pid_exists(child))
    supervisor.stop()
    await asyncio.wait_for(running, 90)
    assert stage.left() == []


async def test_troubles_in_a_part_are_shown_and_all_is_kept(stage: Stage) -> None:
    """Warnings and errors come to the screen once the part is ready, everything to its log."""
    code = (
        "print('ERROR not yet', flush=True)\nmark('up')\n"
        "while not pathlib.Path('go').exists():\n    time.sleep(0.01)\n"
        "print('all is well')\nprint('2026-01-01 ERROR something broke')\n"
        """print('{"event": "slow", "level": "warning", "took": 9}', flush=True)\n"""
        "time.sleep(600)"
    )
    supervisor = stage.supervisor(stage.part("web", code, ready=lambda: "up" in stage.marks))
    running = asyncio.ensure_future(supervisor.run((stage.folder / "go").touch))
    await stage.until(lambda: "web: slow took=9" in stage.screen.getvalue())
    supervisor.stop()
    await asyncio.wait_for(running, 90)
    assert "web: 2026-01-01 ERROR something broke" in stage.screen.getvalue()
    assert "all is well" not in stage.screen.getvalue()
    assert "not yet" not in stage.screen.getvalue()
    assert "all is well\n" in (stage.folder / "logs" / "web.log").read_text()


_KILLED = """
import asyncio, sys
from pathlib import Path
from tests.unit.up.stage import Stage
stage = Stage(Path(sys.argv[1]))
stubborn = stage.part(
    "engine",
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\\n"
    "mark('up')\\ntime.sleep(600)",
    ready=lambda: "up" in stage.marks,
    stop_signal=9,
)
supervisor = stage.supervisor(stage.server("database"), stubborn)
asyncio.run(supervisor.run(lambda: (stage.folder / "running").touch()))
"""


async def test_nothing_stays_when_the_supervisor_is_killed(stage: Stage) -> None:
    """Even kill -9 leaves no process: neither the parts nor what they started."""
    command = (sys.executable, "-c", _KILLED, str(stage.folder))
    supervisor = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    try:
        await stage.until((stage.folder / "running").exists)
        assert len(stage.left()) == 3
    finally:
        supervisor.kill()
        await supervisor.wait()
    await stage.until(lambda: stage.left() == [])
    assert "-database" in stage.marks
