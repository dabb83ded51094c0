"""The command ``python -m actions.demo_shop``: shows the seeded orders to whoever runs the demo."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from datetime import UTC, datetime

from actions.demo_shop.shop import DemoShop


def main() -> int:
    """Prints the orders, one a line, or as a JSON list with ``--json``."""
    parser = argparse.ArgumentParser(prog="python -m actions.demo_shop", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    parser.add_argument(
        "--database-url",
        default=os.environ.get("NITKA_DATABASE_URL"),
        help="PostgreSQL (default: NITKA_DATABASE_URL)",
    )
    options = parser.parse_args()
    if not options.database_url:
        parser.error("give --database-url, or set NITKA_DATABASE_URL")
    orders = asyncio.run(_orders(options.database_url))
    if options.json:
        sys.stdout.write(json.dumps(orders, ensure_ascii=False, indent=2) + "\n")
    else:
        for order in orders:
            sys.stdout.write("  ".join(order[key] for key in order) + "\n")
    return 0


async def _orders(database_url: str) -> list[dict[str, str]]:
    shop = await DemoShop.open(database_url, today=datetime.now(UTC).date())
    try:
        return await shop.buyers()
    finally:
        await shop.close()


if __name__ == "__main__":
    raise SystemExit(main())
