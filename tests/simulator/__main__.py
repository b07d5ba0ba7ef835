"""Runs the simulator as a process until Ctrl-C: `python -m tests.simulator`."""

import argparse
import asyncio
import signal

from .simulator import Simulator
from .vocabulary import Status


async def main() -> None:
    """Run the simulator until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description="Simulates the SMS platform.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8900, help="port of the platform (default: 8900)")
    parser.add_argument(
        "--handset-port", type=int, default=8901, help="port of the handset, which no outage closes (default: 8901)"
    )
    parser.add_argument("--uid", default="demo", help="user id of the account (default: demo)")
    parser.add_argument("--password", default="demo", help="its password (default: demo)")
    parser.add_argument("--balance", type=int, default=500, help="messages it has left (default: 500)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random delays of reports (default: 0)")
    parser.add_argument(
        "--report", metavar="STATUS", help=f"report everything with this status automatically: {', '.join(Status)}"
    )
    options = parser.parse_args()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    ports = {"port": options.port, "control_port": options.handset_port}
    async with Simulator(seed=options.seed, host=options.host, **ports, running=True) as simulator:
        simulator.add_account(options.uid, options.password, balance=options.balance)
        simulator.automatic_status = options.report
        print(f"Handset:   {simulator.handset}", flush=True)
        print(f"Interface: {simulator.url}", flush=True)
        await stop.wait()


asyncio.run(main())
