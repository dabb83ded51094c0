"""Runs parts until it is told to stop: starts them in order, restarts the dead, ends them all.

A part starts when what it needs is ready, so independent parts start side by side. A part that
dies is started again with back-off; one that dies over and over before it was ever ready ends the
whole. Whatever the end, no process stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from nitka.up.output import Output
from nitka.up.part import Part
from nitka.up.process import PartFailed, command_of, end_group, environment_of
from nitka.up.view import Stage, View

Note = Callable[[str, int], object]
"""Tells the reaper of a process that was started (`+`) or is gone (`-`)."""

_REAPER = Path(__file__).with_name("reaper.py")


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How restarts are spaced: doubled from `first` to `longest`, anew after `healthy`.

    `deaths` within `window`, before the part was ever ready, are too many. `orphans` is how long
    parts have to end by themselves when the supervisor was killed.
    """

    first: timedelta = timedelta(seconds=0.2)
    longest: timedelta = timedelta(seconds=10)
    healthy: timedelta = timedelta(seconds=30)
    deaths: int = 5
    window: timedelta = timedelta(minutes=1)
    orphans: timedelta = timedelta(seconds=15)


class Supervisor:
    """Keeps a set of parts running; `parts` may stand in any order."""

    def __init__(
        self, parts: Sequence[Part], *, logs: Path, view: View, patience: Patience | None = None
    ) -> None:
        self._parts = {part.name: part for part in parts}
        self._view = view
        self._patience = patience or Patience()
        self._outputs = {part.name: self._output(part, logs) for part in parts}
        self._ready = {part.name: asyncio.Event() for part in parts}
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stop = asyncio.Event()
        self._at_once = asyncio.Event()

    async def run(self, when_ready: Callable[[], None]) -> None:
        """Run everything; returns when `stop` was asked for and nothing runs any more.

        `when_ready` is called once, when all parts are ready. Raises `PartFailed` when a part
        cannot be started, or what a part's `prepare` raised; by then everything has ended too.
        """
        self._view.open()
        async with _reaper(self._patience.orphans) as self._note:
            keepers = [asyncio.ensure_future(self._keep(part)) for part in self._parts.values()]
            telling = asyncio.ensure_future(self._tell(when_ready))
            stopping = asyncio.ensure_future(self._stop.wait())
            try:
                await self._until_over(stopping, keepers)
            finally:
                self._stop.set()
                await _cancelled([telling, stopping, *keepers])
                self._view.close()
                await self._end_all()
                for output in self._outputs.values():
                    output.close()

    def stop(self) -> None:
        """Ask for the end; asked again, everything is killed at once."""
        if self._stop.is_set():
            self._at_once.set()
        self._stop.set()

    async def _until_over(
        self, stopping: asyncio.Future[Any], keepers: Sequence[asyncio.Future[Any]]
    ) -> None:
        """Wait until the end is asked for or a keeper fails, whose error is raised."""
        waiting = {stopping, *keepers}
        while not stopping.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for future in done:
                future.result()

    async def _tell(self, when_ready: Callable[[], None]) -> None:
        while not all(ready.is_set() for ready in self._ready.values()):
            for name, output in self._outputs.items():
                if output.last:
                    self._view.detail(name, output.last[-1])
            self._view.tick()
            await asyncio.sleep(0.1)
        self._view.close()
        when_ready()

    async def _keep(self, part: Part) -> None:
        """Start a part, and again whenever it dies; a step is started once."""
        pause = self._patience.first
        deaths: list[float] = []
        was_ready = False
        while True:
            for need in part.needs:
                await self._ready[need].wait()
            began = time.monotonic()
            process = await self._start(part, first=not was_ready)
            if part.once:
                await self._finish(part, process)
                return
            if await self._become_ready(part, process):
                self._say_ready(part, again=was_ready)
                was_ready = True
            code = await process.wait()
            self._ready[part.name].clear()
            self._gone(part)
            deaths.append(time.monotonic())
            if not was_ready:
                self._check_deaths(part, deaths, code)
            if time.monotonic() - began > self._patience.healthy.total_seconds():
                pause = self._patience.first
            self._view.say(
                f"{part.name} {_ending(code)}; starting it again in {pause.total_seconds():.1f} s",
                style="yellow",
            )
            await asyncio.sleep(pause.total_seconds())
            pause = min(pause * 2, self._patience.longest)

    async def _start(self, part: Part, *, first: bool) -> asyncio.subprocess.Process:
        if first:
            self._view.stage(part.name, Stage.STARTING)
        if part.prepare is not None:
            await asyncio.to_thread(part.prepare)
        reading, writing = os.pipe()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(
            lambda: self._outputs[part.name], os.fdopen(reading, "rb", buffering=0)
        )
        try:
            process = await asyncio.create_subprocess_exec(
                *command_of(part),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                cwd=part.folder,
                env=environment_of(part),
                start_new_session=True,
            )
        finally:
            os.close(writing)
        self._running[part.name] = process
        self._note("+", process.pid)
        return process

    async def _become_ready(self, part: Part, process: asyncio.subprocess.Process) -> bool:
        """Wait until the part answers; False when it died, or was killed for staying silent."""
        until = time.monotonic() + part.patience.total_seconds()
        while process.returncode is None:
            if part.ready is None or await asyncio.to_thread(part.ready):
                return process.returncode is None
            if time.monotonic() > until:
                seconds = part.patience.total_seconds()
                self._view.say(f"{part.name} did not answer within {seconds:.0f} s", style="yellow")
                process.kill()
                return False
            await asyncio.sleep(0.1)
        return False

    def _say_ready(self, part: Part, *, again: bool) -> None:
        self._ready[part.name].set()
        if again:
            self._view.say(f"{part.name} is back", style="green")
        else:
            self._view.stage(part.name, Stage.READY)

    async def _finish(self, part: Part, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        self._gone(part)
        if code != 0:
            said = self._outputs[part.name].tail()
            raise PartFailed(f"{part.name} {_ending(code)}:\n{said}")
        self._view.stage(part.name, Stage.DONE)
        self._ready[part.name].set()

    def _check_deaths(self, part: Part, deaths: list[float], code: int) -> None:
        window = self._patience.window.total_seconds()
        recent = [at for at in deaths if deaths[-1] - at <= window]
        if len(recent) >= self._patience.deaths:
            raise PartFailed(
                f"{part.name} cannot be started: it {_ending(code)}, {len(recent)} times in a row. "
                f"Its last words:\n{self._outputs[part.name].tail()}"
            )

    def _gone(self, part: Part) -> None:
        """Forget a process that ended, and end whatever it had started itself."""
        process = self._running.pop(part.name)
        end_group(process.pid, signal.SIGKILL)
        self._note("-", process.pid)

    async def _end_all(self) -> None:
        """End what runs, in reverse order of need; parts that nobody needs any more together."""
        while self._running:
            needed = {need for name in self._running for need in self._all_needs(name)}
            last = [name for name in self._running if name not in needed] or list(self._running)
            await asyncio.gather(*(self._end(self._parts[name]) for name in last))

    def _all_needs(self, name: str) -> set[str]:
        """Give what a part needs, and what that needs, by way of finished steps too."""
        direct = set(self._parts[name].needs)
        return direct.union(*(self._all_needs(need) for need in direct))

    async def _end(self, part: Part) -> None:
        process = self._running[part.name]
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(part.stop_signal)
        exited = asyncio.ensure_future(process.wait())
        hurry = asyncio.ensure_future(self._at_once.wait())
        await asyncio.wait(
            {exited, hurry},
            timeout=part.grace.total_seconds(),
            return_when=asyncio.FIRST_COMPLETED,
        )
        if process.returncode is None:
            if not self._at_once.is_set():
                self._view.say(f"{part.name} does not stop by itself and is killed", style="yellow")
            end_group(process.pid, signal.SIGKILL)
        await exited
        await _cancelled([hurry])
        self._gone(part)

    def _output(self, part: Part, logs: Path) -> Output:
        def noticed(line: str) -> None:  # not while it starts: its last words are told if it fails
            if self._ready[part.name].is_set() and not self._stop.is_set():
                self._view.say(f"{part.name}: {line[:300]}", style="red")

        return Output(logs / f"{part.name}.log", noticed)


@contextlib.asynccontextmanager
async def _reaper(grace: timedelta) -> AsyncIterator[Note]:
    """Run `reaper.py` beside the parts; it ends when this process does, however that happens."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", buffering=1, encoding="ascii") as sink:
        with os.fdopen(reading) as source:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(_REAPER), str(grace.total_seconds())),
                stdin=source,
                start_new_session=True,
            )
        yield lambda change, pid: sink.write(f"{change}{pid}\n")
    await process.wait()


async def _cancelled(futures: Sequence[asyncio.Future[Any]]) -> None:
    for future in futures:
        future.cancel()
    await asyncio.gather(*futures, return_exceptions=True)


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
