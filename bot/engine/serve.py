"""Serves a model: ``python -m engine.serve --model FILE --port N --actions URL``.

Starts Rasa's server with the turn channel alone. Refuses to serve when Rasa would use other
stores than ours. Makes no network call at start, and stops quickly at SIGTERM.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from engine.plan import DEFAULT
from engine.quiet import quiet

GRACE_SECONDS = 2.0


def build(model: Path, actions: str, plan: Path) -> Any:
    """Returns the Sanic application; the model is loaded when the server starts."""
    import structlog
    from rasa.core.run import configure_app
    from sanic import Sanic

    from engine import language
    from engine import plan as plans
    from engine.actions_client import ActionEndpoint, install
    from engine.channel import TurnChannel
    from engine.processor import TurnAgent

    log = structlog.get_logger("nitka.engine")
    install()
    plans.take_up(plan)
    app = configure_app(
        input_channels=[TurnChannel()], enable_api=False, use_uvloop=True, keep_alive_timeout=75
    )
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = GRACE_SECONDS
    app.config.RESPONSE_TIMEOUT = 120
    app.config.REQUEST_MAX_SIZE = 5_000_000
    endpoint = ActionEndpoint(actions)

    async def load(app: Sanic, _loop: Any) -> None:
        began = time.monotonic()
        app.ctx.agent = TurnAgent.open(model, endpoint)
        language.load()
        log.info("engine.ready", model=model.name, seconds=round(time.monotonic() - began, 1))

    async def close(_app: Sanic, _loop: Any) -> None:
        await endpoint.close()
        log.info("engine.stopped")

    app.register_listener(load, "before_server_start")
    app.register_listener(close, "after_server_stop")
    return app


def main(arguments: list[str] | None = None) -> int:
    """Runs the command until SIGTERM or Ctrl-C; returns its exit code."""
    parser = argparse.ArgumentParser(prog="engine.serve", description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--actions", required=True, help="the action server's webhook URL")
    parser.add_argument("--plan", type=Path, default=DEFAULT, help="the communication plan")
    parser.add_argument("--threads", type=int, default=1, help="threads for arithmetic")
    parser.add_argument("--log-format", choices=("json", "pretty"), default="json")
    given = parser.parse_args(arguments)
    if not given.model.is_file():
        print(f"serve: there is no model at {given.model}", file=sys.stderr)  # noqa: T201
        return 1
    if not given.plan.is_file():
        print(f"serve: there is no plan at {given.plan}", file=sys.stderr)  # noqa: T201
        return 1
    quiet(given.threads)
    from engine.log import configure

    configure(given.log_format)
    app = build(given.model.resolve(), given.actions, given.plan.resolve())
    app.run(host=given.host, port=given.port, workers=1, access_log=False, motd=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
