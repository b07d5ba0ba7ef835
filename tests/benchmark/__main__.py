"""All measurements, and the table of them: `scripts/benchmark`."""

import argparse
import asyncio
import os
import platform
import sqlite3
import sys

from . import scale, start, traffic
from .table import Row, table

PARTS = ("start", "traffic", "scale")


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure less often, and a smaller log: to see that it works")
    parser.add_argument("--only", choices=PARTS, help="one part of it")
    options = parser.parse_args()
    rows: list[Row] = []
    for part in [options.only] if options.only else PARTS:
        print(f"Measuring: {part} …", file=sys.stderr, flush=True)
        rows += await _measure(part, quick=options.quick)
    print(table(rows))
    print(f"\nPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} processors.")


async def _measure(part: str, *, quick: bool) -> list[Row]:
    match part:
        case "start":
            return await start.measure(repetitions=2 if quick else 10)
        case "traffic" if quick:
            return await traffic.measure(rounds=1, seconds=0.5, pushes=100)
        case "traffic":
            return await traffic.measure(rounds=7, seconds=1.0, pushes=200)
        case _:
            return await scale.measure(messages=50_000 if quick else 1_000_000, repetitions=3 if quick else 15)


if __name__ == "__main__":
    asyncio.run(main())
