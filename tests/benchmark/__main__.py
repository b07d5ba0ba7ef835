"""All measurements, and the table of them: `scripts/benchmark`."""

import argparse
import asyncio
import os
import platform
import sqlite3
import sys

from . import panel, pushing, reading, rest, scale, sending, start
from .table import Row, table

PARTS = ("start", "sending", "pushing", "scale", "reading", "panel", "rest")


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/benchmark", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="measure less often and for a shorter time: to see that it works")
    parser.add_argument("--only", choices=PARTS, nargs="+", default=PARTS, help="some parts of it")
    parser.add_argument("--rest", type=float, metavar="SECONDS", help="how long to watch what is written at rest (default: 600)")
    options = parser.parse_args()
    rows: list[Row] = []
    for part in options.only:
        print(f"Measuring: {part} …", file=sys.stderr, flush=True)
        rows += await _measure(part, quick=options.quick, seconds=options.rest)
    print(table(rows))
    print(f"\nPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} processors.")


async def _measure(part: str, *, quick: bool, seconds: float | None) -> list[Row]:
    match part:
        case "start":
            return await start.measure(repetitions=2 if quick else 10)
        case "sending":
            return await sending.measure(rounds=1 if quick else 5, texts=50 if quick else 200)
        case "pushing":
            return await pushing.measure(rounds=1 if quick else 5, seconds=0.5 if quick else 1.0, pushes=50 if quick else 200)
        case "reading":
            return await reading.measure(messages=50_000 if quick else 1_000_000, repetitions=20 if quick else 100)
        case "panel":
            return await panel.measure(repetitions=7 if quick else 20)
        case "rest":
            return await rest.measure(seconds=seconds or (20 if quick else 600), poll_interval=10 if quick else 60)
        case _:
            return await scale.measure(messages=50_000 if quick else 1_000_000, repetitions=3 if quick else 15)


if __name__ == "__main__":
    asyncio.run(main())
