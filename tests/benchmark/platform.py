"""The simulated platform in a process of its own, at some distance: `python -m tests.benchmark.platform PORT SECONDS`.

It prints its base URL, and then the moment of each submission's arrival, by the clock that all processes of a machine share.
"""

import asyncio
import signal
import sys
from time import perf_counter
from typing import Literal, override

from tests.simulator import Simulator
from tests.simulator.server import Request

USER, PASSWORD = "station", "open sesame"
PLENTY = 10**9


class _Distance(asyncio.Event):
    """A gate that opens automatically, some time after a request has come."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    @override
    async def wait(self) -> Literal[True]:
        await asyncio.sleep(self._seconds)
        return True


def _print_arrival(request: Request) -> None:
    if request.path.endswith("/postSendSms/"):
        print(perf_counter(), flush=True)


async def main(port: int, distance: float) -> None:
    """Run until a signal comes."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Simulator(port=port, running=True) as simulator:
        simulator.add_account(USER, PASSWORD, balance=PLENTY)
        simulator.on_request(_print_arrival)
        if distance:
            simulator.server.gates["submit"] = _Distance(distance)
        print(simulator.url, flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
