"""The kill test, at length: `scripts/soak`."""

import argparse
import asyncio
from pathlib import Path
import sys
from tempfile import TemporaryDirectory

from .kill import kill_test


async def main() -> int:
    """Run, tell, and fail where anything was lost or doubled."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how often Home Assistant is killed (default: 100)")
    parser.add_argument("--seed", type=int, default=0, help="what moments and traffic are drawn from (default: 0)")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="smsadmin-soak-") as folder:
        result = await kill_test(Path(folder), kills=options.kills, seed=options.seed, tell=lambda line: print(line, flush=True))
    print(f"\n{result}")
    return 1 if result.violations else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
