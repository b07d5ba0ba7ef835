"""The kill test, at length: `scripts/soak`."""

import argparse
import asyncio
from pathlib import Path
import sys
from tempfile import TemporaryDirectory

from .kill import Ordeal, kill_test


async def main() -> int:
    """Run, and fail where anything was lost or doubled."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how often Home Assistant is killed (default: 100)")
    parser.add_argument("--seed", type=int, default=0, help="what moments and traffic are drawn from (default: 0)")
    parser.add_argument(
        "--outages",
        type=float,
        nargs="*",
        default=[5, 30],
        metavar="SECONDS",
        help="how long the platform is out of reach at a time, one of these (default: 5 30); none: never",
    )
    parser.add_argument("--hostile", action="store_true", help="send garbage and floods to the URL for pushes")
    parser.add_argument("--clock-jumps", action="store_true", help="the clock jumps by up to years; needs libfaketime")
    options = parser.parse_args()
    ordeal = Ordeal(
        kills=options.kills,
        seed=options.seed,
        outages=tuple(options.outages),
        hostile=options.hostile,
        clock_jumps=options.clock_jumps,
    )
    with TemporaryDirectory(prefix="smsadmin-soak-") as folder:
        try:
            result = await kill_test(Path(folder), ordeal, progress=lambda line: print(line, flush=True))
        except RuntimeError as err:
            sys.exit(f"soak: {err}")
    print(f"\n{result}")
    return 1 if result.violations else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
