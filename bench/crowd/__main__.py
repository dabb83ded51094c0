"""`python -m bench.crowd DATABASE_URL`: fill an empty database, and say how long it took."""

from __future__ import annotations

import argparse
import sys
import time

from bench.crowd.fill import fill
from nitka.store.migrate import upgrade


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="bench.crowd", description=__doc__)
    parser.add_argument("database_url", help="as NITKA_DATABASE_URL; all tables are made")
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--longest", type=int, default=10_000, help="lines of one customer")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    upgrade(given.database_url)
    began = time.perf_counter()
    try:
        crowd = fill(
            given.database_url,
            customers=given.customers,
            messages=given.messages,
            longest=given.longest,
            seed=given.seed,
        )
    except ValueError as error:
        parser.error(str(error))
    took = time.perf_counter() - began
    print(f"{len(crowd.souls)} customers, {given.messages} lines in {took:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
