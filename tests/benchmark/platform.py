"""The simulated platform in a process of its own, at some distance: `python -m tests.benchmark.platform PORT SECONDS`."""

import asyncio
import signal
import sys
from typing import Literal, override

from tests.simulator import Simulator

USER, PASSWORD = "station", "open sesame"
PLENTY = 10**9


class _Distance(asyncio.Event):
    """A gate that opens by itself, some time after somebody has come."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    @override
    async def wait(self) -> Literal[True]:
        await asyncio.sleep(self._seconds)
        return True


async def main(port: int, distance: float) -> None:
    """Run until a signal comes."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Simulator(port=port, running=True) as simulator:
        simulator.add_account(USER, PASSWORD, balance=PLENTY)
        if distance:
            simulator.server.gates["submit"] = _Distance(distance)
        print(simulator.url, flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
