"""`make up-platforms`: Nitka between a Telegram and a Slack of our own, and a page to type on.

Ports from `--port` on: the page, the Bot API server, Slack. Nitka listens as its settings say.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from nitka.settings import ROOT, load_settings
from nitka.up.part import Part
from nitka.up.process import command_of, environment_of
from tests.platforms.page import Page
from tests.platforms.serving import serving
from tests.platforms.slack.server import (
    APP_TOKEN,
    BOT_TOKEN,
    SIGNING_SECRET,
    SlackServer,
    slack_server,
)
from tests.platforms.telegram.server import TelegramServer, telegram_server

_STARTING = 600.0  # seconds in which what one types waits for a Nitka that still starts


def main(argv: Sequence[str] | None = None) -> int:
    """Run everything until Ctrl-C; Nitka's exit code."""
    options = argparse.ArgumentParser(prog="make up-platforms", description=__doc__)
    options.add_argument("--port", type=int, default=8090, help="the page's port (8090)")
    options.add_argument(
        "--webhooks",
        action="store_true",
        help="let the platforms call Nitka by HTTP, instead of polling and Socket Mode",
    )
    options.add_argument(
        "--alone", action="store_true", help="only the platforms; print the settings for a Nitka"
    )
    given = options.parse_args(argv)
    return asyncio.run(_run(given.port, webhooks=given.webhooks, alone=given.alone))


async def _run(port: int, *, webhooks: bool, alone: bool) -> int:
    settings = load_settings()
    nitka = f"http://127.0.0.1:{settings.port}"
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        telegram_server(port=port + 1) as telegram,
        slack_server(port=port + 2, speed=10) as slack,
    ):
        slack.methods.limits.speed = 1
        slack.socket.patience = _STARTING
        page = Page(telegram, slack, nitka)
        if webhooks:
            slack.over_http(f"{nitka}/slack/events")
        async with serving(page.app(), port=port):
            told = _settings_for(telegram, slack, public_url=nitka if webhooks else "")
            sys.stdout.write(f"\n  Telegram and Slack        http://127.0.0.1:{port}/\n")
            if alone:
                sys.stdout.write("".join(f"{k}={v}\n" for k, v in told.items() if v))
                await stop.wait()
                return 0
            return await _up(told, stop)


async def _up(told: dict[str, str], stop: asyncio.Event) -> int:
    """Run `nitka up` until it ends or we are told to stop."""
    home = os.environ.get("NITKA_HOME", str(ROOT / "var" / "platforms"))
    command = (sys.executable, "-m", "nitka", "up")
    part = Part(
        name="nitka",
        command=command,
        environment={**told, "NITKA_HOME": home},
        stop_signal=signal.SIGTERM,
        folder=Path.cwd(),
    )
    process = await asyncio.create_subprocess_exec(
        *command_of(part), env=environment_of(part), cwd=part.folder, start_new_session=True
    )
    stopping = asyncio.ensure_future(stop.wait())
    ended = asyncio.ensure_future(process.wait())
    await asyncio.wait({stopping, ended}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    return await ended


def _settings_for(
    telegram: TelegramServer, slack: SlackServer, *, public_url: str
) -> dict[str, str]:
    """Give the settings by which a Nitka finds these platforms; empty ones must not be set."""
    return {
        "NITKA_TELEGRAM_TOKEN": telegram.token,
        "NITKA_TELEGRAM_API": telegram.url,
        "NITKA_TELEGRAM_WEBHOOK_SECRET": "from-our-own-telegram" if public_url else "",
        "NITKA_SLACK_BOT_TOKEN": BOT_TOKEN,
        "NITKA_SLACK_API": slack.api,
        "NITKA_SLACK_APP_TOKEN": "" if public_url else APP_TOKEN,
        "NITKA_SLACK_SIGNING_SECRET": SIGNING_SECRET if public_url else "",
        "NITKA_PUBLIC_URL": public_url,
    }


if __name__ == "__main__":
    sys.exit(main())
