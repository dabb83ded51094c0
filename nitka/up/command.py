"""`nitka up`: everything on this machine, from settings to a clean end."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from rich.console import Console

from nitka.errors import ConfigError
from nitka.plan import load_plan
from nitka.settings import Settings
from nitka.up.assembly import assemble, probe_host
from nitka.up.home import check_public_port, held
from nitka.up.process import PartFailed
from nitka.up.supervisor import Supervisor
from nitka.up.view import View

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def run_up(settings: Settings) -> int:
    """Run everything until Ctrl-C or SIGTERM; 0, or 1 when a part could not be started.

    Raises `ConfigError` for a home or a port that is taken, for what the settings lack, and for a
    plan that is wrong.
    """
    load_plan(settings.plan)
    home = settings.home.resolve()
    with held(home):
        check_public_port(settings.host, settings.port)
        parts = assemble(settings).parts()
        console = Console(soft_wrap=True)
        view = View(console, {part.name: part.says for part in parts})
        logs = home / "logs"
        try:
            asyncio.run(_run(Supervisor(parts, logs=logs, view=view), view, settings, logs))
        except (PartFailed, ConfigError) as error:
            view.say(f"{error}\nNitka has stopped; all logs are in {logs}", style="red")
            return 1
        view.say("stopped")
    return 0


async def _run(supervisor: Supervisor, view: View, settings: Settings, logs: Path) -> None:
    def ask_to_stop() -> None:
        view.say("stopping …")
        supervisor.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ask_to_stop)
    telling: list[asyncio.Task[None]] = []

    def tell() -> None:
        telling.append(asyncio.create_task(_tell_addresses(view, settings, logs)))

    await supervisor.run(tell)
    for task in telling:
        task.cancel()


async def _demo_desk(settings: Settings) -> str | None:
    """Have a link made for the demo's admin; only where nobody else reaches this machine."""
    alone = probe_host(settings.host) == settings.host and settings.host in _LOOPBACK
    if not settings.demo or settings.public_url is not None or not alone:
        return None
    making = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "nitka",
        "demo",
        "desk",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    said, _ = await making.communicate()
    return said.decode().strip() if making.returncode == 0 else None


async def _tell_addresses(view: View, settings: Settings, logs: Path) -> None:
    host = probe_host(settings.host)
    shown = f"[{host}]" if ":" in host else host
    base = settings.public_url or f"http://{shown}:{settings.port}"
    page = f"  demo shop with the chat   {base}/\n" if settings.demo else ""
    link = await _demo_desk(settings)
    desk = f"  staff desk                {link or f'{base}/desk'}\n"
    once = "                            (this link signs you in once)\n" if link else ""
    view.plain(
        f"\nNitka is running.\n{page}{desk}{once}"
        f"  is everything well?       {base}/readyz\n"
        f"  logs                      {logs}\n"
        "Ctrl-C stops it.\n"
    )
