"""The command ``python -m actions``: starts the action server. Arguments only."""

from __future__ import annotations

import argparse
import logging
import os

import uvicorn

from actions.server import create_app, demo_shop


def main() -> int:
    """Serves until it is told to stop (SIGTERM, Ctrl-C)."""
    parser = argparse.ArgumentParser(prog="python -m actions", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5055)
    parser.add_argument(
        "--database-url",
        default=os.environ.get("NITKA_DATABASE_URL"),
        help="PostgreSQL of the demo shop (default: NITKA_DATABASE_URL)",
    )
    parser.add_argument("--log", default="info", help="log level (info)")
    options = parser.parse_args()
    if not options.database_url:
        parser.error("give --database-url, or set NITKA_DATABASE_URL")
    level = options.log.upper()
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    uvicorn.run(
        create_app(demo_shop(options.database_url)),
        host=options.host,
        port=options.port,
        log_level=options.log.lower(),
        access_log=False,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
